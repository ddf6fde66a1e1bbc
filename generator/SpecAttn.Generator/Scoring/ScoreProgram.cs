using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring;

/// <summary>What happens to a score between the dot product and the softmax: options of the attribute and functions of the user in one graph.</summary>
/// <param name="Graph">All of it.</param>
/// <param name="Capped">Node of the score after softcap and the user's score function; null where those change nothing.</param>
/// <param name="Changed">Node of the score after all changes; null where none is declared and no mask reads it.</param>
/// <param name="Visible">Node of whether the query sees the key; null where every query sees every key.</param>
/// <param name="MayHide">Whether a key can be hidden from a query at all, by visibility or by a score of −∞.</param>
internal sealed record ScoreProgram(ScoreGraph Graph, int? Capped, int? Changed, int? Visible, bool MayHide)
{
    /// <summary>The second stage: a declaration becomes a program.</summary>
    public static ScoreProgram Translate(AttentionSpec spec)
    {
        var graph = new ScoreGraphBuilder();
        bool hasBias = spec.Has(ParameterRole.Bias);

        int? visible = BuiltInVisibility(graph, spec);
        UserFunction? function = spec.Scoring.Visible;
        bool readsScore = function is not null && function.Graph.Nodes.Any(node => node.Is(ScoreInput.Score));
        if (function is not null && !readsScore)
            visible = And(graph, visible, Import(graph, function, visible));

        // A bias of −∞ hides a key as a mask does: whatever its score is, NaN included.
        int? unbiased = hasBias
            ? graph.Add(ScoreOperation.NotEqual, ScoreType.Bool, graph.Input(ScoreInput.Bias), graph.Constant(float.NegativeInfinity))
            : null;

        int score = graph.Input(ScoreInput.Score);
        int capped = Cap(graph, spec.Scoring, score, guard: And(graph, visible, unbiased));
        int changed = capped;
        if (spec.Scoring.Alibi || spec.Has(ParameterRole.Slopes))
            changed = AddAlibi(graph, changed);
        if (unbiased is { } kept)
        {
            int sum = graph.Add(ScoreOperation.Add, ScoreType.Float, changed, graph.Input(ScoreInput.Bias));
            changed = graph.Add(ScoreOperation.Select, ScoreType.Float, kept, sum, graph.Constant(float.NegativeInfinity));
        }

        // Masks come last, so this one sees the score after all changes; and in natural units, even if there are none.
        if (function is not null && readsScore)
            visible = And(graph, visible, Import(graph, function, And(graph, visible, unbiased), changed));

        return new ScoreProgram(
            graph.ToGraph(),
            Capped: capped == score ? null : capped,
            Changed: changed == score && !readsScore ? null : changed,
            visible,
            MayHide: visible is not null || hasBias || spec.Scoring.Score is not null);
    }

    /// <summary>The program for pairs that are known to be visible.</summary>
    public ScoreProgram WhereVisible()
    {
        if (Visible is not { } visible)
            return this;
        var graph = new ScoreGraphBuilder();
        var import = new ScoreGraphImport(graph, Graph);
        import.Replace(visible, graph.Constant(true));
        int? capped = Capped is { } cappedNode ? import.Copy(cappedNode) : null;
        int? changed = Changed is { } changedNode ? import.Copy(changedNode) : null;
        return new ScoreProgram(graph.ToGraph(), capped, changed, Visible: null, MayHide);
    }

    /// <summary>All masks must agree, but that a prefix widens the mask.</summary>
    private static int? BuiltInVisibility(ScoreGraphBuilder graph, AttentionSpec spec)
    {
        int query = graph.Input(ScoreInput.Query);
        int key = graph.Input(ScoreInput.Key);
        int? visible = null;
        if (spec.Mask == AttentionMask.Causal)
        {
            visible = graph.Add(ScoreOperation.LessThanOrEqual, ScoreType.Bool, key, query);
            if (spec.Has(ParameterRole.PrefixLength))
            {
                int inPrefix = graph.Add(ScoreOperation.LessThan, ScoreType.Bool, key, graph.Input(ScoreInput.PrefixLength));
                visible = graph.Add(ScoreOperation.Or, ScoreType.Bool, visible.Value, inPrefix);
            }
        }

        if (spec.Scoring.Window is > 0 and var window)
        {
            // Positions are kept from where the difference would leave the ints; no key is there.
            int lowest = graph.Call(ScoreFunction.Max, ScoreType.Int, query, graph.Constant(int.MinValue + window));
            int last = graph.Add(ScoreOperation.Subtract, ScoreType.Int, lowest, graph.Constant(window));
            visible = And(graph, visible, graph.Add(ScoreOperation.LessThan, ScoreType.Bool, last, key));
            if (spec.Mask == AttentionMask.None)
            {
                int highest = graph.Call(ScoreFunction.Min, ScoreType.Int, query, graph.Constant(int.MaxValue - window));
                int next = graph.Add(ScoreOperation.Add, ScoreType.Int, highest, graph.Constant(window));
                visible = And(graph, visible, graph.Add(ScoreOperation.LessThan, ScoreType.Bool, key, next));
            }
        }

        return spec.Has(ParameterRole.Mask) ? And(graph, visible, graph.Input(ScoreInput.Mask)) : visible;
    }

    /// <summary>Softcap, then the user's function.</summary>
    private static int Cap(ScoreGraphBuilder graph, ScoringSpec scoring, int score, int? guard)
    {
        if (scoring.Softcap != 0)
        {
            int ratio = graph.Add(ScoreOperation.Multiply, ScoreType.Float, score, graph.Constant(1 / scoring.Softcap));
            int bounded = graph.Call(ScoreFunction.Tanh, ScoreType.Float, ratio);
            score = graph.Add(ScoreOperation.Multiply, ScoreType.Float, bounded, graph.Constant(scoring.Softcap));
        }
        return scoring.Score is { } function ? Import(graph, function, guard, score) : score;
    }

    /// <summary>slope·(key − query), in float throughout: positions of the query are converted once, not once per key.</summary>
    private static int AddAlibi(ScoreGraphBuilder graph, int score)
    {
        int key = graph.Add(ScoreOperation.IntToFloat, ScoreType.Float, graph.Input(ScoreInput.Key));
        int query = graph.Add(ScoreOperation.IntToFloat, ScoreType.Float, graph.Input(ScoreInput.Query));
        int distance = graph.Add(ScoreOperation.Subtract, ScoreType.Float, key, query);
        int addend = graph.Add(ScoreOperation.Multiply, ScoreType.Float, graph.Input(ScoreInput.Slope), distance);
        return graph.Add(ScoreOperation.Add, ScoreType.Float, score, addend);
    }

    private static int Import(ScoreGraphBuilder graph, UserFunction function, int? guard, int? score = null)
    {
        var import = new ScoreGraphImport(graph, function.Graph, guard ?? ScoreNode.Unguarded);
        if (score is { } node)
            import.Replace(ScoreInput.Score, node);
        return import.Copy(function.Result);
    }

    private static int? And(ScoreGraphBuilder graph, int? left, int? right) =>
        left is { } one && right is { } other ? graph.Add(ScoreOperation.And, ScoreType.Bool, one, other) : left ?? right;
}
