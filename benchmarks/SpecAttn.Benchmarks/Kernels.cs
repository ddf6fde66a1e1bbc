namespace SpecAttn.Benchmarks;

/// <summary>One of <see cref="Kernels"/>. The lengths follow from the spans.</summary>
internal delegate void AttentionCall(
    ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

/// <summary>
/// The kernels that are measured, declared as any user would declare them. What the generator made of them is under <c>obj/Generated</c>.
/// All have one signature, so that <see cref="Workloads"/> can list them.
/// </summary>
internal static partial class Kernels
{
    [Attention(heads: 12, headDim: 64)]
    public static partial void H12D64(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 12, headDim: 64, Mask = AttentionMask.Causal)]
    public static partial void H12D64Causal(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 64)]
    public static partial void H8D64(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 64, Mask = AttentionMask.Causal)]
    public static partial void H8D64Causal(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 128, KeyValueHeads = 2)]
    public static partial void H8Kv2D128(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void H32Kv8D128Causal(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 256, KeyValueHeads = 4, Mask = AttentionMask.Causal)]
    public static partial void H8Kv4D256Causal(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 16, headDim: 80)]
    public static partial void H16D80(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 16, headDim: 96)]
    public static partial void H16D96(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 72)]
    public static partial void H8D72(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 8)]
    public static partial void H4D8(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    // Unroll.Full beside the same without.

    [Attention(heads: 12, headDim: 64, Unroll = Unroll.Full)]
    public static partial void H12D64Unrolled(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal, Unroll = Unroll.Full)]
    public static partial void H32Kv8D128CausalUnrolled(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    // For one query and for a few: every head's keys and values in one piece, as a cache keeps them.

    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor)]
    public static partial void H32Kv8D128CausalHeadMajor(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 12, headDim: 64, Layout = AttentionLayout.HeadMajor)]
    public static partial void H12D64HeadMajor(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 64, Layout = AttentionLayout.HeadMajor)]
    public static partial void H8D64HeadMajor(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 256, KeyValueHeads = 1, Layout = AttentionLayout.HeadMajor)]
    public static partial void H8Kv1D256HeadMajor(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int parallelism, KernelIsa isa);
}
