using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.CodeFixes;

/// <summary>Makes an attention method partial, without a body; and the types around it partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialCodeFix)), Shared]
public sealed class MakePartialCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
    [
        AttentionDescriptors.MethodNotPartial.Id,
        AttentionDescriptors.MethodHasBody.Id,
        AttentionDescriptors.ContainingTypeNotPartial.Id,
    ];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false))!;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (diagnostic.Id == AttentionDescriptors.ContainingTypeNotPartial.Id)
            {
                if (root.FindAt<TypeDeclarationSyntax>(diagnostic.Location) is { } type)
                    context.RegisterReplacement(diagnostic, $"Make '{type.Identifier.ValueText}' partial", context.Document, root, type, type.WithModifier(SyntaxKind.PartialKeyword));
            }
            else if (root.FindAt<MethodDeclarationSyntax>(diagnostic.Location) is { } method && Repaired(method) is { } repaired)
            {
                context.RegisterReplacement(diagnostic, $"Leave the body of '{method.Identifier.ValueText}' to the generator", context.Document, root, method, repaired);
            }
        }
    }

    /// <summary>The declaration with <c>partial</c> and a semicolon; null where that would change nothing, because another part has the body.</summary>
    private static MethodDeclarationSyntax? Repaired(MethodDeclarationSyntax method)
    {
        bool isPartial = method.Modifiers.Any(SyntaxKind.PartialKeyword);
        int external = method.Modifiers.IndexOf(SyntaxKind.ExternKeyword);
        if (isPartial && external < 0 && method.Body is null && method.ExpressionBody is null)
            return null;

        SyntaxTriviaList after = method.GetTrailingTrivia();
        MethodDeclarationSyntax repaired = method;
        if (external >= 0)
            repaired = repaired.WithModifiers(repaired.Modifiers.RemoveAt(external));
        if (!isPartial)
            repaired = repaired.WithModifier(SyntaxKind.PartialKeyword);
        return repaired
            .WithParameterList(repaired.ParameterList.WithTrailingTrivia())
            .WithBody(null)
            .WithExpressionBody(null)
            .WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken))
            .WithTrailingTrivia(after);
    }
}
