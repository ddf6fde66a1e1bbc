using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Model;

/// <summary>What the user asked to be done with the scores, besides the mask and the scale.</summary>
/// <param name="Window">Keys that a query sees on a side, itself included; 0 for all.</param>
/// <param name="Softcap">c of c·tanh(score/c); 0 for none.</param>
/// <param name="Alibi">Whether slope·distance is added to the scores.</param>
/// <param name="Weights">What the <c>weights</c> output holds.</param>
/// <param name="Score">The user's score function.</param>
/// <param name="Visible">The user's visibility function.</param>
/// <param name="Captured">
/// The method's parameters that those functions name, in the order of their numbers in the graphs. Each also is a
/// <see cref="ParameterSpec"/> with the role <see cref="ParameterRole.Captured"/> and the same name.
/// </param>
internal sealed record ScoringSpec(
    int Window,
    float Softcap,
    bool Alibi,
    ScoreStage Weights,
    UserFunction? Score,
    UserFunction? Visible,
    EquatableArray<CapturedParameter> Captured);

/// <summary>A function of the user's in the score language.</summary>
/// <param name="Name">As the user calls it.</param>
/// <param name="Graph">What it computes, of the inputs score, batch, head, keyValueHead, query, key, queryLength, keyLength and captured parameters.</param>
/// <param name="Result">The node it returns: a float for a score, a bool for a visibility.</param>
internal sealed record UserFunction(string Name, ScoreGraph Graph, int Result);

/// <summary>A parameter of the method that is handed to the user's functions.</summary>
/// <param name="Name">As in the signature.</param>
/// <param name="Type">Of the scalar, or of the elements of the span; a narrower integer of the user's is an int here.</param>
/// <param name="IsSpan">Whether it is a span. At most <see cref="MostSpans"/> spans and <see cref="MostScalars"/> scalars can be captured.</param>
internal sealed record CapturedParameter(string Name, ScoreType Type, bool IsSpan)
{
    public const int MostSpans = 8;
    public const int MostScalars = 16;
}
