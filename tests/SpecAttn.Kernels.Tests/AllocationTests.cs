using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>Tests that measure the whole process and so run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// After its first call, and its first one that several threads share, a kernel allocates nothing on the managed heap, whatever the shape of
/// the later ones.
/// </summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_AfterItsFirstCall_AllocatesNothingOnTheCallingThread(KernelIsa isa, string name)
    {
        (Trial small, Trial large) = Trials(isa, name);
        using CallArguments first = small.CreateArguments(parallelism: 1);
        using CallArguments later = large.CreateArguments(parallelism: 1);
        first.Invoke();
        if (!KernelList.Find(name).Has("parallelism"))
            later.Invoke(); // On all cores: what threads share is made when they first do.
        GC.Collect();

        long before = GC.GetAllocatedBytesForCurrentThread();
        later.Invoke();
        first.Invoke();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        large.Check(allocated == 0, $"{allocated} bytes allocated after a first call with {small.Problem.Shape}");
    }

    [Theory]
    [MemberData(nameof(KernelRows.Parallel), MemberType = typeof(KernelRows))]
    public void Kernel_OnAllCores_AllocatesNothingInTheWholeProcess(KernelIsa isa, string name)
    {
        const int FewestQuietRounds = 4;
        const int MostRounds = 64;
        Trial trial = Trials(isa, name).Large;
        using CallArguments arguments = trial.CreateArguments(parallelism: 0);
        for (int warmUp = 0; warmUp < 4; warmUp++)
            arguments.Invoke();

        // The thread pool may start a thread and the test runner may write lines at any time, a kernel that allocates does so in every round.
        var allocated = new List<long>(MostRounds);
        while (allocated.Count < MostRounds && allocated.Count(bytes => bytes == 0) < FewestQuietRounds)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            arguments.Invoke();
            allocated.Add(GC.GetTotalAllocatedBytes(precise: true) - before);
            if (allocated[^1] > 0)
                Thread.Sleep(1);
        }

        trial.Check(allocated.Count(bytes => bytes == 0) == FewestQuietRounds, $"bytes allocated in calls after the first: {string.Join(' ', allocated)}");
    }

    private static (Trial Small, Trial Large) Trials(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(AllocationTests), name);
        return (Create(2, 3), Create(90, 110));

        Trial Create(int queries, int keys) =>
            new(isa, kernel, ProblemFactory.Create(kernel, ShapeFactory.Create(kernel, random, queries, keys), random), CallStyle.Dense);
    }
}
