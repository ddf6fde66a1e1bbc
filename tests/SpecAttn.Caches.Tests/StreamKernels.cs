namespace SpecAttn.Caches.Tests;

/// <summary>A kernel that reads whatever a cache stores.</summary>
public static partial class StreamKernels
{
    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void Attend(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output);
}
