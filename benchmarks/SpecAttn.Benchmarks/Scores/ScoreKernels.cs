using Floats = System.ReadOnlySpan<float>;

namespace SpecAttn.Benchmarks.Scores;

/// <summary>The kernels of the score table: masks and changes of scores as options of the attribute, and as functions that mean the same.</summary>
internal static partial class ScoreKernels
{
    public const int Heads = 12;
    public const int HeadDim = 64;
    public const int Window = 256;
    public const int SparseBlock = 64;
    public const float Cap = 30;

    [Attention(heads: Heads, headDim: HeadDim)]
    public static partial void Plain(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal)]
    public static partial void Causal(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal, Window = Window)]
    public static partial void SlidingWindow(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal, Softcap = Cap, Alibi = true, Window = Window)]
    public static partial void Everything(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    // A window over more keys than there are: nothing is saved, everything has to be looked at.
    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal, Softcap = Cap, Alibi = true, Window = 1024)]
    public static partial void EverythingWide(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Softcap = Cap)]
    public static partial void Softcap(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal)]
    public static partial void Alibi(Floats query, Floats key, Floats value, Span<float> output, Floats slopes, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim)]
    public static partial void Bias(Floats query, Floats key, Floats value, Span<float> output, Floats bias, int parallelism, KernelIsa isa);

    // The same in C#.

    [Attention(heads: Heads, headDim: HeadDim, Visible = nameof(IsPast))]
    public static partial void UserCausal(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Visible = nameof(IsInWindow))]
    public static partial void UserSlidingWindow(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Score = nameof(Capped))]
    public static partial void UserSoftcap(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Mask = AttentionMask.Causal, Score = nameof(Penalized))]
    public static partial void UserAlibi(Floats query, Floats key, Floats value, Span<float> output, Floats rates, int parallelism, KernelIsa isa);

    [Attention(heads: Heads, headDim: HeadDim, Visible = nameof(IsLinked))]
    public static partial void BlockSparse(Floats query, Floats key, Floats value, Span<float> output, int parallelism, KernelIsa isa);

    public static bool IsPast(int query, int key) => key <= query;

    public static bool IsInWindow(int query, int key) => key <= query && query - key < Window;

    public static float Capped(float score) => Cap * MathF.Tanh(score / Cap);

    public static float Penalized(float score, int head, int query, int key, Floats rates) => score - rates[head] * (query - key);

    /// <summary>Blocks of tokens that see their neighbours, the first block and every sixteenth, and are seen by all where they are the first.</summary>
    public static bool IsLinked(int query, int key)
    {
        int from = query / SparseBlock, to = key / SparseBlock;
        return Math.Abs(from - to) <= 1 || from == 0 || to % 16 == 0;
    }
}
