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
    private const int PageTokens = 64;
    private static readonly byte* s_tokens = (byte*)(1L << 40);
    private static readonly byte* s_next = (byte*)(1L << 41);

    /// <summary>But for the last chunks, whose requests may lead past the end, everything is asked for twice, what comes after the pass too.</summary>
    [Theory]
    [InlineData(1024, 0)]
    [InlineData(1000, 0)]
    [InlineData(130, 7)]
    [InlineData(40, 0)]
    public void TokensInOnePiece_AreAskedForTwice(int count, int first)
    {
        var problem = new AttentionProblem { Heads = 32, KeyValueHeads = 8, QueryLength = 1, Key = InOnePiece() };
        List<Call> calls = Walk(&problem, first, count);

        Assert.Equal(Enumerable.Range(first, count), calls.SelectMany(call => Enumerable.Range(call.Token, call.Count)));
        Assert.All(calls, call => Assert.Equal((nint)(s_tokens + (call.Token * TokenBytes)), call.Address));
        HashSet<nint> askedFirst = AskedBy(calls, ahead => ahead.First);
        HashSet<nint> askedAgain = AskedBy(calls, ahead => ahead.Again);
        const int near = 12 * 1024 / TokenBytes;
        for (int token = first + near; token < first + count; token++)
            Assert.Contains((nint)(s_tokens + (token * TokenBytes)), askedAgain);
        for (int token = first + (2 * near); token < first + count; token++)
            Assert.Contains((nint)(s_tokens + (token * TokenBytes)), askedFirst);

        // A pass shorter than the distances leaves what is nearer to those before it.
        int chunk = Decoder_Attend_Portable.RowKeyChunk;
        for (int token = Math.Max(chunk, near - count); token < near; token++)
            Assert.Contains((nint)(s_next + (token * TokenBytes)), askedAgain);
        for (int token = Math.Max(chunk, (2 * near) - count); token < 2 * near; token++)
            Assert.Contains((nint)(s_next + (token * TokenBytes)), askedFirst);
    }

    /// <summary>A page asks for the next one and for the one behind it, wherever they lie; the last ones for the first page of what comes after.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(2)]
    [InlineData(1)]
    public void Pages_AskForTheNextTwo(int pages)
    {
        byte** blocks = stackalloc byte*[pages];
        for (int page = 0; page < pages; page++)
            blocks[page] = s_tokens + ((page * 7 % 5) << 24);
        var table = new BlockTable { Blocks = blocks, BlockTokens = PageTokens, Slots = pages * PageTokens, TokenBytes = TokenBytes };
        StridedTensor keys = InOnePiece();
        keys.Tables = &table;
        var problem = new AttentionProblem { Heads = 32, KeyValueHeads = 8, QueryLength = 1, Key = keys };
        List<Call> calls = Walk(&problem, first: 0, pages * PageTokens);

        Assert.Equal(pages, calls.Count);
        for (int page = 0; page < pages; page++)
        {
            Assert.Equal((page * PageTokens, PageTokens), (calls[page].Token, calls[page].Count));
            Assert.Equal((nint)AddressOf(page), calls[page].Address);
            Assert.Equal((nint)AddressOf(page + 1), Asked(calls[page], calls[page].Ahead.Again));
            Assert.Equal((nint)AddressOf(page + 2), Asked(calls[page], calls[page].Ahead.First));
        }

        byte* AddressOf(int page) => page < pages ? blocks[page] + (Head * PageTokens * TokenBytes) : s_next;
    }

    /// <summary>With one row nothing is asked for.</summary>
    [Fact]
    public void OneRow_IsOneCall()
    {
        var problem = new AttentionProblem { Heads = 8, KeyValueHeads = 8, QueryLength = 1, Key = InOnePiece() };
        Call call = Assert.Single(Walk(&problem, first: 0, count: 1024));
        Assert.Equal((0, 1024), (call.Token, call.Count));
        Assert.Equal(default, call.Ahead);
    }

    private sealed record Call(int Token, int Count, nint Address, TokensAhead Ahead);

    private static StridedTensor InOnePiece() => new() { Data = s_tokens, Element = ElementType.BFloat16, TokenStride = Dim };

    private static List<Call> Walk(AttentionProblem* problem, int first, int count)
    {
        var calls = new List<Call>();
        var rows = new HeadRows(in *problem, batch: 0, Head);
        var pass = default(TokenPass<Decoder_Attend_Portable>);
        pass.Begin(problem, isOfKeys: true, ElementType.BFloat16, in rows, first, new KeyRange(0, count), loaded: null, s_next);
        while (pass.Next())
        {
            Assert.Equal(Dim, pass.Stride);
            calls.Add(new Call(pass.Token, pass.Count, (nint)pass.Address, pass.Ahead));
        }
        return calls;
    }

    private static nint Asked(Call call, nint ahead) => call.Address + (ahead * sizeof(ushort));

    private static HashSet<nint> AskedBy(List<Call> calls, Func<TokensAhead, nint> distance) =>
        [.. calls.SelectMany(call => Enumerable.Range(0, call.Count).Select(token => Asked(call, distance(call.Ahead)) + (token * TokenBytes)))];
}
