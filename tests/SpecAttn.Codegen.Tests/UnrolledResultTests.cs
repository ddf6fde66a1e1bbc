extern alias runtime;

using System.Reflection;
using runtime::SpecAttn.Kernels;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Generator.Planning;
using Layout = runtime::SpecAttn.AttentionLayout;
using Alignment = runtime::SpecAttn.CausalAlignment;

namespace SpecAttn.Codegen.Tests;

/// <summary>
/// Fully unrolled kernels compute attention, those too that are split into more methods than a kernel of the other test projects.
/// </summary>
public sealed class UnrolledResultTests
{
    private const int Heads = 2;

    /// <summary>Enough queries for the tile kernel's last, narrow blocks, and so few that the row kernel takes them.</summary>
    private static readonly int[] s_queryLengths = [43, 3, 1];

    private const int KeyLength = 70;

    [Theory]
    [MemberData(nameof(KernelRows.Unrolled), MemberType = typeof(KernelRows))]
    public void Kernel_AgreesWithTheDefinition(string isa, string kernel)
    {
        IsaFacts facts = IsaFacts.All.Single(facts => $"{facts.Isa}" == isa);
        KernelDeclaration declaration = KernelDeclaration.Find(kernel);
        Type type = Assembly.Load(KernelAssembly.Image(facts)).GetTypes().Single(type => type.Name == KernelAssembly.TypeName(declaration, facts));
        MethodInfo attend = typeof(UnrolledResultTests).GetMethod(nameof(Attend), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type);

        foreach (int queryLength in s_queryLengths)
        {
            var random = new Random(1);
            float[] query = Normal(random, queryLength * Heads * declaration.HeadDim);
            float[] key = Normal(random, KeyLength * declaration.HeadDim);
            float[] value = Normal(random, KeyLength * declaration.ValueDim);
            float[] output = new float[queryLength * Heads * declaration.ValueDim];
            attend.Invoke(null, [declaration, query, key, value, output]);
            AssertDefinition(declaration, queryLength, query, key, value, output, $"{isa} {kernel} with {queryLength} queries");
        }
    }

    private static void Attend<TKernel>(KernelDeclaration kernel, float[] query, float[] key, float[] value, float[] output)
        where TKernel : struct, IAttentionKernel
    {
        var arguments = new AttentionArguments(Heads, keyValueHeads: 1, kernel.HeadDim, kernel.ValueDim, Layout.TokenMajor, Alignment.BottomRight)
        {
            Query = new ReadOnlySpan<float>(query),
            Key = new ReadOnlySpan<float>(key),
            Value = new ReadOnlySpan<float>(value),
            Output = output.AsSpan(),
        };
        arguments.Run<TKernel>();
    }

    private static void AssertDefinition(
        KernelDeclaration kernel, int queryLength, float[] query, float[] key, float[] value, float[] output, string what)
    {
        int dim = kernel.HeadDim;
        for (int row = 0; row < queryLength * Heads; row++)
        {
            int seen = kernel.IsCausal ? KeyLength - queryLength + (row / Heads) + 1 : KeyLength;
            double[] weights =
            [
                .. Enumerable.Range(0, seen).Select(k => Enumerable.Range(0, dim).Sum(d => (double)query[(row * dim) + d] * key[(k * dim) + d]) / Math.Sqrt(dim)),
            ];
            double largest = weights.Max();
            weights = [.. weights.Select(score => Math.Exp(score - largest))];
            double sum = weights.Sum();
            for (int d = 0; d < kernel.ValueDim; d++)
            {
                double expected = weights.Select((weight, k) => weight * value[(k * kernel.ValueDim) + d]).Sum() / sum;
                double error = Math.Abs(output[(row * kernel.ValueDim) + d] - expected);
                Assert.True(error < 2e-6, $"{what}: row {row}, element {d} is off by {error:e1}.");
            }
        }
    }

    private static float[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
