using System.Diagnostics;
using System.Globalization;
using SpecAttn.Benchmarks.Measurement;
using Spectre.Console;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>The table of workloads over caches, each beside the same over a contiguous cache of fp32, and the latencies of single calls.</summary>
internal static class CacheTable
{
    private const int LatencyCalls = 10_000;

    /// <summary>Measures and writes those whose name contains the filter; on several threads where the options say so.</summary>
    /// <returns>What was measured.</returns>
    public static IReadOnlyList<CacheRow> Run(SpeedOptions options, KernelIsa[] isas)
    {
        CacheWorkload[] workloads = [.. CacheWorkloads.All.Where(workload => workload.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase))];
        if (workloads.Length == 0)
            return [];
        var rows = new List<CacheRow>();
        var sampler = new Sampler(options.Budget);
        Table table = Output.Table(2, "caches", "variant", "time", "beside", "times as fast", "target");
        using (var progress = new Progress(workloads.Sum(workload => workload.IsForOneVariant ? 1 : isas.Length)))
        {
            foreach (CacheWorkload workload in workloads)
            {
                using CacheCalls calls = workload.Create();
                foreach (KernelIsa isa in workload.IsForOneVariant ? isas[^1..] : isas)
                {
                    progress.Next($"{workload.Name}, {isa}");
                    CacheRow row = CacheRow.Measure(workload, calls, isa, options.Threads, sampler);
                    if (options.Check && row.Misses)
                        row = CacheRow.Measure(workload, calls, isa, options.Threads, sampler);
                    rows.Add(row);
                    Output.Add(
                        table,
                        workload.Name,
                        workload.IsForOneVariant ? "" : $"{isa}",
                        (row.Timing.Disturbed ? "~" : "") + Nanoseconds(row.Timing.Seconds),
                        calls.Companion == null ? "" : Output.Time(row.Timing.CompanionSeconds),
                        calls.Companion == null ? "" : Ratio(row.Timing.TimesAsFast),
                        workload.MostSeconds is { } most ? Nanoseconds(most) : workload.LeastRatio is { } least ? Ratio(least) : "");
                }
            }
        }
        Output.Write(table);
        Output.WriteLine();
        WriteLatencies();
        return rows;
    }

    /// <summary>Names what is wrong or, where that is asked for, too slow; returns how many rows are.</summary>
    public static int Complain(IReadOnlyList<CacheRow> rows, bool check)
    {
        int bad = 0;
        foreach (CacheRow row in rows)
        {
            if (row.IsWrong)
                Output.WriteLine($"WRONG: {row.Workload.Name} with {row.Isa} differs from its companion by {Output.Error(row.Difference)}.");
            bool isMissed = check && row.Misses;
            if (isMissed)
            {
                string reached = row.Workload.LeastRatio is { } least
                    ? $"is {Ratio(row.Timing.TimesAsFast)} times as fast instead of {Ratio(least)}"
                    : $"takes {Nanoseconds(row.Timing.Seconds)} instead of {Nanoseconds(row.Workload.MostSeconds ?? double.NaN)}";
                Output.WriteLine($"MISSED: {row.Workload.Name} with {row.Isa} {reached}, twice in a row.");
            }

            bad += row.IsWrong || isMissed ? 1 : 0;
        }
        return bad;
    }

    /// <summary>One by one: what most calls take, and what one in a hundred does.</summary>
    private static void WriteLatencies()
    {
        using CacheCalls calls = CacheWorkloads.LatencyCall();
        for (int i = 0; i < 1000; i++)
            calls.Call(KernelIsa.Auto, 1);
        var seconds = new double[LatencyCalls];
        int collections = GC.CollectionCount(0);
        for (int i = 0; i < LatencyCalls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            calls.Call(KernelIsa.Auto, 1);
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        collections = GC.CollectionCount(0) - collections;
        Array.Sort(seconds);
        (double median, double late) = (seconds[LatencyCalls / 2], seconds[LatencyCalls * 99 / 100]);
        Output.WriteLine(
            $"{LatencyCalls} decode calls at context 1024: median {Output.Time(median)}, 99th percentile {Output.Time(late)} "
            + $"({Ratio(late / median)} times the median, target 2), {collections} garbage collections (target 0).");
        Output.WriteLine();
    }

    private static string Ratio(double ratio) => ratio.ToString("f2", CultureInfo.InvariantCulture);

    private static string Nanoseconds(double seconds) =>
        seconds < 1e-5 ? (seconds * 1e6).ToString("f2", CultureInfo.InvariantCulture) + " µs" : Output.Time(seconds);
}
