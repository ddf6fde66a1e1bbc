using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>Nothing to do is valid; nothing to see is 0 with a logarithm of −∞, whatever the hidden memory holds.</summary>
public sealed class EmptyInputTests
{
    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_WithoutQueries_DoesNothing(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Run(isa, kernel, Fill(kernel, new Shape(1, 0, kernel.IsPacked ? 0 : 5)));
    }

    [Theory]
    [MemberData(nameof(KernelRows.Batched), MemberType = typeof(KernelRows))]
    public void Kernel_WithoutSequences_DoesNothing(KernelIsa isa, string name)
    {
        // A span of no sequences is empty; what lengths a sequence would have, only a tensor span can say.
        KernelCase kernel = KernelList.Find(name);
        Run(isa, kernel, Fill(kernel, new Shape(0, kernel.IsPacked ? 5 : 3, 5)));
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_WithoutKeys_WritesZero(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        foreach (int queries in (int[])[1, 3, 40])
        {
            if (!kernel.IsPacked)
                CheckAllHidden(isa, kernel, Fill(kernel, new Shape(1, queries, 0)));
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.Masked), MemberType = typeof(KernelRows))]
    public void Kernel_WithoutVisibleKeys_WritesZero(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        foreach ((int queries, int keys) in ((int, int)[])[(1, 7), (3, 300), (40, 40)])
        {
            int sequences = kernel.HasBatch ? 2 : 1;
            Shape shape = Fill(kernel, new Shape(sequences, queries, kernel.IsPacked ? queries : keys));
            if (kernel.Has("keyLengths"))
                CheckAllHidden(isa, kernel, shape with { KeyLengths = new int[sequences] });
            if (kernel.IsCausal && !kernel.HasRotary && !kernel.Has("prefixLength") && shape.QueryOffsets != null)
                CheckAllHidden(isa, kernel, shape with { QueryOffsets = [.. Enumerable.Repeat(-queries, sequences)] });
        }
    }

    private static void CheckAllHidden(KernelIsa isa, KernelCase kernel, Shape shape)
    {
        Problem problem = ProblemFactory.Create(kernel, shape, TestSettings.RandomFor(nameof(EmptyInputTests), kernel.Name));
        Array.Fill(problem.Key, float.NaN);
        Array.Fill(problem.Value, float.NaN);
        var trial = new Trial(isa, kernel, problem, CallStyle.Dense);
        AttentionResult result = trial.Run();
        foreach (float number in result.Output)
            trial.Check(number == 0, $"an output that sees no key is {number:R}");
        trial.ForEachRow((batch, query, head) =>
        {
            // What is left of the denominator is the sink.
            float expected = problem.Sinks != null && problem.Computes(head) ? problem.Sinks[head] : float.NegativeInfinity;
            float actual = result.LogSumExpOf(batch, query, head, expected);
            trial.Check(expected.Equals(actual), $"a logSumExp that sees no key is {actual:R}, expected {expected:R}");
        });
    }

    private static void Run(KernelIsa isa, KernelCase kernel, Shape shape)
    {
        Problem problem = ProblemFactory.Create(kernel, shape, TestSettings.RandomFor(nameof(EmptyInputTests), kernel.Name));
        AttentionResult result = new Trial(isa, kernel, problem, CallStyle.Dense).Run();
        Assert.Empty(result.Output);
    }

    /// <summary>Key lengths and offsets that hide nothing, where the kernel asks for them.</summary>
    private static Shape Fill(KernelCase kernel, Shape shape) => shape with
    {
        KeyLengths = kernel.Has("keyLengths") ? [.. Enumerable.Repeat(shape.KeyLength, shape.Batch)] : null,
        QueryOffsets = kernel.Has("queryOffsets") || kernel.Has("queryOffset") ? [.. Enumerable.Repeat(shape.KeyLength, shape.Batch)] : null,
    };
}
