using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests;

public class GeneratedCodeTests
{
    public static TheoryData<string> Names => ValidMethods.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void GeneratedCode_CompilesWithoutWarnings(string name)
    {
        foreach (LanguageVersion version in ValidMethods.LanguageVersions)
        {
            (GeneratorRunResult result, Compilation output) = TestCompiler.Generate(TestCompiler.Compile(ValidMethods.All[name], version));
            Assert.NotEmpty(result.GeneratedSources);
            Assert.Empty(output
                .GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
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
}
