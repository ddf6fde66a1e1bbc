using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.Generator.Tests.Support;

/// <summary>Compiles test sources as a user's project would be: against this framework and the runtime library, without unsafe code.</summary>
internal static class TestCompiler
{
    /// <summary>The head of most test sources. That they have no documentation comments is fine; generated files must not lack any.</summary>
    public const string Usings = "#pragma warning disable CS1591\nusing System; using System.Numerics.Tensors; using SpecAttn;\n";

    /// <summary>The parameters of the simplest method.</summary>
    public const string Tensors = "ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output";

    private static readonly ImmutableArray<MetadataReference> s_references = FindReferences();

    /// <summary>A source with one method.</summary>
    /// <param name="arguments">Arguments of the attribute.</param>
    /// <param name="parameters">Parameters of the method.</param>
    public static string Declare(string arguments, string parameters = Tensors) => InModel($"""
        [Attention({arguments})]
            public static partial void Attend({parameters});
        """);

    /// <summary>A source with one class, which can hold attention methods.</summary>
    /// <param name="members">Its members.</param>
    public static string InModel(string members) => $$"""
        {{Usings}}
        public static partial class Model
        {
            {{members}}
        }
        """;

    public static CSharpCompilation Compile(string source, LanguageVersion version = LanguageVersion.Latest) =>
        Compile([source], version);

    public static CSharpCompilation Compile(IEnumerable<string> sources, LanguageVersion version = LanguageVersion.Latest)
    {
        var parse = new CSharpParseOptions(version, DocumentationMode.Diagnose);
        return CSharpCompilation.Create(
            "Test",
            sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, parse, path: $"/project/Source{i}.cs")),
            s_references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: false,
                warningLevel: 9999,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>A driver that runs the generator and remembers why each step ran.</summary>
    public static GeneratorDriver CreateDriver(CSharpCompilation compilation) => CSharpGeneratorDriver.Create(
        [new AttentionGenerator().AsSourceGenerator()],
        parseOptions: (CSharpParseOptions)compilation.SyntaxTrees[0].Options,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator. What it throws fails the test.</summary>
    public static (GeneratorRunResult Result, Compilation Output) Generate(CSharpCompilation compilation)
    {
        GeneratorDriver driver = CreateDriver(compilation)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _, TestContext.Current.CancellationToken);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.Empty(result.Diagnostics);
        return (result, output);
    }

    /// <summary>What the analyzer says of the user's files, in the order of the source. As in a build it sees what the generator wrote.</summary>
    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(CSharpCompilation compilation)
    {
        (_, Compilation output) = Generate(compilation);
        CompilationWithAnalyzers analysis = output.WithAnalyzers([new AttentionMethodAnalyzer()]);
        var diagnostics = new List<Diagnostic>();
        foreach (SyntaxTree file in compilation.SyntaxTrees)
        {
            diagnostics.AddRange(await analysis.GetAnalyzerSemanticDiagnosticsAsync(
                output.GetSemanticModel(file), filterSpan: null, TestContext.Current.CancellationToken));
        }
        return [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Id)];
    }

    // This framework's assemblies, of which the runtime's directory also holds native ones; and the runtime library with what it needs.
    private static ImmutableArray<MetadataReference> FindReferences()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string trusted = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        return
        [
            .. trusted.Split(Path.PathSeparator)
                .Where(path => Path.GetDirectoryName(path) == framework)
                .Append(typeof(AttentionAttribute).Assembly.Location)
                .Append(typeof(System.Numerics.Tensors.TensorSpan<float>).Assembly.Location)
                .Select(path => MetadataReference.CreateFromFile(path)),
        ];
    }
}
