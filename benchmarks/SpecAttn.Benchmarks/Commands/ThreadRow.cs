using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>A workload on several threads beside one; the measurement's companion is the call on one thread.</summary>
internal sealed record ThreadRow(Workload Workload, KernelIsa Isa, int Threads, Timing Timing)
{
    /// <summary>The row as it is saved: plain numbers, units in the names.</summary>
    public object Figures => new
    {
        Workload = Workload.Name,
        Workload.Kind,
        Isa,
        Threads,
        Microseconds = Timing.Seconds * 1e6,
        OneThreadMicroseconds = Timing.CompanionSeconds * 1e6,
        SpeedUp = Timing.TimesAsFast,
        Timing.Kept,
        Timing.Dropped,
        Timing.Disturbed,
    };
}
