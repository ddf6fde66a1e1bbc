using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Rename;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.CodeFixes;

/// <summary>Gives a misspelt parameter the name that was probably meant, wherever it is used.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RenameParameterCodeFix)), Shared]
public sealed class RenameParameterCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [AttentionDescriptors.ParameterUnknown.Id, ScoreDescriptors.ArgumentMissing.Id];

    // Two renamings at once could meet in one name.
    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SemanticModel model = (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false))!;
        SyntaxNode root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false))!;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (Repair.Of(diagnostic).Name is not { } name || root.FindAt<ParameterSyntax>(diagnostic.Location) is not { } syntax
                || model.GetDeclaredSymbol(syntax, context.CancellationToken) is not { } parameter)
            {
                continue;
            }
            string title = $"Rename '{parameter.Name}' to '{name}'";
            context.RegisterCodeFix(
                CodeAction.Create(
                    title,
                    cancellation => Renamer.RenameSymbolAsync(context.Document.Project.Solution, parameter, default(SymbolRenameOptions), name, cancellation),
                    equivalenceKey: title),
                diagnostic);
        }
    }
}
