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
    private static readonly byte* s_tokens = (byte*)(1L << 40);
    private static readonly byte* s_next = (byte*)(1L << 41);

    /// <summary>Everything is asked for twice, what comes after the pass too, and nothing else, wherever pages lie.</summary>
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
    public void Tokens_AreAskedForTwice(int count, int first, int pageTokens)
    {
        int pages = pageTokens == 0 ? 0 : (first + count + pageTokens - 1) / pageTokens;
        byte** blocks = stackalloc byte*[pages];
        for (int page = 0; page < pages; page++)
            blocks[page] = s_tokens + ((long)(page * 7 % 67) << 24);
        var table = new BlockTable { Blocks = blocks, BlockTokens = pageTokens, Slots = pages * pageTokens, TokenBytes = TokenBytes };
        var problem = new AttentionProblem { Heads = 32, KeyValueHeads = 8, QueryLength = 1, Key = InOnePiece() };
        if (pages > 0)
            problem.Key.Tables = &table;
        List<Call> calls = Walk(&problem, first, count);

        Assert.Equal(pages == 0 ? 1 : pages - (first / pageTokens), calls.Count);
        Assert.Equal(Enumerable.Range(first, count), calls.SelectMany(call => Enumerable.Range(call.Token, call.Count)));
        Assert.All(calls, call => Assert.Equal(AddressOf(call.Token), call.Address));
        const int near = 12 * 1024 / TokenBytes;
        Assert.Equal(AddressesFrom(first + near), AskedBy(calls, ahead => ahead.Again));
        Assert.Equal(AddressesFrom(first + (2 * near)), AskedBy(calls, ahead => ahead.First));

        IEnumerable<nint> AddressesFrom(int token) => Enumerable.Range(token, count).Select(AddressOf);

        nint AddressOf(int token) => token >= first + count ? (nint)(s_next + ((token - first - count) * TokenBytes))
            : pageTokens == 0 ? (nint)(s_tokens + (token * TokenBytes))
            : (nint)(blocks[token / pageTokens] + (((Head * pageTokens) + (token % pageTokens)) * TokenBytes));
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
        pass.BeginHead(Head);
        while (pass.Next())
        {
            Assert.Equal(Dim, pass.Stride);
            calls.Add(new Call(pass.Token, pass.Count, (nint)pass.Address, pass.Ahead));
        }
        return calls;
    }

    private static IEnumerable<nint> AskedBy(List<Call> calls, Func<TokensAhead, TokenDistance> distance) => calls.SelectMany(
        call => Enumerable.Range(0, call.Count).Select(token => call.Address + (token * TokenBytes) + (distance(call.Ahead).Of(token) * sizeof(ushort))));
}
