// <readme>
using SpecAttn;

public static partial class Decoder
{
    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void Attend(ReadOnlySpan<float> query, PagedKeyValueCache<BFloat16> cache, Span<float> output);

    // One token, or some: the queries belong to the last tokens of the cache.
    public static void Step(float[] query, float[] key, float[] value, PagedKeyValueCache<BFloat16> cache, float[] output)
    {
        cache.Append(key, value); // [tokens, 8, 128]
        Attend(query, cache, output); // [tokens, 32, 128]
    }
}
// </readme>
