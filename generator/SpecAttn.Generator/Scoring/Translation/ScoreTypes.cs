using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>C#'s types, as the score language has them.</summary>
internal static class ScoreTypes
{
    /// <summary>The type of the score language; null if it has none such.</summary>
    public static ScoreType? Of(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_Single => ScoreType.Float,
        SpecialType.System_Int32 => ScoreType.Int,
        SpecialType.System_Boolean => ScoreType.Bool,
        _ => null,
    };

    /// <summary>The type of the elements of a <c>ReadOnlySpan&lt;int&gt;</c> or <c>ReadOnlySpan&lt;float&gt;</c>; null for another type.</summary>
    public static ScoreType? OfSpan(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "ReadOnlySpan", Arity: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } span
        && Of(span.TypeArguments[0]) is { } element and not ScoreType.Bool
            ? element
            : null;

    /// <summary>C#'s keyword.</summary>
    public static string Keyword(ScoreType type) => type switch
    {
        ScoreType.Float => "float",
        ScoreType.Int => "int",
        _ => "bool",
    };
}
