using Xunit;

namespace SpecAttn.Kernels.Tests.Cases;

/// <summary>Test data: every variant that this machine supports × every kernel, and one skipped row for each variant that it does not.</summary>
public static class KernelRows
{
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> All => Rows(_ => true);

    /// <summary>Kernels with the parameter <c>parallelism</c>.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Parallel => Rows(kernel => kernel.Has("parallelism"));

    /// <summary>Kernels that take more than one sequence.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Batched => Rows(kernel => kernel.HasBatch);

    /// <summary>Kernels that can hide keys from a query.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Masked => Rows(kernel => kernel.IsCausal || kernel.Has("keyLengths"));

    /// <summary>Kernels that take sequences of different lengths.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Ragged => Rows(kernel => kernel.HasSegments);

    /// <summary>Kernels with the weights as an output.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Weighing => Rows(kernel => kernel.Has("weights"));

    /// <summary>Every variant by itself, those that the machine lacks as skipped rows.</summary>
    public static IEnumerable<(KernelIsa Isa, string? WhyNot)> Variants =>
        Enum.GetValues<KernelIsa>()
            .Where(isa => isa != KernelIsa.Auto)
            .Select(isa => (isa, KernelSelector.Supported.Contains(isa) ? null : $"{isa} is not supported here. {KernelSelector.Description}"));

    private static IEnumerable<TheoryDataRow<KernelIsa, string>> Rows(Func<KernelCase, bool> predicate)
    {
        KernelCase[] kernels = [.. KernelList.All.Where(predicate)];
        foreach ((KernelIsa isa, string? whyNot) in Variants)
        {
            if (whyNot != null)
                yield return new TheoryDataRow<KernelIsa, string>(isa, $"all {kernels.Length}") { Skip = whyNot };
            else
                foreach (KernelCase kernel in kernels.Where(kernel => kernel.Has("isa")))
                    yield return new TheoryDataRow<KernelIsa, string>(isa, kernel.Name);
        }

        foreach (KernelCase kernel in kernels.Where(kernel => !kernel.Has("isa")))
            yield return new TheoryDataRow<KernelIsa, string>(KernelIsa.Auto, kernel.Name);
    }
}
