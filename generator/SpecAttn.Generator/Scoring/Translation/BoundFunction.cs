using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>A score or visibility function, and what its parameters stand for.</summary>
/// <param name="Method">The function; of a partial one the part with the body.</param>
/// <param name="Syntax">The declaration that has its body.</param>
/// <param name="Inputs">Parameters that the kernel supplies.</param>
/// <param name="MethodParameters">Parameters that stand for parameters of the attention method.</param>
internal sealed record BoundFunction(
    IMethodSymbol Method,
    MethodDeclarationSyntax Syntax,
    IReadOnlyList<KeyValuePair<IParameterSymbol, ScoreInput>> Inputs,
    IReadOnlyList<KeyValuePair<IParameterSymbol, IParameterSymbol>> MethodParameters)
{
    /// <summary>The part of a method that has its body, and that part's declaration; null if there is none in this project.</summary>
    public static (IMethodSymbol Method, MethodDeclarationSyntax Syntax)? BodyOf(IMethodSymbol method, CancellationToken cancellation)
    {
        IMethodSymbol part = method.PartialImplementationPart ?? method;
        return part.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is MethodDeclarationSyntax syntax
            && (syntax.Body is not null || syntax.ExpressionBody is not null)
            ? (part, syntax)
            : null;
    }
}
