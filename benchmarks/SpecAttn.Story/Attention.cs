namespace SpecAttn.Story;

/// <summary>Number of query heads, of key/value heads, and elements of a head.</summary>
internal readonly record struct HeadGeometry(int Heads, int KeyValueHeads, int HeadDim)
{
    public override string ToString() => $"{Heads}/{KeyValueHeads}/{HeadDim}";
}

/// <summary>Causal attention of the tokens from position <paramref name="queryOffset"/> on over all tokens up to their own.</summary>
/// <param name="query">[tokens, heads, headDim]</param>
/// <param name="key">[queryOffset + tokens, keyValueHeads, headDim]</param>
/// <param name="value">Shaped as <paramref name="key"/>.</param>
/// <param name="output">Shaped as <paramref name="query"/>.</param>
/// <param name="queryOffset">Position of the first query among the keys.</param>
/// <param name="isa">Variant to run.</param>
/// <param name="parallelism">Most threads to use, 0 = all cores where that pays.</param>
internal delegate void AttentionMethod(
    ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
    int queryOffset, KernelIsa isa, int parallelism);

/// <summary>
/// The attention of every model this program can run. Kernels are made at compile time, so each geometry is declared here.
/// </summary>
internal static partial class Attention
{
    /// <summary>The compiled attention methods by geometry.</summary>
    public static IReadOnlyDictionary<HeadGeometry, AttentionMethod> Compiled { get; } = new Dictionary<HeadGeometry, AttentionMethod>
    {
        [new(8, 4, 8)] = Stories260K,
        [new(6, 6, 48)] = Stories15M,
        [new(8, 8, 64)] = Stories42M,
        [new(12, 12, 64)] = Stories110M,
        [new(32, 4, 64)] = TinyLlama,
        [new(32, 32, 128)] = Llama7B,
    };

    [Attention(heads: 8, headDim: 8, KeyValueHeads = 4, Mask = AttentionMask.Causal)]
    private static partial void Stories260K(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);

    [Attention(heads: 6, headDim: 48, Mask = AttentionMask.Causal)]
    private static partial void Stories15M(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);

    [Attention(heads: 8, headDim: 64, Mask = AttentionMask.Causal)]
    private static partial void Stories42M(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);

    [Attention(heads: 12, headDim: 64, Mask = AttentionMask.Causal)]
    private static partial void Stories110M(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);

    [Attention(heads: 32, headDim: 64, KeyValueHeads = 4, Mask = AttentionMask.Causal)]
    private static partial void TinyLlama(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);

    [Attention(heads: 32, headDim: 128, Mask = AttentionMask.Causal)]
    private static partial void Llama7B(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        int queryOffset, KernelIsa isa, int parallelism);
}
