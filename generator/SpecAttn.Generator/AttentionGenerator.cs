using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using SpecAttn.Generator.Emission;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Parsing;

namespace SpecAttn.Generator;

/// <summary>Writes the bodies of partial methods that carry <c>[Attention]</c>.</summary>
/// <remarks>
/// Mistakes are not reported here but by <see cref="Diagnostics.AttentionMethodAnalyzer"/>, which runs the same parser: so the steps below
/// carry nothing but equatable values, and stay cached when only a diagnostic moves.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class AttentionGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParsedMethod> parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(AttentionParser.AttributeName, IsMethod, Parse);

        // Every method with the attribute becomes a specification, unless there is a mistake in it.
        IncrementalValuesProvider<AttentionSpec> methods = parsed
            .Select(static (method, _) => method.Spec)
            .WhereNotNull()
            .WithTrackingName(TrackingNames.Methods);

        // Generated files are named after the methods, so methods of one name must be told apart. Mostly there are none.
        IncrementalValueProvider<EquatableArray<NumberedMethod>> numbered = methods
            .Collect()
            .Select(MethodNumbering.FindNamesakes)
            .WithTrackingName(TrackingNames.Namesakes);

        IncrementalValuesProvider<AttentionSpec> named = methods
            .Combine(numbered)
            .Select(MethodNumbering.Apply)
            .WithTrackingName(TrackingNames.NamedMethods);

        // Each specification is planned and written on its own: editing one method leaves the files of the others alone.
        context.RegisterSourceOutput(named, Emit);

        // Methods with a mistake in them share a file, if there are any.
        IncrementalValuesProvider<EquatableArray<RefusedMethod>> refused = parsed
            .Select(static (method, _) => method.Refused)
            .WhereNotNull()
            .Collect()
            .SelectMany(static (all, _) => all.IsEmpty ? ImmutableArray<EquatableArray<RefusedMethod>>.Empty : [all.ToEquatableArray()]);
        context.RegisterSourceOutput(refused, EmitRefused);
    }

    /// <summary>Whether the file is one that this generator added to the compilation.</summary>
    /// <remarks>The compiler puts generated files into a folder that has the generator's name.</remarks>
    internal static bool Wrote(SyntaxTree file) =>
        file.FilePath.Replace('\\', '/').Contains($"/{typeof(AttentionGenerator).FullName}/");

    private static bool IsMethod(SyntaxNode node, CancellationToken cancellation) => node is MethodDeclarationSyntax;

    private static ParsedMethod Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation) =>
        AttentionParser.Parse(
            (MethodDeclarationSyntax)context.TargetNode,
            (IMethodSymbol)context.TargetSymbol,
            context.Attributes[0],
            context.SemanticModel.Compilation,
            report: null,
            cancellation);

    private static void Emit(SourceProductionContext context, AttentionSpec spec)
    {
        foreach (GeneratedFile file in AttentionEmitter.Emit(spec))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            Add(context, file);
        }
    }

    private static void EmitRefused(SourceProductionContext context, EquatableArray<RefusedMethod> methods) =>
        Add(context, RefusedMethodsEmitter.Emit(methods));

    private static void Add(SourceProductionContext context, GeneratedFile file) =>
        context.AddSource(file.HintName, SourceText.From(file.Text, Encoding.UTF8));
}

/// <summary>Names of the pipeline's steps, by which the tests ask whether a step was cached.</summary>
internal static class TrackingNames
{
    public const string Methods = nameof(Methods);
    public const string Namesakes = nameof(Namesakes);
    public const string NamedMethods = nameof(NamedMethods);
}

/// <summary>Steps that Roslyn lacks.</summary>
internal static class IncrementalValuesProviderExtensions
{
    public static IncrementalValuesProvider<T> WhereNotNull<T>(this IncrementalValuesProvider<T?> values)
        where T : class => values.Where(static value => value is not null)!;
}
