using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// The largest error against float64 is at most twice that of a plain fp32 implementation on the same numbers, plus 1e-6; a query that
/// sees no key is exactly 0, with a logarithm of −∞.
/// </summary>
public sealed class AccuracyTests
{
    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_OnAwkwardShapes_IsAsAccurateAsPlainFp32(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(AccuracyTests), name);
        foreach (Shape shape in ShapeFactory.All(kernel, random))
        {
            Problem problem = ProblemFactory.Create(kernel, shape, random);
            Check(new Trial(isa, kernel, problem, CallStyle.Random(random, shape.Batch)), InputKind.Ordinary);
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_OnExtremeNumbers_IsAsAccurateAsPlainFp32(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(AccuracyTests), "extreme", name);
        foreach (InputKind kind in Enum.GetValues<InputKind>())
        foreach (Shape shape in ShapeFactory.Few(kernel, random))
        {
            Problem problem = ProblemFactory.Create(kernel, shape, random, kind);
            Check(new Trial(isa, kernel, problem, CallStyle.Dense), kind);
        }
    }

    private static void Check(Trial trial, InputKind kind)
    {
        AttentionResult actual = trial.Run();
        (double[] output, double[] logSumExp) = Float64Oracle.Attend(trial.Problem);
        (float[] plainOutput, float[] plainLogSumExp) = PlainFp32.Attend(trial.Problem);
        CheckError("output", output, plainOutput, actual.Output);
        if (actual.LogSumExp != null)
            CheckError("logSumExp", logSumExp, plainLogSumExp, actual.LogSumExp);

        trial.ForEachRow((batch, query, head) => trial.Check(
            trial.Problem.SeesAnyKey(batch, query) || !actual.OutputRow(batch, query, head).ContainsAnyExcept(0f),
            $"output of sequence {batch}, query {query}, head {head}, which sees no key, is not 0"));

        void CheckError(string what, double[] exact, float[] plain, float[] result)
        {
            (double error, int at) = LargestError(exact, result);
            (double plainError, _) = LargestError(exact, plain);
            trial.Check(
                error <= (2 * plainError) + 1e-6,
                $"{kind} numbers: error {error:E2} of {what} at element {at} ({result[at]:R}, exactly {exact[at]:R}); plain fp32 has {plainError:E2}");
        }
    }

    /// <summary>The largest difference and where it is; infinite where one side is not finite and the other differs.</summary>
    private static (double Error, int At) LargestError(double[] exact, float[] result)
    {
        (double largest, int at) = (0, 0);
        for (int i = 0; i < exact.Length; i++)
        {
            double error = exact[i].Equals(result[i]) ? 0 : Math.Abs(exact[i] - result[i]);
            if (double.IsNaN(error))
                error = double.PositiveInfinity;
            if (error > largest)
                (largest, at) = (error, i);
        }

        return (largest, at);
    }
}
