using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>From the spec of a method to its files: the body of the method, and one kernel per instruction set.</summary>
internal static class AttentionEmitter
{
    public static IEnumerable<GeneratedFile> Emit(AttentionSpec spec)
    {
        ScoreProgram program = ScoreProgram.Translate(spec);

        yield return new GeneratedFile($"{spec.QualifiedName}.g.cs", DispatchEmitter.Emit(spec));

        foreach (IsaFacts facts in IsaFacts.All)
        {
            KernelPlan plan = TilePlanner.Plan(spec.Geometry, HeadStorage.Of(spec), spec.Unroll, facts);
            var kernel = new KernelEmitter(spec, program, plan, Dialect.For(facts.Isa));
            yield return new GeneratedFile($"{spec.QualifiedName}.{facts.Isa}.g.cs", kernel.Emit());
        }
    }

    /// <summary>Name of the struct that holds one variant, unique in the user's assembly.</summary>
    public static string KernelName(AttentionSpec spec, KernelIsa isa) => $"{Identifier(spec.QualifiedName)}_{isa}";

    /// <summary>The namespace of all kernels; nothing of the user's can be found from inside it before the class library is.</summary>
    public const string KernelNamespace = "SpecAttn.Generated";

    private static string Identifier(string qualifiedName) =>
        new([.. qualifiedName.Select(c => char.IsLetterOrDigit(c) ? c : '_')]);
}
