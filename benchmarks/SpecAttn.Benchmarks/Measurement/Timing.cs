namespace SpecAttn.Benchmarks.Measurement;

/// <summary>What a <see cref="Sampler"/> found. All figures are medians over the samples that were kept.</summary>
/// <param name="Seconds">Time of one call.</param>
/// <param name="FirstSeconds">Time of one call after a pause, NaN on one thread, where that makes no difference.</param>
/// <param name="CompanionSeconds">Time of one call of the companion, NaN where there was none.</param>
/// <param name="Peak">FMA peak of the core in runs as long as these samples, in flops per second.</param>
/// <param name="Kept">Samples the medians are over.</param>
/// <param name="Dropped">Samples thrown away as disturbed.</param>
/// <param name="Disturbed">Too few samples were undisturbed: the time is the median of the fastest few, peak and companion are the best
/// seen, so that every ratio is a lower bound.</param>
internal sealed record Timing(double Seconds, double FirstSeconds, double CompanionSeconds, double Peak, int Kept, int Dropped, bool Disturbed)
{
    /// <summary>How many times as fast as the companion; NaN without one.</summary>
    public double TimesAsFast => CompanionSeconds / Seconds;
}
