using SpecAttn.Benchmarks.Measurement;

namespace SpecAttn.Benchmarks;

/// <summary>A workload with its input and output in memory: the same numbers in every run.</summary>
internal sealed class Problem
{
    private readonly Memory<float> _query;
    private readonly Memory<float> _key;
    private readonly Memory<float> _value;
    private readonly Memory<float> _output;
    private readonly int _batch;
    private readonly AttentionCall _kernel;

    public Problem(Workload workload)
    {
        Workload = workload;
        _batch = workload.Batch;
        _kernel = workload.Kernel;
        var random = new Random(1);
        int queryElements = workload.Batch * workload.Queries * workload.Heads * workload.HeadDim;
        int keyElements = workload.Batch * workload.Keys * workload.KeyValueHeads * workload.HeadDim;
        _query = BenchmarkMemory.Random(queryElements, random);
        _key = BenchmarkMemory.Random(keyElements, random);
        _value = BenchmarkMemory.Random(keyElements, random);
        _output = BenchmarkMemory.Allocate(queryElements);
    }

    public Workload Workload { get; }

    /// <summary>Heads start at <see cref="Workload.QueryOffset"/>.</summary>
    public ReadOnlySpan<float> Query => _query.Span;

    /// <summary>Heads start at <see cref="Workload.KeyOffset"/>.</summary>
    public ReadOnlySpan<float> Key => _key.Span;

    /// <summary>Heads start at <see cref="Workload.KeyOffset"/>.</summary>
    public ReadOnlySpan<float> Value => _value.Span;

    /// <summary>As the last <see cref="Attend"/> left it; heads start at <see cref="Workload.QueryOffset"/>.</summary>
    public ReadOnlySpan<float> Output => _output.Span;

    /// <summary>One call of the kernel.</summary>
    /// <param name="isa">The variant.</param>
    /// <param name="parallelism">Most threads; 0 = the library decides.</param>
    public void Attend(KernelIsa isa, int parallelism = 1) =>
        _kernel(_query.Span, _key.Span, _value.Span, _output.Span, _batch, parallelism, isa);

    /// <summary>Reads every key and value once, and nothing else.</summary>
    public uint ReadKeysAndValues() => PlainRead.Read(_key.Span) | PlainRead.Read(_value.Span);
}
