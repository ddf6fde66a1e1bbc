using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Emission;
using SpecAttn.Generator.Tests.Support;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests.Translation;

public class FunctionMistakeTests
{
    public static TheoryData<string> Mistakes => [.. FunctionMistakeCases.All.Keys];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistake_IsReportedWhereItIs(string name)
    {
        MistakeCase mistake = FunctionMistakeCases.All[name];
        var markup = Markup.Parse(mistake.Source);

        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(markup.Source));

        Assert.True(markup.Spans.SequenceEqual(diagnostics.Select(diagnostic => diagnostic.Location.SourceSpan)), TestFunction.Describe(diagnostics));
        Assert.All(diagnostics, diagnostic => Assert.Equal(mistake.Id, diagnostic.Id));
        string message = diagnostics[0].GetMessage(CultureInfo.InvariantCulture);
        Assert.All(mistake.Essentials, essential => Assert.Contains(essential, message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_IsNotGeneratedFor(string name)
    {
        (GeneratorRunResult result, Compilation output) = Generate(Compile(Markup.Parse(FunctionMistakeCases.All[name].Source).Source));

        Assert.Equal([RefusedMethodsEmitter.HintName], result.GeneratedSources.Select(source => source.HintName));
        DiagnosticsTests.AssertNoBodyIsMissing(output, except: false);
    }
}
