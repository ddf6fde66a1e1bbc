using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>The oracle on cases that can be worked out by hand.</summary>
public sealed class OracleTests
{
    private static readonly HeadGeometry s_oneNumber = new(1, 1, 1, 1);

    [Fact]
    public void Attend_WithWeightsOneToThree_GivesTheWeightedMean()
    {
        // Scores 0 and ln 3: weights 1/4 and 3/4.
        (double[] output, double[] logSumExp) = Attend(AttentionMask.None, default, new Shape(1, 1, 2), [1], [0, MathF.Log(3)], [8, 4]);
        Assert.Equal(5, output[0], 6);
        Assert.Equal(Math.Log(4), logSumExp[0], 6);
    }

    [Theory]
    [InlineData(CausalAlignment.TopLeft, new double[] { 1, 1.5 })]
    [InlineData(CausalAlignment.BottomRight, new double[] { 1.5, 2 })]
    public void Attend_WithCausalMask_AlignsQueriesAndKeys(CausalAlignment alignment, double[] expected)
    {
        (double[] output, _) = Attend(AttentionMask.Causal, alignment, new Shape(1, 2, 3), [1, 1], [0, 0, 0], [1, 2, 3]);
        Assert.Equal(expected, output);
    }

    [Fact]
    public void Attend_WithKeyLength_AlignsToTheLastValidKey()
    {
        (double[] output, _) = Attend(AttentionMask.Causal, default, new Shape(1, 1, 3, KeyLengths: [2]), [1], [0, 0, float.NaN], [1, 2, float.NaN]);
        Assert.Equal(1.5, output[0]);
    }

    [Fact]
    public void Attend_WithNegativeOffset_HidesAllKeysFromTheFirstQuery()
    {
        (double[] output, double[] logSumExp) = Attend(
            AttentionMask.Causal, default, new Shape(1, 2, 2, QueryOffsets: [-1]), [1, 1], [0, 0], [7, 9]);
        Assert.Equal([0, 7], output);
        Assert.Equal([double.NegativeInfinity, 0], logSumExp);
    }

    [Fact]
    public void Attend_WithGroupedHeads_SharesTheKeyValueHead()
    {
        var problem = new Problem(
            new HeadGeometry(4, 2, 1, 1), AttentionMask.None, default, new Shape(1, 1, 1), 1, [1, 2, 3, 4], [5, 6], [10, 20]);
        Assert.Equal([10, 10, 20, 20], Float64Oracle.Attend(problem).Output);
        Assert.Equal([5, 10, 18, 24], Float64Oracle.Attend(problem).LogSumExp);
    }

    [Fact]
    public void PlainFp32_AgreesWithTheOracle()
    {
        var random = new Random(TestSettings.Seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var problem = new Problem(
            new HeadGeometry(4, 2, 5, 3), AttentionMask.Causal, default, new Shape(2, 6, 7, [7, 3], [1, -2]), float.NaN,
            Numbers(2 * 6 * 4 * 5), Numbers(2 * 7 * 2 * 5), Numbers(2 * 7 * 2 * 3));
        (double[] output, double[] logSumExp) = Float64Oracle.Attend(problem);
        (float[] plainOutput, float[] plainLogSumExp) = PlainFp32.Attend(problem);
        for (int i = 0; i < output.Length; i++)
            Assert.Equal(output[i], plainOutput[i], 1e-6);
        for (int i = 0; i < logSumExp.Length; i++)
            Assert.Equal(logSumExp[i], plainLogSumExp[i], 1e-6);
    }

    private static (double[] Output, double[] LogSumExp) Attend(
        AttentionMask mask, CausalAlignment alignment, Shape shape, float[] query, float[] key, float[] value) =>
        Float64Oracle.Attend(new Problem(s_oneNumber, mask, alignment, shape, 1, query, key, value));
}
