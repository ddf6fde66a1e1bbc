using System.Collections.Concurrent;
using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>Not one bit of a result depends on threads, on the other sequences of a batch, or on the run.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [MemberData(nameof(KernelRows.Parallel), MemberType = typeof(KernelRows))]
    public void Kernel_WithAnyParallelism_GivesTheSameBits(KernelIsa isa, string name)
    {
        foreach (Trial trial in Trials(isa, name, "parallelism"))
        {
            AttentionResult alone = trial.Run(parallelism: 1);
            foreach (int parallelism in (int[])[0, 2, 3, 7, int.MaxValue])
                trial.CheckSameBits(alone, trial.Run(parallelism), $"parallelism {parallelism} against 1");
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_CalledAgain_GivesTheSameBits(KernelIsa isa, string name)
    {
        foreach (Trial trial in Trials(isa, name, "again"))
        {
            AttentionResult first = trial.Run();
            using CallArguments arguments = trial.CreateArguments();
            for (int call = 2; call < 5; call++)
                trial.CheckSameBits(first, arguments.Run(), $"call {call} against call 1");
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.Batched), MemberType = typeof(KernelRows))]
    public void Sequence_AloneOrInABatch_GivesTheSameBits(KernelIsa isa, string name)
    {
        foreach (Trial trial in Trials(isa, name, "batch"))
        {
            AttentionResult together = trial.Run();
            for (int batch = 0; batch < trial.Problem.Shape.Batch; batch++)
            {
                // A packed argument has as many keys as queries, so a sequence of it keeps the keys that it does not use.
                Problem problem = trial.Problem.Sequence(batch, keepHiddenKeys: trial.Kernel.IsPacked);
                Trial alone = trial with { Problem = problem };
                AttentionResult result = alone.Run();
                alone.Check(
                    Bits.AreEqual(together.Output.AsSpan(batch * problem.OutputCount, problem.OutputCount), result.Output),
                    $"output differs from that of sequence {batch} in the batch ({trial.Problem.Shape})");
                alone.ForEachRow((_, query, head) => alone.Check(
                    Bits.AreEqual(together.LogSumExpOf(batch, query, head, 0), result.LogSumExpOf(0, query, head, 0)),
                    $"logSumExp differs from that of sequence {batch} in the batch ({trial.Problem.Shape})"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_CalledFromEightThreadsAtOnce_GivesTheSameBits(KernelIsa isa, string name)
    {
        Trial trial = Trials(isa, name, "threads").First();
        AttentionResult expected = trial.Run();
        var failures = new ConcurrentQueue<Exception>();
        using var start = new Barrier(8);
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(index => new Thread(() => CallRepeatedly(index % 3)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (failures.TryDequeue(out Exception? failure))
            throw new InvalidOperationException(failure.Message, failure);

        void CallRepeatedly(int parallelism)
        {
            try
            {
                using CallArguments arguments = trial.CreateArguments(parallelism);
                start.SignalAndWait();
                for (int call = 0; call < 5; call++)
                    trial.CheckSameBits(expected, arguments.Run(), "eight threads at once");
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
            }
        }
    }

    /// <summary>Many queries in several blocks, a few queries over many keys in several splits, and several sequences where the kernel takes them.</summary>
    private static IEnumerable<Trial> Trials(KernelIsa isa, string name, string purpose)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(DeterminismTests), purpose, name);
        double size = Math.Sqrt(Math.Min(1, TestSettings.Scale));
        foreach ((int queries, int keys) in ((int, int)[])[(150, 131), (3, 2600), (1, 700)])
        {
            Shape shape = ShapeFactory.Create(kernel, random, Math.Max(1, (int)(queries * size)), (int)(keys * size), kernel.HasBatch ? 3 : 1);
            yield return new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Random(random, shape.Batch));
        }
    }
}
