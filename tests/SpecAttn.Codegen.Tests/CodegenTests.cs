using SpecAttn.Codegen.Tests.Il;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Codegen.Tests.Listing;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests;

/// <summary>What the JIT of this machine makes of the kernels, read from its own listings.</summary>
public sealed class CodegenTests
{
    private static readonly MachineSyntax s_syntax = MachineSyntax.Current;

    [Theory]
    [MemberData(nameof(KernelRows.Runnable), MemberType = typeof(KernelRows))]
    public void EveryMethod_IsOptimised(string isa, string kernel)
    {
        (KernelDeclaration declaration, IsaFacts facts) = Find(isa, kernel);
        string type = KernelAssembly.TypeName(declaration, facts);
        IEnumerable<CompiledMethod> compiled = CompiledMethod.ReadAll(KernelAssembly.Image(facts)).Where(method => method.Type == type);
        MethodListing[] listings = [.. JitReport.Methods(declaration, facts)];

        Assert.NotEmpty(listings);
        Assert.Equal(
            compiled.Select(method => (method.Name, method.Size.IlBytes)).Order(),
            listings.Select(method => (method.Name, method.IlBytes)).Order());
        foreach (MethodListing method in listings)
            Assert.True(method.Tier == MethodListing.Optimised, $"{isa} {kernel} {method.Name} was compiled as {method.Tier}.");
    }

    [Theory]
    [MemberData(nameof(KernelRows.Runnable), MemberType = typeof(KernelRows))]
    public void InnermostLoops_CallNothing(string isa, string kernel) =>
        AssertNoLineInInnermostLoops(isa, kernel, "a call", (_, line) => s_syntax.IsCall(line));

    [Theory]
    [MemberData(nameof(KernelRows.WithoutFunctions), MemberType = typeof(KernelRows))]
    public void InnermostLoops_SpillNoVector(string isa, string kernel) =>
        AssertNoLineInInnermostLoops(isa, kernel, "a vector on the stack", (method, line) => s_syntax.IsVectorOnStack(line, method.HasFramePointer));

    [Theory]
    [MemberData(nameof(KernelRows.Runnable), MemberType = typeof(KernelRows))]
    public void TileLoops_HaveThePlannedMultiplyAdds(string isa, string kernel)
    {
        foreach ((TileMethod planned, MethodListing method) in TileMethods(isa, kernel))
        {
            bool isFused = FindFacts(isa).MultiplyAddInstructions == 1;
            (int Count, IReadOnlyList<string> Lines)[] loops =
            [
                .. ControlFlow.InnermostLoops(method, s_syntax)
                    .Select(loop => (Count: loop.Count(line => s_syntax.IsMultiplyAdd(line, isFused)), Lines: loop))
                    .Where(loop => loop.Count > 0),
            ];
            Assert.True(
                loops.Select(loop => loop.Count).Order().SequenceEqual(planned.InnerLoops.Order()),
                $"""
                {isa} {kernel} {method.Name}: the plan has innermost loops of {string.Join(", ", planned.InnerLoops)} multiply-adds, the machine code of {string.Join(", ", loops.Select(loop => loop.Count))}:
                {string.Join("\n\n", loops.Select(loop => string.Join('\n', loop.Lines)))}
                """);
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.Runnable), MemberType = typeof(KernelRows))]
    public void TileMethods_StayWithinTheirMachineCode(string isa, string kernel)
    {
        foreach ((TileMethod planned, MethodListing method) in TileMethods(isa, kernel))
        {
            Assert.True(
                method.CodeBytes <= planned.Size.MachineBytes,
                $"{isa} {kernel} {method.Name} has {method.CodeBytes} bytes of machine code; the plan allows {planned.Size.MachineBytes}.");
        }
    }

    private static void AssertNoLineInInnermostLoops(string isa, string kernel, string what, Func<MethodListing, string, bool> isFound)
    {
        (KernelDeclaration declaration, IsaFacts facts) = Find(isa, kernel);
        int loops = 0;
        var found = new List<string>();
        foreach (MethodListing method in JitReport.Methods(declaration, facts))
        {
            foreach (IReadOnlyList<string> loop in ControlFlow.InnermostLoops(method, s_syntax))
            {
                loops++;
                found.AddRange(loop.Where(line => isFound(method, line)).Select(line => $"{method.Name}: {line}"));
            }
        }

        Assert.NotEqual(0, loops);
        Assert.True(found.Count == 0, $"{isa} {kernel} has {what} in an innermost loop:\n{string.Join('\n', found)}");
    }

    private static IEnumerable<(TileMethod Planned, MethodListing Method)> TileMethods(string isa, string kernel)
    {
        (KernelDeclaration declaration, IsaFacts facts) = Find(isa, kernel);
        Dictionary<string, MethodListing> listings = JitReport.Methods(declaration, facts).ToDictionary(method => method.Name);
        return JitBudget.Methods(declaration.Plan(facts), declaration.MayHide).Select(planned => (planned, listings[planned.Name]));
    }

    private static (KernelDeclaration Kernel, IsaFacts Facts) Find(string isa, string kernel) => (KernelDeclaration.Find(kernel), FindFacts(isa));

    private static IsaFacts FindFacts(string isa) => IsaFacts.All.Single(facts => $"{facts.Isa}" == isa);
}
