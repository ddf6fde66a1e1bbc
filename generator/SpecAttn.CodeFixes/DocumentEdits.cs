using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace SpecAttn.CodeFixes;

/// <summary>What the code fixes have in common.</summary>
internal static class DocumentEdits
{
    /// <summary>The innermost node of a kind around a place.</summary>
    public static T? FindAt<T>(this SyntaxNode root, Location place)
        where T : SyntaxNode => root.FindNode(place.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<T>();

    /// <summary>Offers to replace a node by another one.</summary>
    public static void RegisterReplacement(
        this CodeFixContext context, Diagnostic diagnostic, string title, Document document, SyntaxNode root, SyntaxNode before, SyntaxNode after) =>
        context.RegisterCodeFix(
            CodeAction.Create(
                title,
                _ => Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(before, after.WithAdditionalAnnotations(Formatter.Annotation)))),
                equivalenceKey: title),
            diagnostic);

    /// <summary>The modifiers with one more, where C#'s conventions have it.</summary>
    public static SyntaxTokenList With(this SyntaxTokenList modifiers, SyntaxKind added)
    {
        SyntaxToken token = SyntaxFactory.Token(added).WithTrailingTrivia(SyntaxFactory.Space);
        int place = modifiers.TakeWhile(modifier => added == SyntaxKind.PartialKeyword || IsBeforeStatic(modifier)).Count();
        return modifiers.Insert(place, token);

        static bool IsBeforeStatic(SyntaxToken modifier) =>
            modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword or SyntaxKind.PrivateKeyword or SyntaxKind.NewKeyword;
    }

    /// <summary>A declaration with one modifier more; what stands before its first word stays before it.</summary>
    public static T WithModifier<T>(this T declaration, SyntaxKind added)
        where T : MemberDeclarationSyntax
    {
        SyntaxTriviaList before = declaration.GetLeadingTrivia();
        MemberDeclarationSyntax bare = declaration.WithLeadingTrivia(SyntaxTriviaList.Empty);
        return (T)bare.WithModifiers(bare.Modifiers.With(added)).WithLeadingTrivia(before);
    }
}
