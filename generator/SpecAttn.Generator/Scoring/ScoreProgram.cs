using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring;

/// <summary>What happens to a score between the dot product and the softmax.</summary>
/// <param name="Visible">Whether the query sees the key; null when every query sees every key.</param>
internal sealed record ScoreProgram(ScoreExpression? Visible)
{
    /// <summary>The second stage: options of the attribute become a program.</summary>
    public static ScoreProgram Translate(AttentionSpec spec) => new(spec.Mask switch
    {
        AttentionMask.Causal => ScoreExpression.LessOrEqual(ScoreExpression.Key, ScoreExpression.Query),
        _ => null,
    });
}
