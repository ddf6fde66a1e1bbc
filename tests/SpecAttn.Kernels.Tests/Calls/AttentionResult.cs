using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>What a call wrote, taken out of its memory.</summary>
/// <param name="Output">[batch, queryLength, heads, valueDim]</param>
/// <param name="LogSumExp">[batch, heads, queryLength], or null where the kernel has no such output.</param>
/// <param name="Weights">[batch, heads, queryLength, keyLength], or null where the kernel has no such output.</param>
internal sealed record AttentionResult(Problem Problem, float[] Output, float[]? LogSumExp, float[]? Weights)
{
    public ReadOnlySpan<float> OutputRow(int batch, int query, int head) =>
        Output.AsSpan(Problem.OutputIndex(batch, query, head), Problem.Geometry.ValueDim);

    /// <summary>The logarithm for a query, or <paramref name="otherwise"/> where the kernel has no such output.</summary>
    public float LogSumExpOf(int batch, int query, int head, float otherwise) =>
        LogSumExp == null ? otherwise : LogSumExp[Problem.LogSumExpIndex(batch, query, head)];
}
