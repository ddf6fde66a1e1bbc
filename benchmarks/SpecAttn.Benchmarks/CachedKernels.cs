namespace SpecAttn.Benchmarks;

/// <summary>The kernels over caches that are measured; each takes caches of any type.</summary>
internal static partial class CachedKernels
{
    [Attention(heads: 12, headDim: 64, Mask = AttentionMask.Causal)]
    public static partial void H12D64(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: 32, headDim: 128, Mask = AttentionMask.Causal)]
    public static partial void H32D128(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void H32Kv8D128(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void H32Kv8D128(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<float>> cache, Span<float> output, int parallelism, KernelIsa isa);
}
