namespace SpecAttn.Caches.Tests;

/// <summary>Kernels that read whatever a cache stores.</summary>
public static partial class StreamKernels
{
    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void Attend(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output);

    [Attention(heads: 12, headDim: 64, Mask = AttentionMask.Causal)]
    public static partial void AttendShortHeads(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output);
}
