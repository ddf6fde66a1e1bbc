using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests;

public class GeneratedCodeTests
{
    private static readonly string[] s_isas = ["Avx512", "Avx2", "Neon", "Portable"];

    public static TheoryData<string> Names => ValidMethods.Names;

    /// <summary>Kernels depend on geometry and masks; these have tails and none, many heads and one.</summary>
    public static TheoryData<string> NamesOfKernels =>
        ["plain", "every option", "smallest dimensions", "largest dimensions", "multi-query", "rotary embedding"];

    /// <summary>The body of the method, which depends on how the method is declared; kernels do not.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void GeneratedBody_CompilesWithoutWarnings(string name)
    {
        foreach (LanguageVersion version in ValidMethods.LanguageVersions)
        {
            (GeneratorRunResult result, Compilation output) = TestCompiler.Generate(TestCompiler.Compile(ValidMethods.All[name], version));
            SyntaxTree[] bodies = [.. result.GeneratedSources.Where(source => !IsKernel(source)).Select(source => source.SyntaxTree)];
            Assert.NotEmpty(bodies);
            Assert.NotEqual(bodies.Length, result.GeneratedSources.Length);

            IEnumerable<SyntaxTree> kernels = result.GeneratedSources.Where(IsKernel).Select(source => source.SyntaxTree);
            AssertNoWarnings(output.SyntaxTrees.Except(kernels).SelectMany(
                tree => output.GetSemanticModel(tree).GetDiagnostics(cancellationToken: TestContext.Current.CancellationToken)));
        }
    }

    [Theory]
    [MemberData(nameof(NamesOfKernels))]
    public void GeneratedKernels_CompileWithoutWarnings(string name)
    {
        foreach (LanguageVersion version in ValidMethods.LanguageVersions)
        {
            (_, Compilation output) = TestCompiler.Generate(TestCompiler.Compile(ValidMethods.All[name], version));
            AssertNoWarnings(output.GetDiagnostics(TestContext.Current.CancellationToken));
        }
    }

    /// <summary>The compiler does not warn of locals that are computed for nothing: what should use them was forgotten.</summary>
    [Theory]
    [MemberData(nameof(NamesOfKernels))]
    public void EveryLocalOfKernels_IsUsed(string name)
    {
        (GeneratorRunResult result, _) = TestCompiler.Generate(TestCompiler.Compile(ValidMethods.All[name]));
        GeneratedSourceResult[] kernels = [.. result.GeneratedSources.Where(IsKernel)];
        Assert.NotEmpty(kernels);
        foreach (GeneratedSourceResult kernel in kernels)
        {
            SyntaxNode root = kernel.SyntaxTree.GetRoot(TestContext.Current.CancellationToken);
            foreach (MethodDeclarationSyntax method in root.DescendantNodes().OfType<MethodDeclarationSyntax>())
            {
                var used = method.DescendantNodes().OfType<IdentifierNameSyntax>().Select(use => use.Identifier.Text).ToHashSet();
                IEnumerable<string> locals = method.DescendantNodes().OfType<VariableDeclaratorSyntax>().Select(local => local.Identifier.Text);
                Assert.All(locals, local => Assert.True(used.Contains(local), $"{kernel.HintName}: {method.Identifier.Text} does not use {local}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GeneratedCode_IsTheSameInEveryRun(string name)
    {
        Dictionary<string, string> first = Texts(name);
        Dictionary<string, string> second = Texts(name);
        Assert.Equal(first, second);
        Assert.All(first.Values, text => Assert.DoesNotContain('\r', text));
        Assert.All(first.Values, text => Assert.EndsWith("\n", text, StringComparison.Ordinal));

        static Dictionary<string, string> Texts(string name)
        {
            (GeneratorRunResult result, _) = TestCompiler.Generate(TestCompiler.Compile(ValidMethods.All[name]));
            return result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());
        }
    }

    private static bool IsKernel(GeneratedSourceResult source) =>
        s_isas.Any(isa => source.HintName.EndsWith($".{isa}.g.cs", StringComparison.Ordinal));

    private static void AssertNoWarnings(IEnumerable<Diagnostic> diagnostics) =>
        Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
}
