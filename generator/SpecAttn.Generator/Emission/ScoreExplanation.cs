using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>A score program in words, for whoever opens a generated file.</summary>
internal static class ScoreExplanation
{
    /// <summary>Which keys a query sees.</summary>
    public static string Visibility(ScoreProgram program, AttentionSpec spec)
    {
        if (program.Visible is null)
            return "every query sees every key";
        var conditions = new List<string>();
        if (spec.Mask == AttentionMask.Causal)
            conditions.Add(spec.Has(ParameterRole.PrefixLength) ? "key &lt;= query or key &lt; prefixLength" : "key &lt;= query");
        if (spec.Scoring.Window > 0)
            conditions.Add(spec.Mask == AttentionMask.Causal ? $"query - key &lt; {spec.Scoring.Window}" : $"|query - key| &lt; {spec.Scoring.Window}");
        if (spec.Has(ParameterRole.Mask))
            conditions.Add("mask");
        if (spec.Scoring.Visible is { } function)
            conditions.Add(function.Name);
        return $"a query sees a key if <c>{string.Join(", and ", conditions)}</c>";
    }

    /// <summary>How scores change; nothing where they do not.</summary>
    public static IEnumerable<string> Changes(ScoreProgram program, AttentionSpec spec)
    {
        if (program.Changed is null)
            return [];
        var changes = new List<string>();
        if (spec.Scoring.Softcap != 0)
            changes.Add($"a softcap of {ScoreLiteral.Of(spec.Scoring.Softcap).TrimEnd('f')}");
        if (spec.Scoring.Score is { } function)
            changes.Add($"<c>{function.Name}</c>");
        if (spec.Scoring.Alibi || spec.Has(ParameterRole.Slopes))
            changes.Add("ALiBi");
        if (spec.Has(ParameterRole.Bias))
            changes.Add("the bias");
        return [$"Scores are changed by {string.Join(", then ", changes)}; then they go to base 2."];
    }
}
