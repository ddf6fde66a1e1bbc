using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>A workload on several threads beside one; the measurement's companion is the call on one thread.</summary>
internal sealed record ThreadRow(Workload Workload, KernelIsa Isa, int Threads, Timing Timing)
{
    /// <summary>From so much work on a second thread is to pay; below, the choice of threads is to cost nothing.</summary>
    private const double LargeFlops = 1e8;

    private const double TwoThreadsTarget = 1.85;
    private const double ChoiceTarget = 0.95;

    /// <summary>Times as fast as one thread: what two are to reach with much work, and the library's own choice with any. Null where there is no target.</summary>
    public double? Target =>
        Workload.Flops >= LargeFlops && (Threads == 0 ? Environment.ProcessorCount : Threads) == 2 ? TwoThreadsTarget
        : Threads == 0 ? ChoiceTarget
        : null;

    /// <summary>Whether there is a target, and it is missed by more than the tolerance. The library's own choice is to cost nothing after a pause either.</summary>
    public bool Misses =>
        Timing.TimesAsFast < (1 - Timing.Tolerance) * Target
        || (Threads == 0 && Timing.TimesAsFastAfterPause < (1 - Timing.Tolerance) * ChoiceTarget);

    /// <summary>The row as it is saved: plain numbers, units in the names.</summary>
    public object Figures => new
    {
        Workload = Workload.Name,
        Workload.Kind,
        Isa,
        Threads,
        Microseconds = Timing.Seconds * 1e6,
        OneThreadMicroseconds = Timing.CompanionSeconds * 1e6,
        AfterPauseMicroseconds = Timing.FirstSeconds * 1e6,
        SpeedUp = Timing.TimesAsFast,
        Target,
        Timing.Kept,
        Timing.Dropped,
        Timing.Disturbed,
    };
}
