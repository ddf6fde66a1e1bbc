using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.CodeFixes;

/// <summary>Writes a score or visibility function that is named and does not exist: one that changes nothing yet.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(GenerateFunctionCodeFix)), Shared]
public sealed class GenerateFunctionCodeFix : CodeFixProvider
{
    // What the compiler says of a name that does not exist, inside nameof.
    private const string NameNotFound = "CS0103";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [ScoreDescriptors.FunctionNotFound.Id, NameNotFound];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false))!;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root.FindAt<AttributeArgumentSyntax>(diagnostic.Location) is not { NameEquals.Name.Identifier.ValueText: var option } argument
                || Stub(option, NameIn(argument, diagnostic)) is not { } function
                || argument.FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { Parent: TypeDeclarationSyntax type } method)
            {
                continue;
            }
            TypeDeclarationSyntax extended = type.WithMembers(type.Members.Insert(type.Members.IndexOf(method) + 1, function));
            context.RegisterReplacement(diagnostic, $"Write function '{function.Identifier.ValueText}'", context.Document, root, type, extended);
        }
    }

    private static string? NameIn(AttributeArgumentSyntax argument, Diagnostic diagnostic) => diagnostic.Id == NameNotFound
        ? (argument.Expression as InvocationExpressionSyntax)?.ArgumentList.Arguments.FirstOrDefault()?.Expression is IdentifierNameSyntax name
            ? name.Identifier.ValueText
            : null
        : Repair.Of(diagnostic).Name;

    private static MethodDeclarationSyntax? Stub(string option, string? name)
    {
        string? text = option switch
        {
            "Score" => $"private static float {name}(float score, int query, int key) => score;",
            "Visible" => $"private static bool {name}(int query, int key) => true;",
            _ => null,
        };
        bool isName = name is not null && SyntaxFacts.IsValidIdentifier(name);
        return isName && text is not null && SyntaxFactory.ParseMemberDeclaration(text) is MethodDeclarationSyntax function
            ? function.WithLeadingTrivia(SyntaxFactory.ElasticCarriageReturnLineFeed).WithTrailingTrivia(SyntaxFactory.ElasticCarriageReturnLineFeed)
            : null;
    }
}
