// <readme>
using SpecAttn;

public static partial class Llama
{
    // 32 query heads share 8 key/value heads; a query sees the keys up to its own position.
    [Attention(heads: 32, headDim: 128, KeyValueHeads = 8, Mask = AttentionMask.Causal)]
    public static partial void Attend(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);

    public static float[] Prefill(float[] query, float[] key, float[] value)
    {
        var output = new float[query.Length]; // [tokens, 32, 128], as query; key and value are [tokens, 8, 128]
        Attend(query, key, value, output);
        return output;
    }
}
// </readme>
