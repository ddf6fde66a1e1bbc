using BenchmarkDotNet.Attributes;

namespace SpecAttn.Benchmarks;

/// <summary>The workloads of the speed tables for BenchmarkDotNet, on one thread.</summary>
public class AttentionBenchmarks
{
    private Problem _problem = null!;

    public static IEnumerable<string> WorkloadNames => Workloads.Speed.Select(workload => workload.Name);

    public static IEnumerable<KernelIsa> Variants => KernelSelector.Supported;

    [ParamsSource(nameof(WorkloadNames))]
    public string Workload { get; set; } = "";

    [ParamsSource(nameof(Variants))]
    public KernelIsa Isa { get; set; }

    [GlobalSetup]
    public void Allocate() => _problem = new Problem(Workloads.Speed.Single(workload => workload.Name == Workload));

    [Benchmark]
    public void Attend() => _problem.Attend(Isa);
}
