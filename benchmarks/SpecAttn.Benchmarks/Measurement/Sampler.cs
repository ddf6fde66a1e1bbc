using System.Diagnostics;
using System.Runtime;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>
/// Times a call on a machine that others use too, and FMAs for as long. Each sample stands between two bursts of FMAs on as many threads; when
/// a burst is slower than 88 % of the fastest this process has seen, a core was not ours alone (two virtual processors can be two hardware
/// threads of one core) and the sample is thrown away, and so it is when the thread had to wait for a processor. Medians of the rest.
/// </summary>
/// <param name="budget">How long to sample, after a warm-up. Three times as long at most when samples have to be thrown away.</param>
internal sealed class Sampler(TimeSpan budget)
{
    private const double SlowestBurst = 0.88;
    private const double LongestWait = 0.01;
    private const int FewestSamples = 5;
    private const double ShortestSample = 200e-6;

    // What runs for every item of work is optimised at its first call; what a call does once is not. That shows in short calls, a third of
    // whose time it is until all has been compiled again: some of it twice, and where there is one core up to two seconds after the last new
    // method. Warm is when the JIT has had nothing to do for longer than that.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan s_longestWarmUp = TimeSpan.FromSeconds(15);
    private const double ShortCall = 200e-6;

    /// <param name="peak">The peak to compare with, in vectors of the width that the call uses.</param>
    /// <param name="call">What is timed; repeated within a sample when it is short.</param>
    /// <param name="companion">Timed in turn with the call, so that the two can be compared in one and the same moment.</param>
    /// <param name="threads">
    /// Threads that the call uses; 0 = as many as there are cores. With more than one the call of a sample that comes first, after a pause, is
    /// timed by itself: threads of the pool have gone to sleep and take some time to wake.
    /// </param>
    public Timing Measure(FmaPeak peak, Action call, Action? companion = null, int threads = 1)
    {
        (int calls, double sampleSeconds) = WarmUp(call);
        int companionCalls = companion is null ? 0 : WarmUp(companion).Calls;
        var samples = new List<Sample>(1024);
        using var waiting = new ProcessorWait();
        using var team = new PeakTeam(peak, threads);
        var clock = Stopwatch.StartNew();
        do
        {
            double waited = waiting.Seconds;
            long start = Stopwatch.GetTimestamp();
            double before = team.Burst(SlowestBurst * peak.Best);
            double sustained = peak.Sustain(sampleSeconds);
            (_, double companionSeconds) = companion is null ? (double.NaN, double.NaN) : FirstAndOthers(companion, companionCalls, threads);
            (double firstSeconds, double seconds) = FirstAndOthers(call, calls, threads);
            double after = team.Burst(SlowestBurst * peak.Best);
            samples.Add(new Sample(seconds, firstSeconds, companionSeconds, sustained, before, after, (waiting.Seconds - waited) / Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
        while (clock.Elapsed < budget || (clock.Elapsed < 3 * budget && samples.Count(s => IsUndisturbed(s, peak)) < FewestSamples));

        Sample[] kept = [.. samples.Where(s => IsUndisturbed(s, peak))];
        if (kept.Length < Math.Min(FewestSamples, samples.Count))
            return Floor(samples, peak);
        return new Timing(
            Median(kept.Select(s => s.Seconds)),
            Median(kept.Select(s => s.FirstSeconds)),
            Median(kept.Select(s => s.CompanionSeconds)),
            Median(kept.Select(s => s.Peak)),
            kept.Length,
            samples.Count - kept.Length,
            Disturbed: false);
    }

    // Nearly everything was disturbed: the fastest few calls against the best that was seen of everything they are compared with.
    private static Timing Floor(List<Sample> samples, FmaPeak peak)
    {
        Sample[] kept = [.. samples.OrderBy(s => s.Seconds).Take(FewestSamples)];
        return new Timing(
            Median(kept.Select(s => s.Seconds)),
            Median(kept.Select(s => s.FirstSeconds)),
            samples.Min(s => s.CompanionSeconds),
            peak.Best,
            kept.Length,
            samples.Count - kept.Length,
            Disturbed: true);
    }

    /// <summary>Calls until everything is compiled and the caches are as they will be; returns how many calls make a sample, and how long that takes.</summary>
    private static (int Calls, double Seconds) WarmUp(Action call)
    {
        var clock = Stopwatch.StartNew();
        TimeSpan compiled = TimeSpan.Zero;
        long methods = JitInfo.GetCompiledMethodCount();
        double fastest = double.PositiveInfinity;
        do
        {
            fastest = Math.Min(fastest, Time(call, 1));
            long methodsNow = JitInfo.GetCompiledMethodCount();
            if (methodsNow != methods)
                (methods, compiled) = (methodsNow, clock.Elapsed);
        }
        while (clock.Elapsed < s_warmUp || (fastest < ShortCall && clock.Elapsed - compiled < s_rest && clock.Elapsed < s_longestWarmUp));
        int calls = (int)Math.Max(1, Math.Ceiling(ShortestSample / fastest));
        return (calls, calls * fastest);
    }

    /// <summary>Seconds of the first call, NaN on one thread, where it is like the others; and of those that follow it without a pause.</summary>
    private static (double First, double Others) FirstAndOthers(Action call, int calls, int threads) =>
        (threads == 1 ? double.NaN : Time(call, 1), Time(call, calls));

    private static double Time(Action call, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            call();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }

    private static bool IsUndisturbed(Sample sample, FmaPeak peak) =>
        Math.Min(sample.Before, sample.After) >= SlowestBurst * peak.Best && sample.Waited <= LongestWait;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Times of one call in seconds (the first of several by itself), peak and bursts in flops per second, and the part of the sample spent waiting for a processor.</summary>
    private readonly record struct Sample(
        double Seconds, double FirstSeconds, double CompanionSeconds, double Peak, double Before, double After, double Waited);
}
