using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Emission;
using SpecAttn.Generator.Tests.Support;
using SpecAttn.Generator.Tests.Translation;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

public class DiagnosticsTests
{
    public static TheoryData<string> Mistakes => [.. MistakeCases.All.Keys];

    private static IEnumerable<DiagnosticDescriptor> Descriptors => new[] { typeof(AttentionDescriptors), typeof(ScoreDescriptors) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(declared => (DiagnosticDescriptor)declared.GetValue(null)!);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistake_IsReportedWhereItIs(string name)
    {
        MistakeCase mistake = MistakeCases.All[name];
        var markup = Markup.Parse(mistake.Source);

        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Compile(markup.Source)));

        Assert.Equal(mistake.Id, diagnostic.Id);
        Assert.Equal(Assert.Single(markup.Spans), diagnostic.Location.SourceSpan);
        string message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        Assert.All(mistake.Essentials, essential => Assert.Contains(essential, message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_IsGeneratedForOnlyIfItIsNoError(string name)
    {
        MistakeCase mistake = MistakeCases.All[name];
        bool isError = Descriptors.Single(descriptor => descriptor.Id == mistake.Id).DefaultSeverity == DiagnosticSeverity.Error;

        (GeneratorRunResult result, _) = Generate(Compile(Markup.Parse(mistake.Source).Source));

        Assert.Equal(isError, result.GeneratedSources.All(source => source.HintName == RefusedMethodsEmitter.HintName));
    }

    /// <summary>Declarations that cannot be implemented have an error of the compiler's own.</summary>
    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_LeavesNoMethodWithoutABody(string name)
    {
        MistakeCase mistake = MistakeCases.All[name];
        (_, Compilation output) = Generate(Compile(Markup.Parse(mistake.Source).Source));

        AssertNoBodyIsMissing(output, except: mistake.Id is "SPECATTN0004" or "SPECATTN0005" or "SPECATTN0008");
    }

    /// <summary>The compiler does not get to the analyzer where a body is missing.</summary>
    internal static void AssertNoBodyIsMissing(Compilation output, bool except)
    {
        const string missing = "CS8795";
        Assert.True(except || !output.GetDiagnostics(TestContext.Current.CancellationToken).Any(diagnostic => diagnostic.Id == missing));
        Assert.DoesNotContain(
            output.GetDiagnostics(TestContext.Current.CancellationToken),
            diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden && diagnostic.Location.SourceTree is { } file && AttentionGenerator.Wrote(file));
    }

    [Fact]
    public async Task OldLanguageVersion_IsReportedAtTheMethod()
    {
        var markup = Markup.Parse("""
            partial class Model
            {
                [SpecAttn.Attention(2, 8)]
                static partial void [|Attend|](
                    System.ReadOnlySpan<float> query, System.ReadOnlySpan<float> key, System.ReadOnlySpan<float> value, System.Span<float> output);
            }
            """);

        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Compile(markup.Source, LanguageVersion.CSharp10)));

        Assert.Equal(AttentionDescriptors.LanguageVersionTooLow.Id, diagnostic.Id);
        Assert.Equal(Assert.Single(markup.Spans), diagnostic.Location.SourceSpan);
        Assert.Contains("C# 11 or later, but this project uses C# 10.0", diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Empty(await AnalyzeAsync(Compile(markup.Source, LanguageVersion.CSharp11)));
    }

    [Fact]
    public async Task ManyMistakes_AreAllReported()
    {
        var markup = Markup.Parse(Usings + """
            public class [|Model|]
            {
                [Attention([|0|], [|2000|], [|Window = -3|], [|Mask = (AttentionMask)9|])]
                public static [|int|] [|Attend|][|<T>|]([|in|] ReadOnlySpan<float> query, [|float[]|] key, int [|foo|], [|int|] weights, Span<float> output);
            }
            """);

        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(markup.Source));

        Assert.Equal(
            ["0004", "0014", "0014", "0014", "0016", "0007", "0001", "0012", "0006", "0011", "0010", "0009", "0010"],
            diagnostics.Select(diagnostic => diagnostic.Id["SPECATTN".Length..]));
        Assert.Equal(markup.Spans, diagnostics.Select(diagnostic => diagnostic.Location.SourceSpan).Distinct());
    }

    [Fact]
    public async Task MissingTensors_AreEachReported()
    {
        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(Declare("2, 8", "")));

        Assert.Equal(4, diagnostics.Count(diagnostic => diagnostic.Id == AttentionDescriptors.ParameterMissing.Id));
        Assert.Equal(4, diagnostics.Length);
    }

    [Fact]
    public async Task MistakesInTwoMethods_AreBothReported()
    {
        string source = InModel($"""
            [Attention(0, 8)] public static partial void Attend({Tensors});
            [Attention(2, 0)] public static partial void AttendToo({Tensors});
            """);

        ImmutableArray<Diagnostic> diagnostics = await AnalyzeAsync(Compile(source));

        Assert.Equal(["'heads' is 0, but must be at least 1", "'headDim' is 0, but must be 1 to 1024"], diagnostics.Select(Message));
        static string Message(Diagnostic diagnostic) => diagnostic.GetMessage(CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task MistakeInOneMethod_LeavesTheOthersGenerated()
    {
        CSharpCompilation compilation = Compile(InModel($"""
            [Attention(0, 8)] public static partial void Attend({Tensors});
            [Attention(2, 8)] public static partial void AttendToo({Tensors});
            """));

        (GeneratorRunResult result, _) = Generate(compilation);

        GeneratedSourceResult[] kernels = [.. result.GeneratedSources.Where(source => source.HintName != RefusedMethodsEmitter.HintName)];
        Assert.NotEmpty(kernels);
        Assert.All(kernels, source => Assert.StartsWith("Model.AttendToo.", source.HintName, StringComparison.Ordinal));
        Assert.Single(await AnalyzeAsync(compilation));
    }

    [Theory]
    [InlineData("[Attention(2)] public static partial void Attend(" + Tensors + ");", "CS7036")]
    [InlineData("[Attention(2, 8, Heads = 3)] public static partial void Attend(" + Tensors + ");", "CS0617")]
    [InlineData("[Attention(2, 8), Attention(2, 8)] public static partial void Attend(" + Tensors + ");", "CS0579")]
    [InlineData("[return: Attention(2, 8)] public static partial void Attend(" + Tensors + ");", "CS0592")]
    [InlineData("[Attention(2, 8)] public static partial void Attend(Tensr<int> scale, " + Tensors + ");", "CS0246")]
    [InlineData("[Attention(2, 8)] public static partial void Attend(int batch, int batch, " + Tensors + ");", "CS0100")]
    [InlineData("[Attention(2, 8)] public abstract partial void Attend(" + Tensors + ");", "CS0750")]
    [InlineData("[Attention(2, 8)] partial void IDisposable.Dispose(" + Tensors + ");", "CS0754")]
    [InlineData("[Attention(2, 8)] public static partial void Attend(" + Tensors + "); [Attention(2, 8)] public static partial void Attend(" + Tensors + ");", "CS0756")]
    public async Task CompilerError_IsNotRepeated(string member, string error)
    {
        CSharpCompilation compilation = Compile(InModel(member));

        Assert.Contains(compilation.GetDiagnostics(TestContext.Current.CancellationToken), diagnostic => diagnostic.Id == error);
        Assert.Empty(await AnalyzeAsync(compilation));
    }

    [Fact]
    public async Task Pragma_Suppresses()
    {
        string source = InModel($"""
            #pragma warning disable SPECATTN0014
            [Attention(0, 8)] public static partial void Attend({Tensors});
            #pragma warning restore SPECATTN0014
            [Attention(2, 2000)] public static partial void AttendToo({Tensors});
            """);

        Diagnostic diagnostic = Assert.Single(await AnalyzeAsync(Compile(source)));

        Assert.Contains("'headDim' is 2000", diagnostic.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfiguredSeverity_IsRespected()
    {
        CSharpCompilation compilation = Compile(Declare("2, 8", Tensors + ", int queryOffset"));
        compilation = compilation.WithOptions(compilation.Options.WithSpecificDiagnosticOptions(
            [new(AttentionDescriptors.NoEffect.Id, ReportDiagnostic.Error)]));

        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(await AnalyzeAsync(compilation)).Severity);
    }

    [Fact]
    public async Task GeneratedCodeOfOthers_IsLookedAtToo()
    {
        string source = "// <auto-generated/>\n" + Declare("0, 8");

        Assert.Single(await AnalyzeAsync(Compile(source)));
    }

    [Fact]
    public void EveryDescriptor_HasAMistakeCase()
    {
        IEnumerable<string> exercised = MistakeCases.All.Values.Concat(FunctionMistakeCases.All.Values).Select(mistake => mistake.Id)
            .Append(AttentionDescriptors.LanguageVersionTooLow.Id) // OldLanguageVersion_IsReportedAtTheMethod
            .Append(ScoreDescriptors.ComputedOneByOne.Id); // OneNumberAtATime_IsSaid

        Assert.Equal(Descriptors.Select(descriptor => descriptor.Id).Order(), exercised.Distinct().Order());
    }

    [Fact]
    public void EveryDescriptor_HasTextsAndANumberOfItsOwn()
    {
        Assert.All(Descriptors, descriptor =>
        {
            Assert.Matches("^SPECATTN[01][0-9]{3}$", descriptor.Id);
            Assert.Equal(descriptor.Id["SPECATTN".Length] == '0' ? "Usage" : "ScoreLanguage", descriptor.Category);
            Assert.NotEmpty(descriptor.Title.ToString(CultureInfo.InvariantCulture));
            Assert.NotEmpty(descriptor.Description.ToString(CultureInfo.InvariantCulture));
        });
        Assert.Distinct(Descriptors.Select(descriptor => descriptor.Id));
    }

    [Fact]
    public void EveryDescriptor_IsReportedByTheAnalyzer() =>
        Assert.Equal(Descriptors, new AttentionMethodAnalyzer().SupportedDiagnostics);

    [Fact]
    public void EveryDescriptor_IsInTheReleaseNotes()
    {
        string[] released =
        [
            .. File.ReadLines(Repository.PathOf("generator/SpecAttn.Generator/AnalyzerReleases.Shipped.md")),
            .. File.ReadLines(Repository.PathOf("generator/SpecAttn.Generator/AnalyzerReleases.Unshipped.md")),
        ];

        Assert.All(Descriptors, descriptor => Assert.Contains(
            $"{descriptor.Id} | {descriptor.Category} | {descriptor.DefaultSeverity} | {descriptor.Title.ToString(CultureInfo.InvariantCulture)}",
            released));
    }

    [Fact]
    public void EveryDescriptor_IsInTheReadme()
    {
        const string head = "|---|---|---|";
        string readme = File.ReadAllText(Repository.PathOf("generator/README.md")).ReplaceLineEndings("\n");
        string expected = string.Concat(Descriptors.Select(descriptor =>
            $"| {descriptor.Id} | {descriptor.DefaultSeverity} | {descriptor.Title.ToString(CultureInfo.InvariantCulture)} |\n"));

        Assert.Contains($"{head}\n{expected}", readme + "\n", StringComparison.Ordinal);
        Assert.Equal(Descriptors.Count(), readme.Split("| SPECATTN").Length - 1);
    }
}
