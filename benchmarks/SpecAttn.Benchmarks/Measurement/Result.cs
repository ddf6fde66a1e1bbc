namespace SpecAttn.Benchmarks.Measurement;

/// <summary>One row of a table: a workload in one variant, on one thread.</summary>
/// <param name="Workload">What was computed.</param>
/// <param name="Isa">The variant.</param>
/// <param name="Error">Largest difference from float64 in the rows that were compared.</param>
/// <param name="Timing">The companion of a decoding call is the plain read of the same keys and values.</param>
internal sealed record Result(Workload Workload, KernelIsa Isa, double Error, Timing Timing)
{
    /// <summary>More than this is a wrong result, not rounding.</summary>
    public const double LargestError = 2e-6;

    public bool IsWrong => !(Error <= LargestError);

    public double Seconds => Timing.Seconds;

    public double FlopsPerSecond => Workload.Flops / Seconds;

    public double BytesPerSecond => Workload.KeyValueBytes / Seconds;

    public double PlainReadBytesPerSecond => Workload.KeyValueBytes / Timing.CompanionSeconds;

    public double PercentOfPeak => 100 * FlopsPerSecond / Timing.Peak;

    public double PercentOfPlainRead => 100 * Timing.CompanionSeconds / Seconds;

    /// <summary>Whether arithmetic at the FMA peak would take longer than a plain read of keys and values.</summary>
    public bool IsBoundByArithmetic => !(Timing.CompanionSeconds > Workload.Flops / Timing.Peak);

    /// <summary>Percent of the speed that the core's nearer limit allows: for decoding the roofline, otherwise the FMA peak.</summary>
    public double PercentOfLimit => IsBoundByArithmetic ? PercentOfPeak : PercentOfPlainRead;

    /// <summary>Checks one output and measures the speed on one thread.</summary>
    /// <param name="problem">The workload in memory.</param>
    /// <param name="reference">What to compare the output with.</param>
    /// <param name="isa">The variant.</param>
    /// <param name="sampler">How to measure.</param>
    public static Result Measure(Problem problem, Reference reference, KernelIsa isa, Sampler sampler)
    {
        problem.Attend(isa);
        double error = reference.MaximumError(problem.Output, problem.Workload);
        Action? plainRead = problem.Workload.Kind == WorkloadKind.Decode ? () => problem.ReadKeysAndValues() : null;
        return new Result(problem.Workload, isa, error, sampler.Measure(FmaPeak.Of(isa), () => problem.Attend(isa), plainRead));
    }
}
