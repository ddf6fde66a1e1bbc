namespace SpecAttn.Scores.Tests;

/// <summary>
/// A mask that hides nothing from the first head and much from the others. Over few keys the row kernel takes heads together where every one
/// of them sees every key, and must not go by the first.
/// </summary>
public class HeadMaskTests
{
    private const int Heads = 4;
    private const int Dim = 4;
    private const int FirstHeadAlone = 5;

    private static readonly Lazy<Attend> s_attend = new(() => CompiledKernels.Compile(
        $"""
        public static bool Sees(int head, int key) => head == 0 || key < {FirstHeadAlone};

        [Attention(heads: {Heads}, headDim: {Dim}, Visible = nameof(Sees))]
        public static partial void Attend(
            ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, KernelIsa isa);
        """).GetMethod("Attend")!.CreateDelegate<Attend>());

    private delegate void Attend(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, KernelIsa isa);

    /// <summary>A query of 0 gives all keys the same weight: the output is the mean of the values that a head sees.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(20)]
    [InlineData(128)]
    [InlineData(129)]
    public void Heads_SeeTheirOwnKeys(int keys)
    {
        var random = new Random(keys);
        float[] key = [.. Enumerable.Range(0, keys * Heads * Dim).Select(_ => random.NextSingle())];
        float[] value = [.. Enumerable.Range(0, keys * Heads * Dim).Select(_ => random.NextSingle())];
        float[] output = new float[Heads * Dim];
        foreach (KernelIsa isa in KernelSelector.Supported)
        {
            s_attend.Value(new float[Heads * Dim], key, value, output, isa);
            for (int i = 0; i < output.Length; i++)
            {
                int seen = i < Dim ? keys : Math.Min(keys, FirstHeadAlone);
                double expected = Enumerable.Range(0, seen).Average(token => (double)value[(token * Heads * Dim) + i]);
                Assert.True(Math.Abs(output[i] - expected) < 1e-6, $"{isa}, {keys} keys: element {i % Dim} of head {i / Dim} is {output[i]} and not {expected}");
            }
        }
    }
}
