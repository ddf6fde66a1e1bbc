using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.CodeFixes;

/// <summary>Adds to an attention method a parameter that it needs, be it by itself or for a function that asks for it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddParameterCodeFix)), Shared]
public sealed class AddParameterCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [AttentionDescriptors.ParameterMissing.Id, ScoreDescriptors.ArgumentMissing.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            var repair = Repair.Of(diagnostic);
            foreach (string declaration in repair.Declarations!)
            {
                string title = $"Add parameter '{declaration}'";
                context.RegisterCodeFix(
                    CodeAction.Create(
                        title,
                        cancellation => AddAsync(context.Document.Project.Solution, repair.Place!, declaration, cancellation),
                        equivalenceKey: title),
                    diagnostic);
            }
        }
        return Task.CompletedTask;
    }

    // The attention method may stand in another file than the function that asks for the parameter.
    private static async Task<Solution> AddAsync(Solution solution, Location place, string declaration, CancellationToken cancellation)
    {
        if (solution.GetDocument(place.SourceTree) is not { } document)
            return solution;
        SyntaxNode root = (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        if (root.FindAt<MethodDeclarationSyntax>(place) is not { } method)
            return solution;

        // Parameters with default values and 'params' stay last.
        SeparatedSyntaxList<ParameterSyntax> parameters = method.ParameterList.Parameters;
        int index = parameters.TakeWhile(parameter => parameter.Default is null && !parameter.Modifiers.Any(SyntaxKind.ParamsKeyword)).Count();
        ParameterSyntax added = SyntaxFactory.ParseParameterList($"({declaration})").Parameters[0];
        ParameterListSyntax list = method.ParameterList.WithParameters(parameters.Insert(index, added)).WithAdditionalAnnotations(Formatter.Annotation);
        return document.WithSyntaxRoot(root.ReplaceNode(method.ParameterList, list)).Project.Solution;
    }
}
