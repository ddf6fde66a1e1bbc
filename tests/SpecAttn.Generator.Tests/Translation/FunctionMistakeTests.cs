using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Diagnostics;
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

    [Fact]
    public async Task MistakeInASharedFunction_IsReportedOnce()
    {
        var markup = Markup.Parse(InModel($"""
            [Attention(2, 8, Score = nameof(Decay))] public static partial void Attend({Tensors});
            [Attention(2, 8, Score = nameof(Decay))] public static partial void AttendToo({Tensors});
            static float Decay(float score) => (float)(score * [|0.5|]);
            """));

        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Compile(markup.Source)));

        Assert.Equal(Assert.Single(markup.Spans), diagnostic.Location.SourceSpan);
    }

    [Theory]
    [InlineData("[|MathF.Sin(score)|] + (float)[|Math.Cos(score)|]", "beyond 100000")]
    [InlineData("[|MathF.FusedMultiplyAdd(score, 2, key)|]", "portable variant")]
    public async Task OneNumberAtATime_IsSaid(string body, string essential)
    {
        var markup = Markup.Parse(InModel($"""
            [Attention(2, 8, Score = nameof(Wave))] public static partial void Attend({Tensors});
            static float Wave(float score, int key) => {body};
            """));

        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(markup.Source));

        Assert.Equal(markup.Spans, diagnostics.Select(diagnostic => diagnostic.Location.SourceSpan));
        Assert.All(diagnostics, diagnostic => Assert.Equal((ScoreDescriptors.ComputedOneByOne.Id, DiagnosticSeverity.Info), (diagnostic.Id, diagnostic.Severity)));
        Assert.Contains(essential, diagnostics[0].GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
