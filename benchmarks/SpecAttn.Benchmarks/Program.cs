using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using BenchmarkDotNet.Running;
using SpecAttn;
using SpecAttn.Benchmarks;
using SpecAttn.Benchmarks.Commands;

Console.OutputEncoding = Encoding.UTF8;

var filter = new Option<string>("--filter")
{
    Description = "Only workloads whose name contains this text, e.g. \"D128\" or \"context\".",
    DefaultValueFactory = _ => "",
};
var isa = new Option<KernelIsa[]>("--isa")
{
    Description = "Variants to run. Default: all that this machine supports.",
    AllowMultipleArgumentsPerToken = true,
};
var threads = new Option<int>("--threads")
{
    Description = "Compare this many threads with one; 0 = as many as the library chooses.",
    DefaultValueFactory = _ => 1,
};
var seconds = new Option<double>("--seconds")
{
    Description = "Time to sample each row.",
    DefaultValueFactory = _ => 2,
};
var json = new Option<FileInfo?>("--json") { Description = "Write every figure to this file." };
var check = new Option<bool>("--check") { Description = "Exit with 1 when a target is missed by more than 5 points twice in a row." };
threads.Validators.Add(result => RejectUnless(result.GetValueOrDefault<int>() >= 0, result, "--threads must be 0 or more"));
seconds.Validators.Add(result => RejectUnless(result.GetValueOrDefault<double>() is > 0 and <= 3600, result, "--seconds must be more than 0 and at most 3600"));

var speed = new Command("speed", "The speed tables: every workload and variant as a percentage of what this core can do.")
{
    filter, isa, threads, seconds, json, check,
};
speed.SetAction(arguments => SpeedCommand.Run(new SpeedOptions(
    arguments.GetValue(filter)!, arguments.GetValue(isa)!, arguments.GetValue(threads),
    TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(json), arguments.GetValue(check))));

var bench = new Command("bench", "The same workloads as BenchmarkDotNet benchmarks; takes BenchmarkDotNet's own arguments.")
{
    TreatUnmatchedTokensAsErrors = false,
};

// In this process: BenchmarkDotNet's own would compile every kernel a second time, for every benchmark.
bench.SetAction(arguments => { BenchmarkSwitcher.FromTypes([typeof(AttentionBenchmarks)]).Run(["--inProcess", .. arguments.UnmatchedTokens]); });

var tour = new RootCommand("What SpecAttn's kernels do on this machine. Without a command: the tour, in under a minute.") { speed, bench };
tour.SetAction(_ => TourCommand.Run());
return tour.Parse(args).Invoke();

static void RejectUnless(bool condition, OptionResult result, string message)
{
    if (!condition)
        result.AddError(message);
}
