namespace SpecAttn.Story.Tests;

/// <summary>The table leads to the attention it promises.</summary>
public class AttentionTests
{
    public static TheoryData<KernelIsa> AllVariants => Variants.All;

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Compiled_EveryGeometry_MatchesTheFormula(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);

        foreach ((HeadGeometry geometry, AttentionMethod attend) in Attention.Compiled)
        {
            // A prompt's pass, and a single token's.
            AssertMatchesFormula(geometry, attend, isa, tokens: 7, queryOffset: 2);
            AssertMatchesFormula(geometry, attend, isa, tokens: 1, queryOffset: 8);
        }
    }

    private static void AssertMatchesFormula(HeadGeometry geometry, AttentionMethod attend, KernelIsa isa, int tokens, int queryOffset)
    {
        var random = new Random(1);
        (int heads, int keyValueHeads, int headDim) = geometry;
        float[] query = RandomArray(tokens * heads * headDim);
        float[] key = RandomArray((queryOffset + tokens) * keyValueHeads * headDim);
        float[] value = RandomArray(key.Length);
        float[] output = new float[query.Length];

        // Without an angle, rotary embedding changes nothing.
        float[] cos = new float[(queryOffset + tokens) * headDim / 2];
        Array.Fill(cos, 1);
        using var cache = new KeyValueCache<float>(keyValueHeads, headDim, queryOffset + tokens);
        cache.Append(key, value);
        attend(query, cache, output, cos, new float[cos.Length], isa, parallelism: 1);

        for (int token = 0; token < tokens; token++)
        {
            for (int head = 0; head < heads; head++)
            {
                double[] expected = Formula(token, head);
                for (int d = 0; d < headDim; d++)
                    Assert.Equal(expected[d], output[Index(token, heads, head) + d], tolerance: 2e-6);
            }
        }

        float[] RandomArray(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];

        int Index(int token, int headsOfToken, int head) => ((token * headsOfToken) + head) * headDim;

        double[] Formula(int token, int head)
        {
            int shared = head / (heads / keyValueHeads);
            int visible = queryOffset + token + 1;
            double[] weights = [.. Enumerable.Range(0, visible).Select(i => Math.Exp(
                Enumerable.Range(0, headDim).Sum(d =>
                    (double)query[Index(token, heads, head) + d] * key[Index(i, keyValueHeads, shared) + d]) / Math.Sqrt(headDim)))];
            return [.. Enumerable.Range(0, headDim).Select(d =>
                Enumerable.Range(0, visible).Sum(i => weights[i] * value[Index(i, keyValueHeads, shared) + d]) / weights.Sum())];
        }
    }
}
