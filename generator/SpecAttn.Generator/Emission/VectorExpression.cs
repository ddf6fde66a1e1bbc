using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>Spells a score expression over vectors, given how its inputs are spelled.</summary>
internal static class VectorExpression
{
    /// <summary>A mask of all-ones and all-zero <c>Ints</c>.</summary>
    public static string Condition(ScoreExpression expression, string query, string key) => expression switch
    {
        LessOrEqualExpression(var left, var right) => $"V.LessThanOrEqual({Number(left, query, key)}, {Number(right, query, key)})",
        _ => throw new InvalidOperationException($"'{expression}' is not a condition."),
    };

    private static string Number(ScoreExpression expression, string query, string key) => expression switch
    {
        InputExpression { Input: ScoreInput.Query } => query,
        InputExpression { Input: ScoreInput.Key } => key,
        _ => throw new InvalidOperationException($"'{expression}' is not a number."),
    };
}
