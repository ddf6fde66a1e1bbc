namespace SpecAttn.Caches.Declared;

/// <summary>The attention methods under test that read caches: one geometry, in which no dimension is a whole number of vectors.</summary>
public static partial class CachedKernels
{
    public const int Heads = 4;
    public const int KeyValueHeads = 2;
    public const int HeadDim = 24;
    public const int ValueDim = 20;
    public const int RotaryDim = 12;

    /// <summary>The window of the methods that have one.</summary>
    public const int Window = 9;

    /// <summary>Over spans, as all of the next ones.</summary>
    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, KeyValueCache<Half> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, KeyValueCache<BFloat16> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, KeyValueCache<sbyte> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, RingKeyValueCache<float> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, RingKeyValueCache<Half> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, RingKeyValueCache<BFloat16> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, RingKeyValueCache<sbyte> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, PagedKeyValueCache<float> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, PagedKeyValueCache<Half> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, PagedKeyValueCache<BFloat16> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, PagedKeyValueCache<sbyte> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<float>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<Half>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<BFloat16>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<sbyte>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<KeyValueCache<float>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendMany(
        ReadOnlySpan<float> query, ReadOnlySpan<RingKeyValueCache<float>> cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal)]
    public static partial void AttendSegments(
        ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<float>> cache, Span<float> output, Span<float> logSumExp,
        ReadOnlySpan<int> querySegments, int parallelism, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Alibi = true, Softcap = 5)]
    public static partial void AttendScored(
        ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output, ReadOnlySpan<float> sinks, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Alibi = true, Softcap = 5)]
    public static partial void AttendScored(
        ReadOnlySpan<float> query, RingKeyValueCache<float> cache, Span<float> output, ReadOnlySpan<float> sinks, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Alibi = true, Softcap = 5)]
    public static partial void AttendScored(
        ReadOnlySpan<float> query, PagedKeyValueCache<sbyte> cache, Span<float> output, ReadOnlySpan<float> sinks, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Score = nameof(Decay), Visible = nameof(IsKept))]
    public static partial void AttendByFunctions(
        ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output, float rate, int stride, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Score = nameof(Decay), Visible = nameof(IsKept))]
    public static partial void AttendByFunctions(
        ReadOnlySpan<float> query, RingKeyValueCache<float> cache, Span<float> output, float rate, int stride, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Score = nameof(Decay), Visible = nameof(IsKept))]
    public static partial void AttendByFunctions(
        ReadOnlySpan<float> query, PagedKeyValueCache<BFloat16> cache, Span<float> output, float rate, int stride, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Rotary = RotaryStyle.HalfSplit, RotaryDim = RotaryDim)]
    public static partial void AttendTurned(
        ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Rotary = RotaryStyle.HalfSplit, RotaryDim = RotaryDim)]
    public static partial void AttendTurned(
        ReadOnlySpan<float> query, RingKeyValueCache<float> cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, KernelIsa isa);

    [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, ValueDim = ValueDim, Mask = AttentionMask.Causal, Window = Window, Rotary = RotaryStyle.HalfSplit, RotaryDim = RotaryDim)]
    public static partial void AttendTurned(
        ReadOnlySpan<float> query, PagedKeyValueCache<Half> cache, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, KernelIsa isa);

    /// <summary>A head dimension of which no power of two keys fill the nearest cache.</summary>
    public const int WideDim = 80;

    [Attention(Heads, WideDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
    public static partial void AttendWide(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, KernelIsa isa);

    [Attention(Heads, WideDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
    public static partial void AttendWide(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, KernelIsa isa);

    /// <summary>A head dimension of many vectors, with AVX-512 an odd number of them: loops over it begin and end between others.</summary>
    public const int LongDim = 272;

    [Attention(Heads, LongDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
    public static partial void AttendLong(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, KernelIsa isa);

    [Attention(Heads, LongDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
    public static partial void AttendLong(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, KernelIsa isa);

    public static float Decay(float score, int query, int key, int head, float rate) => score - (rate * (query - key) * (head + 1));

    public static bool IsKept(int query, int key, int keyLength, int stride) => key == query || key % stride != 0 || keyLength - key < 4;
}
