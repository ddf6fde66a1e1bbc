
using System.Diagnostics;

namespace SpecAttn.Execution;

/// <summary>Runs independent items of work on the calling thread and on threads of the .NET thread pool that come to help.</summary>
internal static class WorkScheduler
{
    // A pool thread that looks for work begins after 3 µs. With this much work for each thread, some 20 µs at the 100 GF/s of one AVX2 core
    // (10 µs at AVX-512's 200, 80 µs with portable kernels or with memory as the limit), a thread more is a gain and not a loss.
    private const double WorthwhileFlops = 2e6;

    // After its last work a pool thread looks for more for some 200 µs, as measured, and then sleeps. Waking it takes 40 µs of the caller's time on a
    // virtual machine, and it begins 100 to 130 µs late. A call after a pause must have so much work (200 µs on an AVX-512 core) that this is made up for.
    private const double WakingFlops = 3.2e7;
    private static readonly long s_pause = Stopwatch.Frequency / 10_000;

    // When work last ended that several threads did, or that was left to one because of a pause.
    private const long WhenDone = long.MaxValue;
    private static long s_lastEnd;

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
        int threads = ThreadsFor(parallelism, items, flops, afterPause: false);
        int threadsAfterPause = ThreadsFor(parallelism, items, flops, afterPause: true);
        if (threads == threadsAfterPause || Stopwatch.GetTimestamp() - Volatile.Read(ref s_lastEnd) <= s_pause)
            return threads;
        Volatile.Write(ref s_lastEnd, WhenDone);
        return threadsAfterPause;
    }

    /// <summary>As <see cref="ThreadsFor(int, int, double)"/>, without the clock.</summary>
    /// <param name="parallelism">0 or the most threads.</param>
    /// <param name="items">Items of work.</param>
    /// <param name="flops">Of all items.</param>
    /// <param name="afterPause">Whether the threads of the pool will sleep by now.</param>
    internal static int ThreadsFor(int parallelism, int items, double flops, bool afterPause)
    {
        int threads = parallelism != 0 ? Math.Min(parallelism, s_mostThreads)
            : afterPause && flops < WakingFlops ? 1
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
        if (threads > 1 || Volatile.Read(ref s_lastEnd) == WhenDone)
            Volatile.Write(ref s_lastEnd, Stopwatch.GetTimestamp());
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
