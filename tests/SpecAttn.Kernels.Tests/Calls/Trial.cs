using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>One kernel on one problem in one variant; its text is the beginning of every failure message and enough to repeat it.</summary>
internal sealed record Trial(KernelIsa Isa, KernelCase Kernel, Problem Problem, CallStyle Style)
{
    public override string ToString() =>
        $"isa={Isa}, kernel={Kernel.Name}, shape=({Problem.Shape}), memory=({Style}), seed={TestSettings.Seed}";

    /// <summary>Memory for the call, inputs in place.</summary>
    public CallArguments CreateArguments(int parallelism = 0) => new(Kernel, Problem, Style) { Isa = Isa, Parallelism = parallelism };

    /// <summary>Calls the kernel in fresh memory, and sees to it that nothing but the outputs is written.</summary>
    public AttentionResult Run(int parallelism = 0)
    {
        using CallArguments arguments = CreateArguments(parallelism);
        try
        {
            AttentionResult result = arguments.Run();
            arguments.VerifyNothingElseWasWritten();
            return result;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{this}: {exception.Message}", exception);
        }
    }

    public void Check(bool condition, string complaint)
    {
        if (!condition)
            Assert.Fail($"{this}: {complaint}");
    }

    /// <summary>Compares the results of the queries that <paramref name="included"/> accepts, bit by bit.</summary>
    public void CheckSameBits(AttentionResult expected, AttentionResult actual, string complaint, Func<int, int, int, bool>? included = null)
    {
        ForEachRow((batch, query, head) =>
        {
            if (included != null && !included(batch, query, head))
                return;
            Check(Bits.AreEqual(expected.OutputRow(batch, query, head), actual.OutputRow(batch, query, head)),
                $"{complaint}: output of sequence {batch}, query {query}, head {head} is {Text(actual.OutputRow(batch, query, head))}, "
                + $"expected {Text(expected.OutputRow(batch, query, head))}");
            // Scores of the stages before the masks are also those of hidden keys.
            bool isMasked = Kernel.Declaration.Weights is ScoreStage.Probabilities or ScoreStage.Biased;
            if (isMasked && expected.Weights != null && expected.Weights.Length == actual.Weights?.Length && Problem.Shape.KeyLength > 0)
            {
                Range range = Problem.WeightIndex(batch, query, head, 0)..(Problem.WeightIndex(batch, query, head, 0) + Problem.Shape.KeyLength);
                Check(Bits.AreEqual(expected.Weights.AsSpan(range), actual.Weights.AsSpan(range)),
                    $"{complaint}: weights of sequence {batch}, query {query}, head {head} are {Text(actual.Weights.AsSpan(range))}, "
                    + $"expected {Text(expected.Weights.AsSpan(range))}");
            }
            if (expected.LogSumExp == null || actual.LogSumExp == null)
                return;
            int index = Problem.LogSumExpIndex(batch, query, head);
            Check(Bits.AreEqual(expected.LogSumExp[index], actual.LogSumExp[index]),
                $"{complaint}: logSumExp of sequence {batch}, query {query}, head {head} is {actual.LogSumExp[index]:R}, "
                + $"expected {expected.LogSumExp[index]:R}");
        });
    }

    /// <summary>Visits each query of each head of each sequence: batch, query, head.</summary>
    public void ForEachRow(Action<int, int, int> visit)
    {
        for (int batch = 0; batch < Problem.Shape.Batch; batch++)
        for (int query = 0; query < Problem.Shape.QueryLength; query++)
        for (int head = 0; head < Problem.Geometry.Heads; head++)
            visit(batch, query, head);
    }

    private static string Text(ReadOnlySpan<float> row) =>
        $"[{string.Join(' ', row[..Math.Min(row.Length, 8)].ToArray().Select(number => number.ToString("R")))}{(row.Length > 8 ? " ..." : "")}]";
}
