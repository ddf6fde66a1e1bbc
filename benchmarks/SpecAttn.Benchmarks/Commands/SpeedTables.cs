using System.Globalization;
using SpecAttn.Benchmarks.Measurement;
using SpecAttn.Benchmarks.Scores;
using Spectre.Console;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>How the speed tables look.</summary>
internal static class SpeedTables
{
    /// <summary>The table of one kind of workload.</summary>
    public static void Write(WorkloadKind kind, IReadOnlyList<SpeedRow> rows)
    {
        switch (kind)
        {
            case WorkloadKind.Prefill:
                WritePrefill(rows);
                break;
            case WorkloadKind.Decode:
                WriteDecode(rows);
                break;
            default:
                WriteChunks(rows);
                break;
        }
        Output.WriteLine();
    }

    /// <summary>The first calls that had something to compile. The one of a kernel that ran before, at another size, has little or nothing.</summary>
    public static void WriteFirstCalls(IEnumerable<SpeedRow> rows)
    {
        Table table = Output.Table(2, "first call", "variant", "time", "steady call", "longer by", "target", "in the JIT", "methods", "kernel's IL bytes", "machine code bytes");
        foreach (SpeedRow row in rows.Where(row => row.FirstCall.Methods > 0))
        {
            Output.Add(table, row.Workload.Name, $"{row.Isa}", Output.Time(row.FirstCall.Seconds), Output.Time(row.Result.Seconds),
                Output.Time(row.FirstCall.Seconds - row.Result.Seconds), Output.Time(FirstCall.TargetSeconds),
                Output.Time(row.FirstCall.CompilingSeconds), $"{row.FirstCall.Methods}", $"{row.FirstCall.IlBytes}", $"{row.FirstCall.MachineBytes}");
        }
        Output.Write(table);
    }

    /// <summary>What masks and changes of scores cost.</summary>
    public static void WriteScores(IEnumerable<ScoreRow> rows)
    {
        Table table = Output.Table(2, "masks and changes of scores", "variant", "time", "beside", "takes", "at most");
        foreach (ScoreRow row in rows)
        {
            Output.Add(table, row.Comparison.Name, $"{row.Isa}", Output.Time(row.Timing.Seconds), Output.Time(row.BaseSeconds),
                Output.Percent(row.Percent, row.Timing.Disturbed), $"{row.Comparison.Target} %");
        }
        Output.Write(table);
        Output.WriteLine();
    }

    /// <summary>Several threads beside one.</summary>
    public static void WriteThreads(IEnumerable<ThreadRow> rows, int threads)
    {
        Table table = Output.Table(2, "workload", "variant", "one thread", threads == 0 ? "default" : $"{threads} threads", "after a pause", "times as fast", "target");
        foreach (ThreadRow row in rows)
        {
            Output.Add(table, row.Workload.Name, $"{row.Isa}", Output.Time(row.Timing.CompanionSeconds), Output.Time(row.Timing.Seconds), Output.Time(row.Timing.FirstSeconds),
                (row.Timing.Disturbed ? "~" : "") + row.Timing.TimesAsFast.ToString("f2", CultureInfo.InvariantCulture),
                row.Target?.ToString("f2", CultureInfo.InvariantCulture) ?? "");
        }
        Output.Write(table);
    }

    private static void WritePrefill(IReadOnlyList<SpeedRow> rows)
    {
        Table table = Output.Table(2, "many queries", "variant", "time", "GF/s", "FMA peak", "of FMA peak", "target");
        foreach (SpeedRow row in rows)
        {
            Result r = row.Result;
            Output.Add(table, row.Workload.Name, $"{row.Isa}", Output.Time(r.Seconds), Output.Giga(r.FlopsPerSecond), Output.Giga(r.Timing.Peak),
                Output.Percent(r.PercentOfPeak, r.Timing.Disturbed), TargetText(row));
        }
        Output.Write(table);
    }

    private static void WriteDecode(IReadOnlyList<SpeedRow> rows)
    {
        Table table = Output.Table(3, "one query", "variant", "bound by", "time", "GB/s", "plain read", "of roofline", "target");
        foreach (SpeedRow row in rows)
        {
            Result r = row.Result;
            Output.Add(table, row.Workload.Name, $"{row.Isa}", r.IsBoundByArithmetic ? "FMA" : "reading", Output.Time(r.Seconds),
                Output.Giga(r.BytesPerSecond), Output.Giga(r.PlainReadBytesPerSecond),
                Output.Percent(r.PercentOfLimit, r.Timing.Disturbed), TargetText(row));
        }
        Output.Write(table);
    }

    private static void WriteChunks(IReadOnlyList<SpeedRow> rows)
    {
        Table table = Output.Table(2, "a few queries", "variant", "time", "time per query", "of FMA peak", "per query, against the row before");
        foreach (SpeedRow row in rows.OrderBy(row => row.Isa))
        {
            Result r = row.Result;
            Output.Add(table, row.Workload.Name, $"{row.Isa}", Output.Time(r.Seconds), Output.Time(row.SecondsPerQuery),
                Output.Percent(r.PercentOfPeak, r.Timing.Disturbed),
                row.PercentOfBefore is { } percent ? Output.Percent(percent, r.Timing.Disturbed) : "");
        }
        Output.Write(table);
    }

    private static string TargetText(SpeedRow row) => row.Target is int target ? $"{target} %" : "";
}
