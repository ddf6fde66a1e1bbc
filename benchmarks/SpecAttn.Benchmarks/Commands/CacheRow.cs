using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>One row of the table of caches.</summary>
/// <param name="Workload">What was measured.</param>
/// <param name="Isa">The variant.</param>
/// <param name="Threads">Most threads.</param>
/// <param name="Difference">From the output of the companion; 0 where the two are not compared.</param>
/// <param name="Timing">Of the call, and of its companion within the same samples.</param>
internal sealed record CacheRow(CacheWorkload Workload, KernelIsa Isa, int Threads, double Difference, Timing Timing)
{
    public bool IsWrong => !(Difference <= Workload.MostDifference);

    /// <summary>Whether the target, which is for one thread, is missed by more than the tolerance.</summary>
    public bool Misses =>
        Timing.Seconds > (1 + Timing.Tolerance) * (Workload.MostSeconds ?? double.PositiveInfinity)
        || Timing.TimesAsFast < (1 - Timing.Tolerance) * (Workload.LeastRatio ?? 0);

    /// <summary>The row as it is saved: plain numbers, units in the names.</summary>
    public object Figures => new
    {
        Workload = Workload.Name,
        Kind = "Caches",
        Isa,
        Threads,
        Microseconds = Timing.Seconds * 1e6,
        BaseMicroseconds = Timing.CompanionSeconds * 1e6,
        Timing.TimesAsFast,
        Workload.LeastRatio,
        MostMicroseconds = Workload.MostSeconds * 1e6,
        Difference,
        Timing.Kept,
        Timing.Dropped,
        Timing.Disturbed,
    };

    /// <summary>Compares both outputs, then times both calls.</summary>
    public static CacheRow Measure(CacheWorkload workload, CacheCalls calls, KernelIsa isa, int threads, Sampler sampler)
    {
        calls.Call(isa, threads);
        calls.Companion?.Invoke(isa, threads);
        double difference = calls.Difference?.Invoke() ?? 0;
        Action? companion = calls.Companion is { } beside ? () => beside(isa, threads) : null;
        return new CacheRow(workload, isa, threads, difference, sampler.Measure(FmaPeak.Of(isa), () => calls.Call(isa, threads), companion, threads));
    }
}
