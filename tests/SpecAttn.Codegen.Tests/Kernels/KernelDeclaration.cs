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
    ];

    // More than three hundred thousand lines of C# in four variants: compiled only where they can run.
    private static readonly KernelDeclaration[] s_large = [Full(512, valueDim: 16), Full(768, valueDim: 16)];

    /// <summary>Every emitter, head dimensions from 8 to 768, both ways to unroll.</summary>
    /// <param name="isRunnable">Whether this machine has the variant.</param>
    public static IEnumerable<KernelDeclaration> All(bool isRunnable) => isRunnable ? [.. s_everywhere, .. s_large] : s_everywhere;

    public static KernelDeclaration Find(string name) => All(isRunnable: true).Single(kernel => kernel.Name == name);

    /// <summary>Name of the attention method.</summary>
    public string Name => $"{Unroll}{HeadDim}" + (ValueDim == HeadDim ? "" : $"Value{ValueDim}") + (IsCausal ? "Causal" : "");

    /// <summary>The declaration in C#.</summary>
    public string Source => $"""
        [Attention(heads: 2, headDim: {HeadDim}, KeyValueHeads = 1, ValueDim = {ValueDim}, Mask = AttentionMask.{(IsCausal ? "Causal" : "None")}, Unroll = Unroll.{Unroll})]
        public static partial void {Name}(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);
        """;

    public KernelPlan Plan(IsaFacts facts) =>
        TilePlanner.Plan(new HeadGeometry(Heads: 2, KeyValueHeads: 1, HeadDim, ValueDim), Unroll, facts);

    private static KernelDeclaration Auto(int headDim, int? valueDim = null, bool causal = false) =>
        new(headDim, valueDim ?? headDim, causal, Unroll.Auto);

    private static KernelDeclaration Full(int headDim, int? valueDim = null, bool causal = false) =>
        new(headDim, valueDim ?? headDim, causal, Unroll.Full);
}
