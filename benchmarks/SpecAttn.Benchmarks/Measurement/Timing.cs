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
    /// <summary>The part of a target for a time, or for how many times as fast, that may be missed before <c>--check</c> calls it a failure.</summary>
    public const double Tolerance = 0.05;

    /// <summary>How many times as fast as the companion; NaN without one.</summary>
    public double TimesAsFast => CompanionSeconds / Seconds;

    /// <summary>The same of a call after a pause; NaN on one thread as well.</summary>
    public double TimesAsFastAfterPause => CompanionSeconds / FirstSeconds;
}
