namespace SpecAttn.Story;

/// <summary>Number of query heads, of key/value heads, and elements of a head.</summary>
internal readonly record struct HeadGeometry(int Heads, int KeyValueHeads, int HeadDim)
{
    public override string ToString() => $"{Heads}/{KeyValueHeads}/{HeadDim}";
}

/// <summary>Causal attention of the last tokens of a text over all of it.</summary>
/// <param name="query">[tokens, heads, headDim], before rotary embedding.</param>
/// <param name="cache">The keys and values of the text up to the last token.</param>
/// <param name="output">Shaped as <paramref name="query"/>.</param>
/// <param name="cos">[positions, headDim / 2] cosines of rotary embedding.</param>
/// <param name="sin">[positions, headDim / 2] sines.</param>
/// <param name="isa">Variant to run.</param>
/// <param name="parallelism">Most threads to use, 0 = all cores where that pays.</param>
internal delegate void AttentionMethod(
    ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
    KernelIsa isa, int parallelism);

/// <summary>
/// The attention of every model this program can run. Kernels are made at compile time, so each geometry is declared here;
/// each takes a cache of any kind and type.
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

    [Attention(heads: 8, headDim: 8, KeyValueHeads = 4, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void Stories260K(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);

    [Attention(heads: 6, headDim: 48, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void Stories15M(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);

    [Attention(heads: 8, headDim: 64, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void Stories42M(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);

    [Attention(heads: 12, headDim: 64, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void Stories110M(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);

    [Attention(heads: 32, headDim: 64, KeyValueHeads = 4, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void TinyLlama(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);

    [Attention(heads: 32, headDim: 128, Mask = AttentionMask.Causal, Rotary = RotaryStyle.Interleaved)]
    private static partial void Llama7B(
        ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin,
        KernelIsa isa, int parallelism);
}
