
namespace SpecAttn.Execution;

/// <summary>Runs independent items of work on the calling thread and on threads of the .NET thread pool that come to help.</summary>
internal static class WorkScheduler
{
    // Waking a pool thread takes 5 to 10 µs. With this much work for each thread, some 20 µs at the 100 GF/s of one AVX2 core (10 µs
    // at AVX-512's 200, 80 µs with portable kernels or with memory as the limit), a thread more is a gain and not a loss.
    private const double WorthwhileFlops = 2e6;

    // Beyond the cores more threads gain nothing, so a greater wish is not taken literally; but up to this many are, that a machine
    // with few cores can be asked for what a larger one does.
    private static readonly int s_mostThreads = Math.Max(Environment.ProcessorCount, 16);

    /// <summary>How many threads a call uses at most.</summary>
    /// <param name="parallelism">What the caller asked for: 0 = all cores where the work is worth it, n = at most n.</param>
    /// <param name="items">Items of work.</param>
    /// <param name="flops">Floating-point operations of all items together, roughly.</param>
    /// <returns>At least 1.</returns>
    public static int ThreadsFor(int parallelism, int items, double flops)
    {
        int threads = parallelism != 0
            ? Math.Min(parallelism, s_mostThreads)
            : (int)Math.Min(flops / WorthwhileFlops, Environment.ProcessorCount);
        return Math.Max(1, Math.Min(threads, items));
    }

    /// <summary>Runs every item once and returns when all are done.</summary>
    /// <param name="work">The work; each thread works on a copy of its own.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="scratchBytes">Scratch memory each thread gets.</param>
    /// <param name="threads">Most threads to use, the calling one included; that many only if the thread pool has them free.</param>
    /// <remarks>
    /// If an item throws, items that nobody has begun are left out, and the first exception is thrown again here when all threads have
    /// stopped. Allocates nothing on the managed heap once a call of the same kind has run.
    /// </remarks>
    public static void Run<TWork>(in TWork work, int items, nuint scratchBytes, int threads)
        where TWork : struct, IParallelWork
    {
        if (threads <= 1 || items <= 1)
            RunInline(work, items, scratchBytes);
        else
            ParallelJob<TWork>.Run(in work, items, scratchBytes, Math.Min(threads, items));
    }

    private static void RunInline<TWork>(TWork work, int items, nuint scratchBytes)
        where TWork : struct, IParallelWork
    {
        if (items <= 0)
            return;
        ScratchBlock scratch = ScratchPool.Rent(scratchBytes);
        try
        {
            for (int item = 0; item < items; item++)
                work.Execute(item, scratch.Address);
        }
        finally
        {
            ScratchPool.Return(scratch);
        }
    }
}
