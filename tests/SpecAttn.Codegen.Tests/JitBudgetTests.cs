using SpecAttn.Codegen.Tests.Il;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests;

/// <summary>What the planner foresees of a method's size, against the IL that the compiler makes.</summary>
public sealed class JitBudgetTests
{
    /// <summary>
    /// A prediction counts what the text says. The C# compiler keeps some values on the stack instead of in a local, and small constants
    /// take fewer bytes: methods may be smaller by this share and <see cref="Slack"/>, but not larger at all.
    /// </summary>
    private const double MostOver = 0.45;

    private static readonly MethodSize Slack = new(IlBytes: 80, Instructions: 30, BasicBlocks: 3, Locals: 6, LocalReferences: 12);

    [Theory]
    [MemberData(nameof(KernelRows.Readable), MemberType = typeof(KernelRows))]
    public void Prediction_IsWhatTheCompilerMakes(string isa, string kernel)
    {
        (IEnumerable<TileMethod> foreseen, Dictionary<string, MethodSize> compiled) = Find(isa, kernel);
        var wrong = new List<string>();
        foreach (TileMethod method in foreseen)
        {
            Check("IL bytes", size => size.IlBytes);
            Check("instructions", size => size.Instructions);
            Check("basic blocks", size => size.BasicBlocks);
            Check("locals", size => size.Locals);
            Check("references to locals", size => size.LocalReferences);

            void Check(string what, Func<MethodSize, int> figure)
            {
                int predicted = figure(method.Size);
                int actual = figure(compiled[method.Name]);
                if (predicted < actual || predicted > (actual * (1 + MostOver)) + figure(Slack))
                    wrong.Add($"{isa} {kernel} {method.Name}: {predicted} {what} foreseen, {actual} compiled");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(KernelRows.Readable), MemberType = typeof(KernelRows))]
    public void EveryMethod_IsWithinTheLimits(string isa, string kernel)
    {
        (_, Dictionary<string, MethodSize> compiled) = Find(isa, kernel);
        foreach ((string name, MethodSize size) in compiled)
            Assert.True(size.Fits(JitBudget.Limits), $"{isa} {kernel} {name} is beyond what the JIT optimises: {size}");
    }

    [Fact]
    public void EveryHeadDim_HasMethodsWithinTheLimits()
    {
        foreach (IsaFacts facts in IsaFacts.All)
        {
            foreach (Unroll unroll in new[] { Unroll.Auto, Unroll.Full })
            {
                for (int dim = 1; dim <= 1024; dim++)
                {
                    KernelPlan plan = TilePlanner.Plan(new HeadGeometry(Heads: 1, KeyValueHeads: 1, dim, ValueDim: dim), HeadStorage.Any, unroll, facts);
                    foreach (TileMethod method in JitBudget.Methods(plan, hasMask: true))
                        Assert.True(method.Size.Fits(JitBudget.Limits), $"{facts.Isa} {unroll} {dim} {method.Name}: {method.Size}");
                }
            }
        }
    }

    private static (IEnumerable<TileMethod> Foreseen, Dictionary<string, MethodSize> Compiled) Find(string isa, string kernel)
    {
        IsaFacts facts = IsaFacts.All.Single(facts => $"{facts.Isa}" == isa);
        KernelDeclaration declaration = KernelDeclaration.Find(kernel);
        string type = KernelAssembly.TypeName(declaration, facts);
        return (
            JitBudget.Methods(declaration.Plan(facts), declaration.MayHide),
            CompiledMethod.ReadAll(KernelAssembly.Image(facts)).Where(method => method.Type == type).ToDictionary(method => method.Name, method => method.Size));
    }
}
