using SpecAttn.Caches.Tests.Support;
using SpecAttn.Kernels.Tests;

namespace SpecAttn.Caches.Tests;

/// <summary>Contexts that come from memory, which some processors read in four streams, wherever the pages of a cache lie.</summary>
public sealed class LongContextTests
{
    private const int HeadDim = 128;
    private const int Heads = 4;

    /// <summary>More than 12 MB of keys and values, in 13 blocks of the row kernel, of which the last one is short.</summary>
    private const int Tokens = 12_807;

    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void LongContext_IsExact(KernelIsa isa)
    {
        Random random = TestSettings.RandomFor(nameof(LongContextTests));
        (float[] query, float[] key, float[] value) = (Numbers(Heads), Numbers(Tokens), Numbers(Tokens));
        var problem = new Problem(
            new HeadGeometry(Heads, 1, HeadDim, HeadDim), AttentionMask.Causal, CausalAlignment.BottomRight, new Shape(1, 1, Tokens), float.NaN, query, key, value);
        double[] expected = Float64Oracle.Attend(problem).Output;

        using var contiguous = new KeyValueCache<float>(keyValueHeads: 1, HeadDim, capacity: Tokens);
        contiguous.Append(key, value);
        float[] ofOne = Check((output, parallelism) => LongContextKernels.Attend(query, contiguous, output, parallelism, isa), "contiguous");

        // Chunks of streams are whole in pages of 64 and 20 tokens, but not in those of 18.
        foreach (int pageTokens in new[] { 64, 20, 18 })
        {
            using var pool = new KeyValuePagePool<float>(keyValueHeads: 1, HeadDim, pageTokens, pages: (Tokens + pageTokens - 1) / pageTokens);
            using var paged = new PagedKeyValueCache<float>(pool);
            paged.Append(key, value);
            float[] ofPages = Check((output, parallelism) => LongContextKernels.AttendPaged(query, paged, output, parallelism, isa), $"pages of {pageTokens}");
            Assert.Equal(ofOne, ofPages);
        }

        float[] Check(Action<float[], int> attend, string where)
        {
            var output = new float[Heads * HeadDim];
            attend(output, 1);
            Assert.True(RandomNumbers.Difference(expected, output) < 1e-6, where);
            var outputOfThreads = new float[Heads * HeadDim];
            attend(outputOfThreads, 3);
            Assert.Equal(output, outputOfThreads);
            return output;
        }

        float[] Numbers(int rows) => RandomNumbers.Of(random, rows * HeadDim);
    }
}

internal static partial class LongContextKernels
{
    [Attention(heads: 4, headDim: 128, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void Attend(ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 128, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void AttendPaged(ReadOnlySpan<float> query, PagedKeyValueCache<float> cache, Span<float> output, int parallelism, KernelIsa isa);
}
