extern alias runtime;

using SpecAttn.Generator.Planning;
using Selector = runtime::SpecAttn.KernelSelector;

namespace SpecAttn.Codegen.Tests.Kernels;

/// <summary>Test data: every variant × every kernel.</summary>
public static class KernelRows
{
    /// <summary>Variants that this machine has. One that it lacks is a skipped row: its JIT does not compile it.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Runnable => IsaFacts.All.SelectMany(facts => IsRunnable(facts)
        ? KernelDeclaration.All(isRunnable: true).Select(kernel => new TheoryDataRow<string, string>($"{facts.Isa}", kernel.Name))
        : [new TheoryDataRow<string, string>($"{facts.Isa}", "all") { Skip = $"{facts.Isa} is not supported here. {Selector.Description}" }]);

    /// <summary>Kernels without functions of the user's, which may need any number of registers.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> WithoutFunctions => Runnable.Where(row =>
        row.Skip is not null || !KernelDeclaration.Find(row.Data.Item2).HasFunctions);

    /// <summary>IL can be read anywhere.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Readable =>
        from facts in IsaFacts.All
        from kernel in KernelDeclaration.All(IsRunnable(facts))
        select new TheoryDataRow<string, string>($"{facts.Isa}", kernel.Name);

    /// <summary>Kernels without loops over the head and value dimension.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Unrolled => Runnable.Where(row =>
        row.Skip is not null || KernelDeclaration.Find(row.Data.Item2).Unroll == Unroll.Full);

    internal static bool IsRunnable(IsaFacts facts) => Selector.Supported.Select(isa => $"{isa}").Contains($"{facts.Isa}");
}
