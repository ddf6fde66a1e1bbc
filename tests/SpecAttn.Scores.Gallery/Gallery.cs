using SpecAttn;
using Floats = System.ReadOnlySpan<float>;
using Ints = System.ReadOnlySpan<int>;

public static partial class Gallery
{
    // Causal: a query sees the keys up to its own position. The same as Mask = AttentionMask.Causal.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(IsPast))]
    public static partial void Causal(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static bool IsPast(int query, int key) => key <= query;

    // Sliding window: the last 48 keys. Blocks before them are skipped, so the cost does not grow with the length.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(InWindow))]
    public static partial void SlidingWindow(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static bool InWindow(int query, int key) => key <= query && query - key < 48;

    // Prefix-LM: a prompt whose tokens see each other, then causal.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(InPrefix))]
    public static partial void PrefixLm(Floats query, Floats key, Floats value, Span<float> output, int promptLength, KernelIsa isa);

    static bool InPrefix(int query, int key, int promptLength) => IsPast(query, key) || key < promptLength;

    // Document packing: several documents in one sequence, each blind to the others.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(InDocument))]
    public static partial void Packed(Floats query, Floats key, Floats value, Span<float> output, Ints documents, KernelIsa isa);

    static bool InDocument(int query, int key, Ints documents) => key <= query && documents[query] == documents[key];

    // Dilated window: every fourth of the last 64 keys.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(IsOnStride))]
    public static partial void Dilated(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static bool IsOnStride(int query, int key)
    {
        int distance = query - key;
        return distance >= 0 && distance < 64 && distance % 4 == 0;
    }

    // Neighbourhood of image tokens: at most three rows and three columns away.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(IsNear))]
    public static partial void Neighbourhood(Floats query, Floats key, Floats value, Span<float> output, int width, KernelIsa isa);

    static bool IsNear(int query, int key, int width) =>
        Math.Abs(query / width - key / width) <= 3 && Math.Abs(query % width - key % width) <= 3;

    // ALiBi: a penalty that grows with the distance, another one for each head. The same as Alibi = true.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Mask = AttentionMask.Causal, Score = nameof(Penalize))]
    public static partial void Alibi(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static float Penalize(float score, int head, int query, int key) => score - MathF.Pow(2, -8f * (head + 1) / 4) * (query - key);

    // T5: a learned bias for each head and bucket of distances; buckets grow with the distance.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Mask = AttentionMask.Causal, Score = nameof(AddBucket))]
    public static partial void T5(Floats query, Floats key, Floats value, Span<float> output, Floats buckets, KernelIsa isa);

    static float AddBucket(float score, int head, int query, int key, Floats buckets) => score + buckets[Bucket(query - key) * 4 + head];

    static int Bucket(int distance)
    {
        int near = Math.Max(distance, 0);
        if (near < 16)
            return near;
        return Math.Min(31, 16 + (int)(MathF.Log(near / 16f) / MathF.Log(128 / 16f) * 16));
    }

    // Gemma: scores are kept within ±50 by a tanh, and half of the layers see a window. The first is the same as Softcap = 50.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Score = nameof(Cap), Visible = nameof(InWindow))]
    public static partial void Gemma(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static float Cap(float score) => 50 * MathF.Tanh(score / 50);

    // Tree attention: drafts of a speculative decoder. Each sees the prompt, and its ancestors among the drafts: a bit mask each.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(IsAncestor))]
    public static partial void Tree(Floats query, Floats key, Floats value, Span<float> output, Ints ancestors, int promptLength, KernelIsa isa);

    static bool IsAncestor(int query, int key, Ints ancestors, int promptLength) =>
        key < promptLength || (ancestors[query - promptLength] >> (key - promptLength) & 1) != 0;

    // BigBird: blocks of 32 tokens; each sees its neighbours, the first block, and a few others by chance. Only visible blocks cost.
    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Visible = nameof(IsLinked))]
    public static partial void BlockSparse(Floats query, Floats key, Floats value, Span<float> output, KernelIsa isa);

    static bool IsLinked(int query, int key)
    {
        int from = query / 32, to = key / 32;
        return Math.Abs(from - to) <= 1 || from == 0 || to == 0 || (from * 37 + to * 23) % 11 == 0;
    }
}
