namespace SpecAttn.Generator.Scoring;

/// <summary>
/// The language that masks are written in: expressions over the query's position, the key's index, and more to come.
/// The built-in masks are programs of it, so that there is one mechanism for analysis and for emission.
/// </summary>
internal abstract record ScoreExpression
{
    /// <summary>Position of the query among the keys.</summary>
    public static readonly ScoreExpression Query = new InputExpression(ScoreInput.Query);

    /// <summary>Index of the key.</summary>
    public static readonly ScoreExpression Key = new InputExpression(ScoreInput.Key);

    public static ScoreExpression LessOrEqual(ScoreExpression left, ScoreExpression right) => new LessOrEqualExpression(left, right);
}

/// <summary>A value that the kernel supplies.</summary>
internal sealed record InputExpression(ScoreInput Input) : ScoreExpression
{
    public override string ToString() => Input == ScoreInput.Query ? "query" : "key";
}

/// <summary>left ≤ right, over integers.</summary>
internal sealed record LessOrEqualExpression(ScoreExpression Left, ScoreExpression Right) : ScoreExpression
{
    public override string ToString() => $"{Left} <= {Right}";
}
