using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>Methods of <c>Math</c>, <c>MathF</c>, <c>float</c> and <c>int</c>, told apart by name and types of their parameters.</summary>
internal static class LibraryFunctions
{
    /// <summary>Whether the type is one of those whose functions are known.</summary>
    public static bool Holds(INamedTypeSymbol type) =>
        type is { SpecialType: SpecialType.System_Single or SpecialType.System_Int32 or SpecialType.System_Double }
        || (type is { Name: "Math" or "MathF", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } });

    /// <summary>The function of the score language that has the method's name; null if there is none.</summary>
    public static ScoreFunction? Of(IMethodSymbol method) =>
        Enum.TryParse(method.Name, out ScoreFunction function) && Enum.IsDefined(typeof(ScoreFunction), function) ? function : null;

    /// <summary>The number of arguments in the score language.</summary>
    public static int ArityOf(ScoreFunction function) => function switch
    {
        ScoreFunction.Clamp or ScoreFunction.FusedMultiplyAdd => 3,
        ScoreFunction.Min or ScoreFunction.Max or ScoreFunction.Pow => 2,
        _ => 1,
    };

    /// <summary>Whether the function rounds to a whole number, of double to the same one as of float.</summary>
    public static bool IsRounding(ScoreFunction function) =>
        function is ScoreFunction.Floor or ScoreFunction.Ceiling or ScoreFunction.Round or ScoreFunction.Truncate;

    /// <summary>Whether computing in double and then rounding to float gives something else than computing in float.</summary>
    public static bool NeedsDouble(ScoreFunction function) => function == ScoreFunction.FusedMultiplyAdd;

    /// <summary>Where a function is not computed for a whole vector, and what to write instead; null where it always is.</summary>
    public static (string Where, string Instead)? OneByOne(ScoreFunction function) => function switch
    {
        ScoreFunction.Sin or ScoreFunction.Cos => ("for arguments beyond 100000", "keep them smaller where speed matters"),
        ScoreFunction.FusedMultiplyAdd => ("by the portable variant", "write 'x * y + z' if it may round twice"),
        _ => null,
    };
}
