using System.Collections.Immutable;

namespace SpecAttn.Benchmarks.Scores;

/// <summary>The rows of the score table, with their targets.</summary>
internal static class ScoreComparisons
{
    private const int Length = 1024;
    private const int LongLength = 8192;
    private const int SparseLength = 4096;

    private static readonly ScoreCall s_plain = new((d, isa) => ScoreKernels.Plain(d.Query, d.Key, d.Value, d.Output, 1, isa), Plain);

    private static readonly ScoreCall s_windowOfKeys = PlainOver(ScoreKernels.Window);

    private static readonly ScoreCall s_causal = new((d, isa) => ScoreKernels.Causal(d.Query, d.Key, d.Value, d.Output, 1, isa), Causal);

    private static readonly ScoreCall s_window = new(
        (d, isa) => ScoreKernels.SlidingWindow(d.Query, d.Key, d.Value, d.Output, 1, isa), Window(ScoreKernels.Window));

    private static readonly ScoreCall s_softcap = new((d, isa) => ScoreKernels.Softcap(d.Query, d.Key, d.Value, d.Output, 1, isa), Softcap);

    private static readonly ScoreCall s_alibi = new(
        (d, isa) => ScoreKernels.Alibi(d.Query, d.Key, d.Value, d.Output, d.Slopes, 1, isa), CausalAlibi);

    private static readonly ScoreCall s_bias = new((d, isa) => ScoreKernels.Bias(d.Query, d.Key, d.Value, d.Output, d.Bias, 1, isa), Bias);

    private static readonly ScoreCall s_everything = new(
        (d, isa) => ScoreKernels.Everything(d.Query, d.Key, d.Value, d.Output, 1, isa), Everything(ScoreKernels.Window));

    private static readonly ScoreCall s_everythingWide = new(
        (d, isa) => ScoreKernels.EverythingWide(d.Query, d.Key, d.Value, d.Output, 1, isa), Everything(Length));

    private static readonly ScoreCall s_userCausal = new(
        (d, isa) => ScoreKernels.UserCausal(d.Query, d.Key, d.Value, d.Output, 1, isa), Causal);

    private static readonly ScoreCall s_userWindow = new(
        (d, isa) => ScoreKernels.UserSlidingWindow(d.Query, d.Key, d.Value, d.Output, 1, isa), Window(ScoreKernels.Window));

    private static readonly ScoreCall s_userSoftcap = new(
        (d, isa) => ScoreKernels.UserSoftcap(d.Query, d.Key, d.Value, d.Output, 1, isa), Softcap);

    private static readonly ScoreCall s_userAlibi = new(
        (d, isa) => ScoreKernels.UserAlibi(d.Query, d.Key, d.Value, d.Output, d.Slopes, 1, isa), CausalAlibi);

    private static readonly ScoreCall s_blocks = new(
        (d, isa) => ScoreKernels.BlockSparse(d.Query, d.Key, d.Value, d.Output, 1, isa),
        (_, score, _, query, key) => ScoreKernels.IsLinked(query, key) ? score : double.NegativeInfinity);

    /// <summary>All rows.</summary>
    public static ImmutableArray<ScoreComparison> All { get; } =
    [
        new("scores: softcap, ALiBi, causal, window of all / causal", Length, Length, s_everythingWide, s_causal, 125),
        new("scores: softcap, ALiBi, causal, window of 256 / causal", Length, Length, s_everything, s_causal, 125),
        new("scores: bias [q, k] / none", Length, Length, s_bias, s_plain, 125),
        new("scores: softcap / none", Length, Length, s_softcap, s_plain, 125),
        new("scores: causal in C# / option", Length, Length, s_userCausal, s_causal, 105),
        new("scores: window of 256 in C# / option", Length, Length, s_userWindow, s_window, 105),
        new("scores: softcap in C# / option", Length, Length, s_userSoftcap, s_softcap, 105),
        new("scores: ALiBi in C# / slopes", Length, Length, s_userAlibi, s_alibi, 105),
        new("scores: window of 256 of 8192 keys / 256 keys", LongLength, LongLength, s_window, s_windowOfKeys, 125),
        new("scores: window of 256 of 8192 keys, one query / 256 keys", 1, LongLength, s_window, s_windowOfKeys, 125),
        new("scores: linked blocks of 4096 keys in C# / as many visible keys", SparseLength, SparseLength, s_blocks, PlainOver(LinkedKeys()), 125),
    ];

    /// <summary>Every query over the first keys, without a mask.</summary>
    private static ScoreCall PlainOver(int keys) => new(
        (d, isa) => ScoreKernels.Plain(d.Query, d.FirstKeys(keys), d.FirstValues(keys), d.Output, 1, isa), Plain, keys);

    /// <summary>How many keys a query of the linked blocks sees on average.</summary>
    private static int LinkedKeys()
    {
        const int Blocks = SparseLength / ScoreKernels.SparseBlock;
        int linked = 0;
        for (int from = 0; from < Blocks; from++)
        for (int to = 0; to < Blocks; to++)
            linked += ScoreKernels.IsLinked(from * ScoreKernels.SparseBlock, to * ScoreKernels.SparseBlock) ? 1 : 0;
        return linked * ScoreKernels.SparseBlock / Blocks;
    }

    private static double Plain(ScoreData data, double score, int head, int query, int key) => score;

    private static double Causal(ScoreData data, double score, int head, int query, int key) => key <= query ? score : double.NegativeInfinity;

    private static double Softcap(ScoreData data, double score, int head, int query, int key) =>
        ScoreKernels.Cap * Math.Tanh(score / ScoreKernels.Cap);

    private static double Bias(ScoreData data, double score, int head, int query, int key) => score + data.Bias[(query * data.Keys) + key];

    private static double CausalAlibi(ScoreData data, double score, int head, int query, int key) =>
        Causal(data, score + (data.Slopes[head] * (key - query)), head, query, key);

    private static ScoreDefinition Window(int window) => (data, score, head, query, key) =>
        query - key < window ? Causal(data, score, head, query, key) : double.NegativeInfinity;

    private static ScoreDefinition Everything(int window) => (data, score, head, query, key) =>
        Window(window)(data, CausalAlibi(data, Softcap(data, score, head, query, key), head, query, key), head, query, key);
}
