using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>One row of the speed tables on one thread.</summary>
/// <param name="Result">Speed, and whether the output is right.</param>
/// <param name="FirstCall">The call that compiled the kernel.</param>
/// <param name="Before">With a few queries: the row of fewer, which takes longer for each.</param>
internal sealed record SpeedRow(Result Result, FirstCall FirstCall, SpeedRow? Before = null)
{
    public Workload Workload => Result.Workload;

    public KernelIsa Isa => Result.Isa;

    public int? Target => Workload.Target(Isa);

    public double SecondsPerQuery => Result.Seconds / Workload.Queries;

    /// <summary>Time per query as percent of that of the row before; null where there is none.</summary>
    public double? PercentOfBefore => 100 * SecondsPerQuery / Before?.SecondsPerQuery;

    /// <summary>The row as it is saved: plain numbers, units in the names.</summary>
    public object Figures => new
    {
        Workload = Workload.Name,
        Workload.Kind,
        Isa,
        Microseconds = Result.Seconds * 1e6,
        GigaflopsPerSecond = Result.FlopsPerSecond * 1e-9,
        FmaPeakGigaflopsPerSecond = Result.Timing.Peak * 1e-9,
        Result.PercentOfPeak,
        PlainReadMicroseconds = Workload.Kind == WorkloadKind.Decode ? Result.Timing.CompanionSeconds * 1e6 : (double?)null,
        Result.PercentOfLimit,
        Target,
        PercentOfBefore,
        Result.Error,
        Result.Timing.Kept,
        Result.Timing.Dropped,
        Result.Timing.Disturbed,
        FirstCallMilliseconds = FirstCall.Seconds * 1e3,
        FirstCallCompilingMilliseconds = FirstCall.CompilingSeconds * 1e3,
        KernelIlBytes = FirstCall.IlBytes,
        KernelMachineBytes = FirstCall.MachineBytes,
    };

    /// <summary>Whether there is a target, or a row before, and it is missed by more than <paramref name="tolerance"/> points.</summary>
    public bool Misses(int tolerance) => Result.PercentOfLimit < Target - tolerance || PercentOfBefore > 100 + tolerance;
}
