using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests.Kernels;

/// <summary>A kernel whose machine code is looked at.</summary>
/// <param name="HeadDim">Elements of a query or key head.</param>
/// <param name="ValueDim">Elements of a value head.</param>
/// <param name="IsCausal">Whether it has a mask, and so the emitters of masks.</param>
/// <param name="Unroll">How far its loops are unrolled.</param>
internal sealed record KernelDeclaration(int HeadDim, int ValueDim, bool IsCausal, Unroll Unroll)
{
    private static readonly KernelDeclaration[] s_everywhere =
    [
        Auto(8),
        Auto(17, valueDim: 5, causal: true),
        Auto(40),
        Auto(64, causal: true),
        Auto(80),
        Auto(96),
        Auto(128, causal: true),
        Auto(192, valueDim: 128),
        Auto(256, causal: true),
        Auto(512),
        Full(8),
        Full(27, valueDim: 41, causal: true),
        Full(64, valueDim: 200, causal: true),
        Full(136, valueDim: 72),
        Auto(64, causal: true) with
        {
            Name = "BuiltInScores",
            Options = "Window = 100, Softcap = 30, Alibi = true",
            Parameters = "int prefixLength, ReadOnlySpan<float> bias, ReadOnlySpan<bool> mask",
        },
        Auto(64) with { Name = "AnyCache", IsCached = true },
        Auto(128, causal: true) with { Name = "AnyCacheCausal", IsCached = true },
        Full(192, valueDim: 64, causal: true) with { Name = "AnyCacheUnrolled", IsCached = true },
        Auto(64) with
        {
            Name = "UserScores",
            Options = "Score = nameof(Decay), Visible = nameof(SameDocument)",
            Parameters = "float rate, ReadOnlySpan<int> documents",
            MayHide = true,
        },
    ];

    // More than three hundred thousand lines of C# in four variants: compiled only where they can run.
    private static readonly KernelDeclaration[] s_large = [Full(512, valueDim: 16), Full(768, valueDim: 16)];

    /// <summary>Every emitter, head dimensions from 8 to 768, both ways to unroll.</summary>
    /// <param name="isRunnable">Whether this machine has the variant.</param>
    public static IEnumerable<KernelDeclaration> All(bool isRunnable) => isRunnable ? [.. s_everywhere, .. s_large] : s_everywhere;

    public static KernelDeclaration Find(string name) => All(isRunnable: true).Single(kernel => kernel.Name == name);

    /// <summary>Score and visibility functions that <see cref="Options"/> can name.</summary>
    public const string Functions = """
        static float Decay(float score, int query, int key, float rate) => score - rate * MathF.Abs(query - key);
        static bool SameDocument(int query, int key, ReadOnlySpan<int> documents) => key <= query && documents[query] == documents[key];
        """;

    /// <summary>Name of the attention method.</summary>
    public string Name { get; init; } = $"{Unroll}{HeadDim}" + (ValueDim == HeadDim ? "" : $"Value{ValueDim}") + (IsCausal ? "Causal" : "");

    /// <summary>More arguments of the attribute.</summary>
    public string Options { get; init; } = "";

    /// <summary>More parameters of the method.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Whether keys and values come from a cache of any type, so that there are row kernels for all of them.</summary>
    public bool IsCached { get; init; }

    public bool HasFunctions => Options.Contains("nameof", StringComparison.Ordinal);

    /// <summary>Whether a key can be hidden from a query.</summary>
    public bool MayHide { get; init; } = IsCausal;

    /// <summary>The declaration in C#.</summary>
    public string Source => $"""
        [Attention(heads: 2, headDim: {HeadDim}, KeyValueHeads = 1, ValueDim = {ValueDim}, Mask = AttentionMask.{(IsCausal ? "Causal" : "None")},
            Unroll = Unroll.{Unroll}{Join(Options)})]
        public static partial void {Name}(
            ReadOnlySpan<float> query, {(IsCached ? "KeyValueCache cache" : "ReadOnlySpan<float> key, ReadOnlySpan<float> value")}, Span<float> output{Join(Parameters)});
        """;

    public KernelPlan Plan(IsaFacts facts) =>
        TilePlanner.Plan(new HeadGeometry(Heads: 2, KeyValueHeads: 1, HeadDim, ValueDim), IsCached ? HeadStorage.Any : HeadStorage.Floats, Unroll, facts);

    private static string Join(string more) => more.Length == 0 ? "" : $", {more}";

    private static KernelDeclaration Auto(int headDim, int? valueDim = null, bool causal = false) =>
        new(headDim, valueDim ?? headDim, causal, Unroll.Auto);

    private static KernelDeclaration Full(int headDim, int? valueDim = null, bool causal = false) =>
        new(headDim, valueDim ?? headDim, causal, Unroll.Full);
}
