using SpecAttn.Execution;
using SpecAttn.Generated;
using SpecAttn.Kernels;

namespace SpecAttn.Caches.Tests;

/// <summary>
/// Which tokens the row kernel is handed, and which ones it asks for then. Results do not show what is asked for; the addresses do, and
/// nothing is read of them.
/// </summary>
public sealed unsafe class TokenPassTests
{
    private const int Dim = 128;
    private const int TokenBytes = Dim * 2;
    private const int Head = 3;
    private const int Chunk = 16;

    /// <summary>How many chunks ahead tokens are asked for: 8 KB where that is done once, and 12 KB for the second time where it is done twice.</summary>
    private static int AgainOf(bool asksOnce) => (asksOnce ? 8 : 12) * 1024 / (Chunk * TokenBytes);

    private static readonly byte* s_tokens = (byte*)(1L << 40);
    private static readonly byte* s_next = (byte*)(1L << 41);

    /// <summary>Everything is asked for, once or twice, what comes after the pass too, and nothing else, wherever pages lie, in one call.</summary>
    /// <param name="count">Tokens of the pass.</param>
    /// <param name="first">The first one.</param>
    /// <param name="pageTokens">Tokens of a page; 0 for all in one piece.</param>
    [Theory]
    [InlineData(1024, 0, 0)]
    [InlineData(1000, 0, 0)]
    [InlineData(130, 7, 0)]
    [InlineData(40, 0, 0)]
    [InlineData(1024, 1024, 16)]
    [InlineData(320, 0, 64)]
    [InlineData(128, 64, 64)]
    [InlineData(64, 0, 64)]
    [InlineData(1024, 0, 128)]
    [InlineData(1000, 1024, 256)]
    [InlineData(96, 16, 48)]
    public void Tokens_AreAskedFor(int count, int first, int pageTokens)
    {
        AskedFor(count, first, pageTokens, asksOnce: false);
        AskedFor(count, first, pageTokens, asksOnce: true);
    }

    private static void AskedFor(int count, int first, int pageTokens, bool asksOnce)
    {
        int again = AgainOf(asksOnce);
        int pages = pageTokens == 0 ? 0 : (first + count + pageTokens - 1) / pageTokens;
        byte** blocks = stackalloc byte*[pages];
        BlockTable table = Lay(blocks, pages, pageTokens);
        AttentionProblem problem = ProblemOf(pages == 0 ? null : &table);
        Call call = Assert.Single(Walk(&problem, first, count, new TokenPlace(IsOfKeys: false, Token: 7, KeyValueHead: 0), asksOnce));

        Assert.Equal((first, count), (call.Token, call.Count));
        Assert.Equal((count + Chunk - 1) / Chunk, call.Chunks.Count);
        Assert.All(call.Chunks, (chunk, i) => Assert.Equal(AddressOf(i), chunk.Address));
        Assert.All(call.Chunks, (chunk, i) => Assert.Equal(AddressOf(i + again), chunk.AskedAgain));
        Assert.All(call.Chunks, (chunk, i) => Assert.Equal(AddressOf(i + (2 * again)), chunk.AskedFirst));

        nint AddressOf(int chunk)
        {
            int token = first + (chunk * Chunk);
            int behind = chunk - call.Chunks.Count;
            return behind >= 0 ? (nint)(s_next + ((7 + (behind * Chunk)) * TokenBytes)) : KeyAddress(blocks, pageTokens, token);
        }
    }

    /// <summary>Four streams side by side, each asked for in its turn; after them the streams of what comes after the pass.</summary>
    /// <param name="count">Tokens of the pass.</param>
    /// <param name="first">The first one.</param>
    /// <param name="pageTokens">Tokens of a page; 0 for all in one piece.</param>
    /// <param name="rows">Rows of a head. One asks for nothing but streams.</param>
    [Theory]
    [InlineData(1024, 0, 0, 4)]
    [InlineData(1000, 1024, 0, 4)]
    [InlineData(1000, 1024, 0, 1)]
    [InlineData(128, 3, 0, 4)]
    [InlineData(1024, 1024, 16, 4)]
    [InlineData(1024, 1024, 16, 1)]
    [InlineData(768, 64, 64, 4)]
    [InlineData(1007, 0, 44, 4)]
    public void Streams_AreReadInTurn(int count, int first, int pageTokens, int rows)
    {
        const int ofStream = Chunk / TokenChunks.Streams;
        int pages = pageTokens == 0 ? 0 : (first + count + pageTokens - 1) / pageTokens;
        byte** blocks = stackalloc byte*[pages];
        BlockTable table = Lay(blocks, pages, pageTokens);
        AttentionProblem problem = ProblemOf(pages == 0 ? null : &table, rows);
        List<Call> calls = Walk(&problem, first, count, new TokenPlace(IsOfKeys: false, Token: 1024, KeyValueHead: 0), asksOnce: true, takesStreams: true);

        int streamed = count / Chunk * Chunk;
        Assert.Equal(streamed < count ? 2 : 1, calls.Count);
        List<ChunkOfCall> chunks = calls[0].Chunks;
        Assert.Equal((first, streamed), (calls[0].Token, calls[0].Count));
        Assert.Equal(streamed / ofStream, chunks.Count);
        Assert.All(chunks, (chunk, i) => Assert.Equal(TokenOf(i), chunk.Token));
        Assert.All(chunks, (chunk, i) => Assert.Equal(AddressOf(i), chunk.Address));
        int again = TokenChunks.Streams * AgainOf(asksOnce: true);
        Assert.All(chunks, (chunk, i) => Assert.Equal(AddressOf(i + again), chunk.AskedAgain));
        if (streamed < count)
            Assert.Equal((first + streamed, count - streamed, first + streamed), (calls[1].Token, calls[1].Count, calls[1].Chunks[0].Token));

        int TokenOf(int chunk) => first + (chunk % TokenChunks.Streams * (streamed / TokenChunks.Streams)) + (chunk / TokenChunks.Streams * ofStream);

        nint AddressOf(int chunk)
        {
            int behind = chunk - chunks.Count;
            if (behind >= 0)
                return (nint)(s_next + ((1024 + (behind % TokenChunks.Streams * 256) + (behind / TokenChunks.Streams * ofStream)) * TokenBytes));
            return KeyAddress(blocks, pageTokens, TokenOf(chunk));
        }
    }

    /// <summary>Few tokens are read as they lie.</summary>
    [Fact]
    public void FewTokens_AreNoStreams()
    {
        var problem = new AttentionProblem { Heads = 32, KeyValueHeads = 8, QueryLength = 1, KeyLength = 127, Key = InOnePiece(s_tokens) };
        Call call = Assert.Single(Walk(&problem, first: 0, count: 127, TokenPlace.None, asksOnce: true, takesStreams: true));
        Assert.All(call.Chunks, (chunk, i) => Assert.Equal(i * Chunk, chunk.Token));
    }

    /// <summary>Chunks in two pieces have to be copied.</summary>
    [Theory]
    [InlineData(18, 36, 0, 36, false)]
    [InlineData(20, 40, 0, 40, true)]
    [InlineData(20, 40, 2, 38, false)]
    [InlineData(18, 36, 18, 18, true)]
    [InlineData(64, 64, 40, 40, false)]
    [InlineData(64, 64, 24, 40, true)]
    public void ChunksOfStreams_AreWhole(int blockTokens, int slots, int token, int count, bool areWhole)
    {
        var table = new BlockTable { BlockTokens = blockTokens, Slots = slots };
        Assert.Equal(areWhole, table.HasWhole(token, count, chunk: Chunk / TokenChunks.Streams));
    }

    /// <summary>With nothing to read after the pass, the last chunks ask for the last one, which is near.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LastTokens_AskForThemselves(bool asksOnce)
    {
        int again = AgainOf(asksOnce);
        var problem = new AttentionProblem { Heads = 32, KeyValueHeads = 8, QueryLength = 1, KeyLength = 1024, Key = InOnePiece(s_tokens) };
        Call call = Assert.Single(Walk(&problem, first: 0, count: 1024, TokenPlace.None, asksOnce));
        nint last = call.Chunks[^1].Address;
        Assert.All(call.Chunks.TakeLast(again), chunk => Assert.Equal(last, chunk.AskedAgain));
        Assert.All(call.Chunks.TakeLast(2 * again), chunk => Assert.Equal(last, chunk.AskedFirst));
    }

    /// <summary>With one row nothing is asked for, where there are no streams.</summary>
    [Fact]
    public void OneRow_IsOneCall()
    {
        var problem = new AttentionProblem { Heads = 8, KeyValueHeads = 8, QueryLength = 1, KeyLength = 1024, Key = InOnePiece(s_tokens) };
        Call call = Assert.Single(Walk(&problem, first: 0, count: 1024, TokenPlace.None, asksOnce: false));
        Assert.Equal((0, 1024), (call.Token, call.Count));
        Assert.All(call.Chunks, chunk => Assert.Equal((chunk.Address, chunk.Address), (chunk.AskedFirst, chunk.AskedAgain)));
    }

    private sealed record Call(int Token, int Count, List<ChunkOfCall> Chunks);

    private sealed record ChunkOfCall(int Token, nint Address, nint AskedAgain, nint AskedFirst);

    /// <summary>Pages far from each other, in no order.</summary>
    private static BlockTable Lay(byte** blocks, int pages, int pageTokens)
    {
        for (int page = 0; page < pages; page++)
            blocks[page] = s_tokens + ((long)(page * 7 % 67) << 24);
        return new BlockTable { Blocks = blocks, BlockTokens = pageTokens, Slots = pages * pageTokens, TokenBytes = TokenBytes };
    }

    private static AttentionProblem ProblemOf(BlockTable* table, int rows = 4) => new()
    {
        Heads = 8 * rows,
        KeyValueHeads = 8,
        QueryLength = 1,
        KeyLength = int.MaxValue,
        Key = InOnePiece(s_tokens) with { Tables = table },
        Value = InOnePiece(s_next),
    };

    /// <summary>Where a key lies, in a page or, where these have no tokens, in one piece.</summary>
    private static nint KeyAddress(byte** blocks, int pageTokens, int token) => pageTokens == 0
        ? (nint)(s_tokens + (token * TokenBytes))
        : (nint)(blocks[token / pageTokens] + (((Head * pageTokens) + (token % pageTokens)) * TokenBytes));

    private static StridedTensor InOnePiece(byte* tokens) => new() { Data = tokens, Element = ElementType.BFloat16, TokenStride = Dim };

    private static List<Call> Walk(AttentionProblem* problem, int first, int count, TokenPlace next, bool asksOnce, bool takesStreams = false)
    {
        Assert.Equal(Chunk, Decoder_Attend_Portable.RowKeyChunk);
        RowScratch.Lay<Decoder_Attend_Portable>(0, out nuint bytes);
        using NativeBlock block = NativeBlock.Allocate(bytes);
        RowScratch memory = RowScratch.Lay<Decoder_Attend_Portable>((nint)block.Address, out _);
        var calls = new List<Call>();
        var rows = new HeadRows(in *problem, batch: 0, Head);
        var pass = default(TokenPass<Decoder_Attend_Portable>);
        pass.Begin(problem, isOfKeys: true, ElementType.BFloat16, in rows, first, new KeyRange(0, count), next, asksOnce, takesStreams, in memory);
        pass.BeginHead(Head);
        while (pass.Next())
        {
            Assert.Equal(Dim, pass.Stride);
            Assert.Equal(asksOnce && (rows.OfHead > 1 || takesStreams), pass.Chunks.AsksOnce);
            var chunks = new List<ChunkOfCall>();
            for (int chunk = 0; chunk * pass.Chunks.StepTokens < pass.Count; chunk++)
            {
                nint address = (nint)pass.Chunks.First[chunk];
                chunks.Add(new ChunkOfCall(
                    pass.First + pass.Chunks.Place(chunk),
                    address,
                    address + (pass.Chunks.AgainAhead<short>(chunk) * sizeof(short)),
                    address + (pass.Chunks.FirstAhead<short>(chunk) * sizeof(short))));
            }
            calls.Add(new Call(pass.Token, pass.Count, chunks));
        }
        return calls;
    }
}
