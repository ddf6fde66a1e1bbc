using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>Reads just enough of a method with a mistake in it to give it a body.</summary>
internal static class RefusedMethods
{
    private static readonly SymbolDisplayFormat s_format = SymbolDisplayFormat.FullyQualifiedFormat
        .WithParameterOptions(
            SymbolDisplayParameterOptions.IncludeExtensionThis | SymbolDisplayParameterOptions.IncludeModifiers
            | SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName)
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <returns>The method, null where it cannot or need not have another part.</returns>
    public static RefusedMethod? Parse(MethodDeclarationSyntax declaration, IMethodSymbol method, MethodShape shape)
    {
        SyntaxTokenList modifiers = declaration.Modifiers;
        bool canHaveAnotherPart = modifiers.Any(SyntaxKind.PartialKeyword)
            && !modifiers.Any(SyntaxKind.AsyncKeyword) && !modifiers.Any(SyntaxKind.ExternKeyword) && !modifiers.Any(SyntaxKind.AbstractKeyword)
            && declaration.Body is null && declaration.ExpressionBody is null
            && declaration.ConstraintClauses.Count == 0 && declaration.ExplicitInterfaceSpecifier is null
            && method.RefKind == RefKind.None
            && !MethodShape.HasTwin(method)
            && !MethodShape.IsImplementedByUser(declaration, method)
            && declaration.Ancestors().OfType<TypeDeclarationSyntax>().All(CanBeAddedTo)
            && method.Parameters.Select(parameter => parameter.Name).Distinct().Count() == method.Parameters.Length;
        if (!canHaveAnotherPart)
            return null;

        string parameters = string.Join(", ", method.Parameters.Select(parameter => parameter.ToDisplayString(s_format)));
        return new RefusedMethod(
            shape.Namespace,
            shape.ContainingTypes,
            $"{shape.Modifiers} {method.ReturnType.ToDisplayString(s_format)} {declaration.Identifier.Text}{declaration.TypeParameterList}({parameters})");
    }

    private static bool CanBeAddedTo(TypeDeclarationSyntax type) =>
        type.Modifiers.Any(SyntaxKind.PartialKeyword) && !type.Modifiers.Any(SyntaxKind.FileKeyword);
}
