using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks.Scores;

/// <summary>One row of the score table: both kernels were timed in turn, within the same samples.</summary>
/// <param name="Comparison">What is compared.</param>
/// <param name="Isa">The variant.</param>
/// <param name="Error">Largest difference of either kernel from float64, in the rows that were compared.</param>
/// <param name="Timing">The companion is the base.</param>
internal sealed record ScoreRow(ScoreComparison Comparison, KernelIsa Isa, double Error, Timing Timing)
{
    private const int ReferenceRows = 24;

    public bool IsWrong => !(Error <= Result.LargestError);

    public double BaseSeconds => Timing.CompanionSeconds;

    /// <summary>Time as percent of the base's.</summary>
    public double Percent => 100 * Timing.Seconds / BaseSeconds;

    /// <summary>The row as it is saved: plain numbers, units in the names.</summary>
    public object Figures => new
    {
        Workload = Comparison.Name,
        Kind = "Scores",
        Isa,
        Microseconds = Timing.Seconds * 1e6,
        BaseMicroseconds = BaseSeconds * 1e6,
        Percent,
        Comparison.Target,
        Error,
        Timing.Kept,
        Timing.Dropped,
        Timing.Disturbed,
    };

    /// <summary>Whether the target is missed by more than <paramref name="tolerance"/> points.</summary>
    public bool Misses(int tolerance) => Percent > Comparison.Target + tolerance;

    /// <summary>Checks both kernels and times them.</summary>
    /// <param name="comparison">What to compare.</param>
    /// <param name="data">Input of its size.</param>
    /// <param name="isa">The variant.</param>
    /// <param name="sampler">How to measure.</param>
    public static ScoreRow Measure(ScoreComparison comparison, ScoreData data, KernelIsa isa, Sampler sampler)
    {
        double error = Math.Max(ErrorOf(comparison.Kernel), ErrorOf(comparison.Base));
        Timing timing = sampler.Measure(FmaPeak.Of(isa), () => comparison.Kernel.Call(data, isa), () => comparison.Base.Call(data, isa));
        return new ScoreRow(comparison, isa, error, timing);

        double ErrorOf(ScoreCall call)
        {
            call.Call(data, isa);
            return data.MaximumError(ReferenceRows, call.Keys == 0 ? data.Keys : call.Keys, call.Definition);
        }
    }
}
