using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>Numbers of captured parameters, spans and scalars counted apart, as the runtime takes them.</summary>
internal static class CapturedNumbers
{
    public static IEnumerable<CapturedParameter> Spans(ScoringSpec scoring) => scoring.Captured.Where(parameter => parameter.IsSpan);

    public static IEnumerable<CapturedParameter> Scalars(ScoringSpec scoring) => scoring.Captured.Where(parameter => !parameter.IsSpan);

    /// <summary>Number of a parameter among its like.</summary>
    public static int Of(ScoringSpec scoring, int captured) =>
        scoring.Captured.Take(captured).Count(parameter => parameter.IsSpan == scoring.Captured[captured].IsSpan);

    /// <summary>The expression that reads a scalar.</summary>
    public static string Scalar(ScoringSpec scoring, ScoreNode node) => $"inputs.{node.Type}Scalar({Of(scoring, node.Payload)})";
}
