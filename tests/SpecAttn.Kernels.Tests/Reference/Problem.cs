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

    /// <summary>Whether a query may attend to a key.</summary>
    public bool Sees(int batch, int query, int key) =>
        key < ValidKeys(batch) && (Mask == AttentionMask.None || key <= Position(batch, query));

    /// <summary>Whether the head is not pruned.</summary>
    public bool Computes(int head) => !PrunedHeads.Contains(head);

    public bool SeesAnyKey(int batch, int query) => Shape.KeyLength > 0 && Sees(batch, query, 0);

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
        };
    }
}
