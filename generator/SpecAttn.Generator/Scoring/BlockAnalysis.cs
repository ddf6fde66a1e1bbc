namespace SpecAttn.Generator.Scoring;

/// <summary>
/// Interval arithmetic over blocks: from a condition on one query and one key to two conditions on a whole block, as C# over
/// <c>queryLow</c>, <c>queryHigh</c>, <c>keyLow</c> and <c>keyHigh</c> (ends included).
/// </summary>
internal static class BlockAnalysis
{
    /// <summary>True only if the condition holds for no pair of the block.</summary>
    public static string Never(ScoreExpression condition) => condition switch
    {
        LessOrEqualExpression(var left, var right) => $"{Range(left).Low} > {Range(right).High}",
        _ => throw NotACondition(condition),
    };

    /// <summary>True only if the condition holds for every pair of the block.</summary>
    public static string Always(ScoreExpression condition) => condition switch
    {
        LessOrEqualExpression(var left, var right) => $"{Range(left).High} <= {Range(right).Low}",
        _ => throw NotACondition(condition),
    };

    private static (string Low, string High) Range(ScoreExpression value) => value switch
    {
        InputExpression input => ($"{input}Low", $"{input}High"),
        _ => throw new InvalidOperationException($"'{value}' is not a number."),
    };

    private static InvalidOperationException NotACondition(ScoreExpression expression) => new($"'{expression}' is not a condition.");
}
