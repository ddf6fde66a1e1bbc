using System.Text.Json;
using System.Text.Json.Serialization;
using SpecAttn.Benchmarks.Measurement;
using SpecAttn.Benchmarks.Scores;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>The speed tables: every workload and variant as a percentage of what this core can do.</summary>
internal static class SpeedCommand
{
    private const int ReferenceRows = 64;

    // By how many points a target may be missed before --check calls it a failure.
    private const int Tolerance = 5;

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Returns the exit code: 1 when a result is wrong or a target is missed under <c>--check</c>, 2 when the options make no sense.</summary>
    public static int Run(SpeedOptions options)
    {
        Workload[] workloads = [.. Workloads.Speed.Where(w => IsWanted(options, w.Name))];
        ScoreComparison[] comparisons = options.Threads == 1 ? [.. ScoreComparisons.All.Where(c => IsWanted(options, c.Name))] : [];
        KernelIsa[] isas = options.Isas.Length == 0
            ? [.. KernelSelector.Supported]
            : [.. options.Isas.Select(isa => isa == KernelIsa.Auto ? KernelSelector.Best : isa).Distinct()];
        if (Refusal(options, workloads.Length + comparisons.Length, isas) is { } refusal)
        {
            Console.Error.WriteLine(refusal);
            return 2;
        }
        Output.WriteMachine();
        var figures = new List<object>();
        int bad = workloads.Length + comparisons.Length == 0 ? 0
            : options.Threads == 1 ? OneThread(options, workloads, comparisons, isas, figures)
            : ManyThreads(options, workloads, isas, figures);
        IReadOnlyList<CacheRow> caches = CacheTable.Run(options, isas);
        figures.AddRange(caches.Select(row => row.Figures));
        Save(options.Json, figures);
        return bad + CacheTable.Complain(caches, options.Check) == 0 ? 0 : 1;
    }

    private static bool IsWanted(SpeedOptions options, string name) => name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase);

    private static string? Refusal(SpeedOptions options, int workloads, KernelIsa[] isas)
    {
        if (workloads == 0 && !CacheWorkloads.All.Any(w => IsWanted(options, w.Name)))
        {
            IEnumerable<string> names = [.. Workloads.Speed.Select(w => w.Name), .. CacheWorkloads.All.Select(w => w.Name)];
            if (options.Threads == 1)
                names = names.Concat(ScoreComparisons.All.Select(c => c.Name));
            return $"No workload's name contains \"{options.Filter}\". There are:\n{string.Join('\n', names)}";
        }
        if (isas.Except(KernelSelector.Supported).ToArray() is { Length: > 0 } missing)
            return $"This machine does not support {string.Join(", ", missing)}, but {string.Join(", ", KernelSelector.Supported)}.";
        if (options.Json?.Directory is { Exists: false } missingFolder)
            return $"There is no folder {missingFolder.FullName} for the figures.";
        return null;
    }

    /// <summary>Returns how many rows are wrong or, under <c>--check</c>, too slow.</summary>
    private static int OneThread(
        SpeedOptions options, Workload[] workloads, ScoreComparison[] comparisons, KernelIsa[] isas, List<object> figures)
    {
        var sampler = new Sampler(options.Budget);
        var rows = new List<SpeedRow>();
        var scores = new List<ScoreRow>();
        using (var progress = new Progress((workloads.Length + comparisons.Length) * isas.Length))
        {
            foreach (IGrouping<WorkloadKind, Workload> kind in workloads.GroupBy(w => w.Kind))
            {
                var table = new List<SpeedRow>();
                foreach (Workload workload in kind)
                {
                    var problem = new Problem(workload);
                    var reference = new Reference(problem, ReferenceRows);
                    foreach (KernelIsa isa in isas)
                    {
                        progress.Next($"{workload.Name}, {isa}");
                        SpeedRow? before = kind.Key == WorkloadKind.Chunk ? table.LastOrDefault(row => row.Isa == isa) : null;
                        table.Add(Measure(problem, reference, isa, before, sampler, options.Check));
                    }
                }
                progress.Clear();
                SpeedTables.Write(kind.Key, table);
                rows.AddRange(table);
            }
            scores.AddRange(CompareScores(comparisons, isas, sampler, options.Check, progress));
        }
        if (scores.Count > 0)
            SpeedTables.WriteScores(scores);
        if (rows.Count > 0)
            SpeedTables.WriteFirstCalls(rows);
        figures.AddRange([.. rows.Select(row => row.Figures), .. scores.Select(row => row.Figures)]);

        SpeedRow[] wrong = [.. rows.Where(row => row.Result.IsWrong)];
        foreach (SpeedRow row in wrong)
            Output.WriteLine($"WRONG: {row.Workload.Name} with {row.Isa} is off by {Output.Error(row.Result.Error)}.");
        SpeedRow[] missed = options.Check ? [.. rows.Where(row => row.Misses(Tolerance))] : [];
        foreach (SpeedRow row in missed)
        {
            string reached = row.Before is { } before
                ? $"takes {row.PercentOfBefore:f1} % of the time per query of {before.Workload.Name}"
                : $"reaches {row.Result.PercentOfLimit:f1} % of {row.Target} %";
            Output.WriteLine($"MISSED: {row.Workload.Name} with {row.Isa} {reached}, twice in a row.");
        }
        return wrong.Length + missed.Length + Complain(scores, options.Check);
    }

    private static IEnumerable<ScoreRow> CompareScores(
        ScoreComparison[] comparisons, KernelIsa[] isas, Sampler sampler, bool again, Progress progress)
    {
        foreach (ScoreComparison comparison in comparisons)
        {
            var data = new ScoreData(comparison.Queries, comparison.Keys);
            foreach (KernelIsa isa in isas)
            {
                progress.Next($"{comparison.Name}, {isa}");
                ScoreRow row = ScoreRow.Measure(comparison, data, isa, sampler);
                yield return again && row.Misses(Tolerance) ? ScoreRow.Measure(comparison, data, isa, sampler) : row;
            }
        }
        progress.Clear();
    }

    /// <summary>Names what is wrong or too slow; returns how many rows are.</summary>
    private static int Complain(List<ScoreRow> rows, bool check)
    {
        int bad = 0;
        foreach (ScoreRow row in rows)
        {
            if (row.IsWrong)
                Output.WriteLine($"WRONG: {row.Comparison.Name} with {row.Isa} is off by {Output.Error(row.Error)}.");
            bool isMissed = check && row.Misses(Tolerance);
            if (isMissed)
                Output.WriteLine($"MISSED: {row.Comparison.Name} with {row.Isa} takes {row.Percent:f1} % instead of {row.Comparison.Target} %, twice in a row.");
            bad += row.IsWrong || isMissed ? 1 : 0;
        }
        return bad;
    }

    private static SpeedRow Measure(Problem problem, Reference reference, KernelIsa isa, SpeedRow? before, Sampler sampler, bool again)
    {
        FirstCall firstCall = FirstCall.Time(() => problem.Attend(isa));
        var row = new SpeedRow(Result.Measure(problem, reference, isa, sampler), firstCall, before);
        return again && row.Misses(Tolerance)
            ? row with { Result = Result.Measure(problem, reference, isa, sampler) }
            : row;
    }

    private static int ManyThreads(SpeedOptions options, Workload[] workloads, KernelIsa[] isas, List<object> figures)
    {
        var sampler = new Sampler(options.Budget);
        var rows = new List<ThreadRow>();
        using (var progress = new Progress(workloads.Length * isas.Length))
        {
            foreach (Workload workload in workloads)
            {
                var problem = new Problem(workload);
                foreach (KernelIsa isa in isas)
                {
                    progress.Next($"{workload.Name}, {isa}");
                    ThreadRow row = Measure();
                    rows.Add(options.Check && row.Misses ? Measure() : row);

                    ThreadRow Measure() => new(workload, isa, options.Threads, sampler.Measure(
                        FmaPeak.Of(isa), () => problem.Attend(isa, options.Threads), companion: () => problem.Attend(isa, parallelism: 1), options.Threads));
                }
            }
        }
        SpeedTables.WriteThreads(rows, options.Threads);
        figures.AddRange(rows.Select(row => row.Figures));

        ThreadRow[] missed = options.Check ? [.. rows.Where(row => row.Misses)] : [];
        foreach (ThreadRow row in missed)
            Output.WriteLine($"MISSED: {row.Workload.Name} with {row.Isa} is {row.Timing.TimesAsFast:f2} times ({row.Timing.TimesAsFastAfterPause:f2} after a pause) as fast as on one thread instead of {row.Target:f2}, twice in a row.");
        return missed.Length;
    }

    private static void Save(FileInfo? file, IEnumerable<object> rows)
    {
        if (file is null)
            return;
        using FileStream stream = file.Create();
        var report = new { Machine = Machine.Current, Variants = KernelSelector.Supported, KernelSelector.Best, Date = DateTimeOffset.Now, Rows = rows };
        JsonSerializer.Serialize(stream, report, s_json);
    }
}
