using SpecAttn.Execution;
using SpecAttn.Generated;
using SpecAttn.Kernels;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

/// <summary>How much is asked for ahead, and when. What the processor makes of it cannot be seen; that memory outside is never read can.</summary>
public sealed unsafe class ComingLinesTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(256, 48, 192)]
    [InlineData(80, 3, 6)]
    [InlineData(64, 0, 0)]
    public void Stream_HasTheLinesOfItsPieces(int bytes, int pieces, int lines) =>
        Assert.Equal(lines, new LineStream(null, bytes, stride: 4096, pieces).Lines);

    [Fact]
    public void Stream_IsListedALittleAtATime()
    {
        var stream = new LineStream((byte*)64, bytes: 320, stride: 4096, pieces: 3);
        long* list = stackalloc long[4 + 3];
        var lines = new List<long>();
        while (stream.Lines > 0)
        {
            int before = stream.Lines;
            int count = stream.Take(list, 4);
            Assert.Equal(Math.Min(4, before), count);
            Assert.Equal(before - count, stream.Lines);
            lines.AddRange(new ReadOnlySpan<long>(list, count));
        }

        Assert.Equal(0, stream.Take(list, 4));
        Assert.Equal([.. Enumerable.Range(0, 15).Select(i => (long)(64 + (i / 5 * 4096) + (i % 5 * 64)))], lines);
    }

    [Fact]
    public void AllStreams_AreSpreadOverBlocksOfRows()
    {
        LineStream* streams = stackalloc LineStream[ComingLines.MostStreams];
        long* list = stackalloc long[ComingLines.ListLength];
        var coming = new ComingLines(streams, list, areFar: false);
        var tensor = new StridedTensor { Data = (byte*)8, Element = ElementType.Single, TokenStride = 768, HeadStride = 64, BatchStride = 1 << 20 };
        coming.Clear();
        coming.Expect(in tensor, batch: 1, head: 2, token: 5, count: 33, dim: 64);
        coming.ExpectRows(in tensor, batch: 0, firstHead: 3, heads: 2, firstQuery: 0, queries: 7, dim: 64);
        coming.Spread(blocks: 10);

        int[] counts = [.. Enumerable.Range(0, 11).Select(_ => coming.Take().Count)];
        Assert.Equal([19, 19, 19, 19, 19, 19, 19, 19, 19, 17, 0], counts);
    }

    [Fact]
    public void StreamsAndLines_BeyondTheMostAreLeftOut()
    {
        LineStream* streams = stackalloc LineStream[ComingLines.MostStreams + 1];
        long* list = stackalloc long[ComingLines.ListLength + 1];
        streams[ComingLines.MostStreams] = new LineStream(null, bytes: 64, stride: 64, pieces: 99);
        list[ComingLines.ListLength] = 7;
        var coming = new ComingLines(streams, list, areFar: false);
        var tensor = new StridedTensor { Element = ElementType.Half, TokenStride = 64, HeadStride = 64 };
        for (int i = 0; i < 100; i++)
            coming.Expect(in tensor, batch: 0, head: 0, token: i, count: 300, dim: 64);
        coming.Spread(blocks: 1);

        Assert.Equal(ComingLines.MostLines, coming.Take().Count);
        Assert.Equal(7, list[ComingLines.ListLength]);
        Assert.Equal((300 * ComingLines.MostStreams) * 2 - ComingLines.MostLines, Enumerable.Range(0, ComingLines.MostStreams).Sum(i => streams[i].Lines));
        Assert.Equal(99, streams[ComingLines.MostStreams].Lines);
    }

    /// <summary>The addresses are nowhere: asking reads nothing, so nothing happens.</summary>
    [Fact]
    public void Lines_AreAskedForOneByOne()
    {
        long* list = stackalloc long[3];
        (list[0], list[1], list[2]) = (0, 8, -64);
        var lines = new LinesAhead(list, 3, areFar: false);
        lines.AskForOne();
        Assert.Equal(CacheLine.IsSupported ? 2 : 3, lines.Count);
        lines.AskForRest();
        Assert.Equal(CacheLine.IsSupported ? 0 : 3, lines.Count);
        lines.AskForOne();
        Assert.Equal(CacheLine.IsSupported ? 0 : 3, lines.Count);
    }

    /// <summary>Every tile of values asks for a line with each key, as long as there are any.</summary>
    [Theory]
    [InlineData(4000)]
    [InlineData(7)]
    public void Values_AskForLines(int lines)
    {
        const int Keys = 5;
        long* list = stackalloc long[lines];
        new Span<long>(list, lines).Clear();
        var weights = new float[Keys * Llama_Attend_Portable.BlockRows];
        var values = new float[Keys * Llama_Attend_Portable.ValueDim];
        var factors = new float[Llama_Attend_Portable.BlockRows];
        var accumulators = new float[Llama_Attend_Portable.BlockRows * Llama_Attend_Portable.PaddedValueDim];
        var ahead = new LinesAhead(list, lines, areFar: true);
        Llama_Attend_Portable.Values(Llama_Attend_Portable.BlockRows, ref weights[0], ref values[0], Llama_Attend_Portable.ValueDim, Keys, ref factors[0], ref accumulators[0], ref ahead);

        int asked = lines - ahead.Count;
        int tiles = Llama_Attend_Portable.BlockRows / Llama_Attend_Portable.ValueTileRows;
        int fewest = CacheLine.IsSupported ? Math.Min(lines, tiles * Keys) : 0;
        Assert.InRange(asked, fewest, CacheLine.IsSupported ? lines : 0);
        Assert.Equal(0, lines > asked ? asked % (tiles * Keys) : 0);
    }
}
