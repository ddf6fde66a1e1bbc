using SpecAttn.Execution;
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
    public void Stream_IsAskedForALittleAtATime()
    {
        var stream = new LineStream(null, bytes: 320, stride: 4096, pieces: 3);
        int left = 15;
        while (left > 0)
        {
            int asked = Math.Min(4, left);
            Assert.Equal(4 - asked, stream.Ask(4));
            left -= asked;
            Assert.Equal(left, stream.Lines);
        }

        Assert.Equal(4, stream.Ask(4));
    }

    /// <summary>The addresses are nowhere: asking reads nothing, so nothing happens.</summary>
    [Fact]
    public void AllStreams_AreAskedForInAsManyCallsAsWereSaid()
    {
        LineStream* streams = stackalloc LineStream[ComingLines.MostStreams];
        var coming = new ComingLines(streams);
        var tensor = new StridedTensor { Data = (byte*)8, Element = ElementType.Single, TokenStride = 768, HeadStride = 64, BatchStride = 1 << 20 };
        coming.Clear();
        coming.Expect(in tensor, batch: 1, head: 2, token: 5, count: 33, dim: 64);
        coming.ExpectRows(in tensor, batch: 0, firstHead: 3, heads: 2, firstQuery: 0, queries: 7, dim: 64);
        coming.Spread(calls: 10);

        int Left() => streams[0].Lines + streams[1].Lines;
        Assert.Equal((33 * 4) + (7 * 8), Left());
        for (int call = 0; call < 10; call++)
        {
            Assert.NotEqual(0, Left());
            coming.Ask();
        }

        Assert.Equal(0, Left());
        coming.Ask();
    }

    [Fact]
    public void Streams_BeyondTheMostAreLeftOut()
    {
        LineStream* streams = stackalloc LineStream[ComingLines.MostStreams + 1];
        streams[ComingLines.MostStreams] = new LineStream(null, bytes: 64, stride: 64, pieces: 99);
        var coming = new ComingLines(streams);
        var tensor = new StridedTensor { Element = ElementType.Half, TokenStride = 64, HeadStride = 64 };
        for (int i = 0; i < 100; i++)
            coming.Expect(in tensor, batch: 0, head: 0, token: i, count: 1, dim: 64);
        coming.Spread(calls: 1);
        coming.Ask();

        Assert.Equal(0, streams[ComingLines.MostStreams - 1].Lines);
        Assert.Equal(99, streams[ComingLines.MostStreams].Lines);
    }
}
