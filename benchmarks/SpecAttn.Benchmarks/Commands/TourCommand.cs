using SpecAttn.Benchmarks.Measurement;
using Spectre.Console;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>What the kernels do on this machine, in under a minute: are they right, and how near are they to the core's limits?</summary>
internal static class TourCommand
{
    private const int ReferenceRows = 128;

    private static readonly TimeSpan s_sampling = TimeSpan.FromSeconds(18);
    private static readonly TimeSpan s_longestRow = TimeSpan.FromSeconds(1.5);

    /// <summary>Returns the exit code: 1 when a result is wrong.</summary>
    public static int Run()
    {
        Output.WriteMachine();
        List<Result> results = Measure(out string compared);
        WritePrefill([.. results.Where(r => r.Workload.Kind != WorkloadKind.Decode)]);
        WriteDecode([.. results.Where(r => r.Workload.Kind == WorkloadKind.Decode)]);
        Output.WriteLine($"""
            One thread. H: query heads; KV: key/value heads, where fewer; D: head dimension;
            S: queries and keys. Inputs of variance 1. All figures are medians.
            error: largest, against float64, in {compared}.
            GF/s: 4·H·S·S·D flops per call, half as many when causal.
            of peak: of the multiply-adds that this core does on registers alone, in vectors of
            the variant's width, as long as each sample and beside it: {Peaks(results)}.
            of read: of the speed of reading the same keys and values and doing nothing with them;
            those of one head lie in one piece, as a cache keeps them.
            """);
        if (results.Any(r => r.Timing.Disturbed))
            Output.WriteLine("~: the machine was nearly always busy with something else; the kernel is at least that fast.");
        Output.WriteLine();
        Output.WriteLine(Summary(results));
        return results.Any(r => r.IsWrong) ? 1 : 0;
    }

    private static List<Result> Measure(out string compared)
    {
        int rows = Workloads.Tour.Length * KernelSelector.Supported.Length;
        TimeSpan budget = s_sampling / rows;
        var sampler = new Sampler(budget < s_longestRow ? budget : s_longestRow);
        var results = new List<Result>();
        int comparedRows = 0, allRows = 0;
        using var progress = new Progress(rows);
        foreach (Workload workload in Workloads.Tour)
        {
            var problem = new Problem(workload);
            var reference = new Reference(problem, ReferenceRows);
            comparedRows += reference.Rows;
            allRows += reference.Total;
            foreach (KernelIsa isa in KernelSelector.Supported)
            {
                progress.Next($"{workload.Name}, {isa}");
                results.Add(Result.Measure(problem, reference, isa, sampler));
            }
        }
        compared = $"{comparedRows} of {allRows} output rows, some of every head";
        return results;
    }

    private static void WritePrefill(Result[] results)
    {
        Table table = Output.Table(2, "many queries", "variant", "error", "time", "GF/s", "of peak");
        foreach (Result r in results)
        {
            Output.Add(table, r.Workload.Name, $"{r.Isa}", Output.Error(r.Error), Output.Time(r.Seconds),
                Output.Giga(r.FlopsPerSecond), Output.Percent(r.PercentOfPeak, r.Timing.Disturbed));
        }
        Output.Write(table);
    }

    private static void WriteDecode(Result[] results)
    {
        Table table = Output.Table(2, "one query (decoding)", "variant", "error", "time", "GB/s", "of read");
        foreach (Result r in results)
        {
            Output.Add(table, r.Workload.Name, $"{r.Isa}", Output.Error(r.Error), Output.Time(r.Seconds),
                Output.Giga(r.BytesPerSecond), Output.Percent(r.PercentOfPlainRead, r.Timing.Disturbed));
        }
        Output.Write(table);
    }

    private static string Peaks(List<Result> results) => string.Join(", ", results
        .GroupBy(r => FmaPeak.Of(r.Isa).Bits)
        .Select(g => $"{g.Key} bits {Output.Giga(g.Min(r => r.Timing.Peak))} to {Output.Giga(g.Max(r => r.Timing.Peak))} GF/s"));

    private static string Summary(List<Result> results)
    {
        Result[] wrong = [.. results.Where(r => r.IsWrong)];
        if (wrong.Length > 0)
        {
            return $"WRONG: {string.Join("; ", wrong.Select(r => $"{r.Workload.Name} with {r.Isa} is off by {Output.Error(r.Error)}"))}. "
                + $"Rounding explains {Output.Error(Result.LargestError)} at most.";
        }
        Result[] best = [.. results.Where(r => r.Isa == KernelSelector.Best)];
        Result[] prefill = [.. best.Where(r => r.Workload.Kind != WorkloadKind.Decode)];
        Result decode = best.Single(r => r.Workload.Kind == WorkloadKind.Decode);
        string busy = best.Any(r => r.Timing.Disturbed) ? "\nThe machine was busy: run this again when it is quiet, and they will be higher." : "";
        return $"""
            In words: the {KernelSelector.Best} kernels, which run here unless you ask for others,
            reach {prefill.Min(r => r.PercentOfPeak):f0} to {prefill.Max(r => r.PercentOfPeak):f0} % of the arithmetic that one core of this machine can do at all,
            and with a single query go through keys and values at {decode.PercentOfPlainRead:f0} % of the speed of merely reading them.{busy}
            Every variant agrees with float64 to {Output.Error(results.Max(r => r.Error))}, which is rounding.
            """;
    }
}
