namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>One attention call as mathematics: token-major tensors without gaps, and what the masks need to know.</summary>
/// <param name="Query">[batch, queryLength, heads, headDim]</param>
/// <param name="Key">[batch, keyLength, keyValueHeads, headDim]</param>
/// <param name="Value">[batch, keyLength, keyValueHeads, valueDim]</param>
/// <param name="Scale">Factor on the scores; NaN for 1/sqrt(headDim).</param>
internal sealed record Problem(
    HeadGeometry Geometry,
    AttentionMask Mask,
    CausalAlignment Alignment,
    Shape Shape,
    float Scale,
    float[] Query,
    float[] Key,
    float[] Value)
{
    /// <summary>[heads] scores without a value; null: none.</summary>
    public float[]? Sinks { get; init; }

    /// <summary>Query heads that are not computed.</summary>
    public int[] PrunedHeads { get; init; } = [];

    /// <summary>Rotary embedding of queries and keys; null: none.</summary>
    public Rotary? Rotary { get; init; }

    /// <summary>What else is done with scores.</summary>
    public ScoreRules Rules { get; init; } = new();

    public int ValidKeys(int batch) => Shape.KeyLengths == null ? Shape.KeyLength : Shape.KeyLengths[batch];

    /// <summary>Position of a query among the keys of its sequence.</summary>
    public long Position(int batch, int query)
    {
        long first =
            Shape.QueryOffsets != null ? Shape.QueryOffsets[batch]
            : Alignment == CausalAlignment.TopLeft ? 0
            : (long)ValidKeys(batch) - Shape.QueryLength;
        return first + query;
    }

    /// <summary>Whether a query of a head may attend to a key.</summary>
    public bool Sees(int batch, int head, int query, int key)
    {
        long position = Position(batch, query);
        if (key >= ValidKeys(batch) || (Mask == AttentionMask.Causal && key > position && key >= Rules.PrefixLength))
            return false;
        if (Rules.Window > 0 && (position - key >= Rules.Window || (Mask == AttentionMask.None && key - position >= Rules.Window)))
            return false;
        if (Rules.Bias is { } bias && (!bias.Reaches(key) || float.IsNegativeInfinity(bias.At(batch, head, query, key))))
            return false;
        if (Rules.Mask is { } mask && !(mask.Reaches(key) && mask.At(batch, head, query, key)))
            return false;
        return Rules.User?.Visible is not { } visible || visible(new PairPlace(head, (int)position, key), Rules);
    }

    /// <summary>What becomes of a visible score; up to the user's function in the numbers of the caller, which is where the rounding is.</summary>
    public double Changed(int batch, int head, int query, int key, double score) => Biased(batch, head, query, key, Capped(batch, head, query, key, score));

    /// <summary>The score after softcap and the user's function.</summary>
    public double Capped(int batch, int head, int query, int key, double score)
    {
        if (Rules.Softcap != 0)
            score = Rules.Softcap * Math.Tanh(score / Rules.Softcap);
        return Rules.User?.Score is { } function
            ? function((float)score, new PairPlace(head, (int)Position(batch, query), key), Rules)
            : score;
    }

    /// <summary>The same in fp32, as one would write it down.</summary>
    public float ChangedInFp32(int batch, int head, int query, int key, float score)
    {
        if (Rules.Softcap != 0)
            score = Rules.Softcap * MathF.Tanh(score / Rules.Softcap);
        if (Rules.User?.Score is { } function)
            score = function(score, new PairPlace(head, (int)Position(batch, query), key), Rules);
        if (Rules.Slopes != null)
            score += Rules.Slopes[head] * (key - Position(batch, query));
        return Rules.Bias is { } bias ? score + bias.At(batch, head, query, key) : score;
    }

    private double Biased(int batch, int head, int query, int key, double score)
    {
        if (Rules.Slopes != null)
            score += (double)Rules.Slopes[head] * (key - Position(batch, query));
        return Rules.Bias is { } bias ? score + bias.At(batch, head, query, key) : score;
    }

    /// <summary>Whether the head is not pruned.</summary>
    public bool Computes(int head) => !PrunedHeads.Contains(head);

    public bool SeesAnyKey(int batch, int head, int query, int firstKey = 0) =>
        Enumerable.Range(firstKey, Math.Max(0, Shape.KeyLength - firstKey)).Any(key => Sees(batch, head, query, key));

    public int QueryIndex(int batch, int query, int head) =>
        ((((batch * Shape.QueryLength) + query) * Geometry.Heads) + head) * Geometry.HeadDim;

    public int KeyIndex(int batch, int key, int keyValueHead) =>
        ((((batch * Shape.KeyLength) + key) * Geometry.KeyValueHeads) + keyValueHead) * Geometry.HeadDim;

    public int ValueIndex(int batch, int key, int keyValueHead) =>
        ((((batch * Shape.KeyLength) + key) * Geometry.KeyValueHeads) + keyValueHead) * Geometry.ValueDim;

    /// <summary>Into the output: [batch, queryLength, heads, valueDim].</summary>
    public int OutputIndex(int batch, int query, int head) =>
        ((((batch * Shape.QueryLength) + query) * Geometry.Heads) + head) * Geometry.ValueDim;

    /// <summary>Whether the sequences are handed over as segments of one row of tokens.</summary>
    public bool HasSegments { get; init; }

    /// <summary>Into logSumExp: [batch, heads, queryLength], or [heads, all queries] with segments.</summary>
    public int LogSumExpIndex(int batch, int query, int head) => HasSegments
        ? (((head * Shape.Batch) + batch) * Shape.QueryLength) + query
        : (((batch * Geometry.Heads) + head) * Shape.QueryLength) + query;

    /// <summary>Into the weights: [batch, heads, queryLength, keyLength].</summary>
    public int WeightIndex(int batch, int query, int head, int key) => (LogSumExpIndex(batch, query, head) * Shape.KeyLength) + key;

    public int WeightCount => LogSumExpCount * Shape.KeyLength;

    public int OutputCount => Shape.Batch * Shape.QueryLength * Geometry.Heads * Geometry.ValueDim;

    public int LogSumExpCount => Shape.Batch * Shape.QueryLength * Geometry.Heads;

    /// <summary>One sequence as a call of its own.</summary>
    /// <param name="keepHiddenKeys">Whether to keep the keys that its key length leaves out.</param>
    public Problem Sequence(int batch, bool keepHiddenKeys)
    {
        int valid = ValidKeys(batch);
        int keys = keepHiddenKeys ? Shape.KeyLength : valid;
        return this with
        {
            Shape = new Shape(
                1, Shape.QueryLength, keys, Shape.KeyLengths == null ? null : [valid], Shape.QueryOffsets == null ? null : [Shape.QueryOffsets[batch]]),
            Query = Query[QueryIndex(batch, 0, 0)..QueryIndex(batch + 1, 0, 0)],
            Key = Key[KeyIndex(batch, 0, 0)..KeyIndex(batch, keys, 0)],
            Value = Value[ValueIndex(batch, 0, 0)..ValueIndex(batch, keys, 0)],
            Rules = Rules.Sequence(batch, keys),
        };
    }
}
