using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>The weights output at each of its stages, hidden pairs included.</summary>
public sealed class WeightsTests
{
    [Theory]
    [MemberData(nameof(KernelRows.Weighing), MemberType = typeof(KernelRows))]
    public void Weights_OnAwkwardShapes_AreTheScoresOfTheirStage(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(WeightsTests), name);
        foreach (Shape shape in ShapeFactory.Few(kernel, random).Append(ShapeFactory.Create(kernel, random, 1, 1)).Append(ShapeFactory.Create(kernel, random, 9, 150)))
        {
            var trial = new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Random(random, shape.Batch));
            double[] expected = Float64Oracle.Weights(trial.Problem, kernel.Declaration.Weights);
            float[] actual = trial.Run().Weights!;
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++)
            {
                trial.Check(
                    expected[i] == actual[i] || Math.Abs(expected[i] - actual[i]) <= 1e-6 + (1e-6 * Math.Abs(expected[i])),
                    $"weight {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.Weighing), MemberType = typeof(KernelRows))]
    public void Probabilities_OfEveryQueryThatSeesAKey_SumToOne(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        if (kernel.Declaration.Weights != ScoreStage.Probabilities || kernel.Has("sinks"))
            return;
        Random random = TestSettings.RandomFor(nameof(WeightsTests), "sums", name);
        foreach (Shape shape in ShapeFactory.Few(kernel, random))
        {
            var trial = new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Dense);
            float[] weights = trial.Run().Weights!;
            trial.ForEachRow((batch, query, head) =>
            {
                double sum = 0;
                for (int key = 0; key < shape.KeyLength; key++)
                    sum += weights[trial.Problem.WeightIndex(batch, query, head, key)];
                double expected = trial.Problem.SeesAnyKey(batch, head, query) ? 1 : 0;
                trial.Check(Math.Abs(sum - expected) < 1e-5, $"weights of query {query} of head {head} sum to {sum:R}, expected {expected}");
            });
        }
    }
}
