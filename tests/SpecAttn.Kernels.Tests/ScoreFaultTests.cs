using SpecAttn.Kernels.Declared;
using SpecAttn.Kernels.Tests.Cases;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>A score or visibility function that C# would stop stops the call, where a visible pair needs it and nowhere else.</summary>
public sealed class ScoreFaultTests
{
    private const int Heads = 4;
    private const int Dim = 20;

    public static IEnumerable<TheoryDataRow<KernelIsa>> Variants =>
        KernelRows.Variants.Select(variant => new TheoryDataRow<KernelIsa>(variant.Isa) { Skip = variant.WhyNot });

    [Theory]
    [MemberData(nameof(Variants))]
    public void IndexOutsideACapturedSpan_OfAVisiblePair_ThrowsAndNamesIt(KernelIsa isa)
    {
        foreach ((int queries, int keys) in ((int, int)[])[(1, 40), (1, 3000), (40, 60), (300, 300)])
        foreach (int parallelism in (int[])[1, 4])
        {
            var exception = Assert.Throws<IndexOutOfRangeException>(() => Run(isa, queries, keys, documents: keys - 1, parallelism));
            Assert.Contains("documents[", exception.Message, StringComparison.Ordinal);
            Assert.Contains($"documents has {keys - 1} elements", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void IndexOutsideACapturedSpan_OfHiddenPairsOnly_DoesNotThrow(KernelIsa isa)
    {
        // The function looks at documents only where the key is not after the query; queries before the first key see none.
        foreach ((int queries, int keys) in ((int, int)[])[(40, 1), (300, 7)])
            Run(isa, queries, keys, documents: keys, parallelism: 1);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Kernel_AfterAFault_WorksAsBefore(KernelIsa isa)
    {
        float[] expected = Run(isa, 70, 90, documents: 90, parallelism: 2);
        Assert.Throws<IndexOutOfRangeException>(() => Run(isa, 70, 90, documents: 0, parallelism: 2));
        Assert.Equal(expected, Run(isa, 70, 90, documents: 90, parallelism: 2));
    }

    private static float[] Run(KernelIsa isa, int queries, int keys, int documents, int parallelism)
    {
        float[] query = Numbers(queries * Heads * Dim);
        float[] key = Numbers(keys * Heads / 2 * Dim);
        var output = new float[query.Length];
        var logSumExp = new float[queries * Heads];
        var weights = new float[Heads * queries * keys];
        DeclaredKernels.DocumentDecay(
            query, key, key, output, 1, new int[documents], 0.1f, logSumExp,
            new System.Numerics.Tensors.TensorSpan<float>(weights, [1, Heads, queries, keys]), parallelism, isa);
        return output;
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i))];
}
