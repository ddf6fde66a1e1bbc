namespace SpecAttn.Caches.Tests.Support;

/// <summary>The model of a cache: a plain list of tokens, as they are stored.</summary>
internal sealed class Tokens(Storage storage)
{
    private readonly List<(float[] Key, float[] Value)> _tokens = [];

    private Tokens(Storage storage, IEnumerable<(float[] Key, float[] Value)> tokens)
        : this(storage) => _tokens.AddRange(tokens);

    public int Count => _tokens.Count;

    public Tokens Copy() => new(storage, _tokens);

    public void Append(ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        const int KeyElements = CachedKernels.KeyValueHeads * CachedKernels.HeadDim;
        const int ValueElements = CachedKernels.KeyValueHeads * CachedKernels.ValueDim;
        for (int token = 0; token < key.Length / KeyElements; token++)
        {
            _tokens.Add((
                Store(key.Slice(token * KeyElements, KeyElements), CachedKernels.HeadDim),
                Store(value.Slice(token * ValueElements, ValueElements), CachedKernels.ValueDim)));
        }
    }

    public void Truncate(int count) => _tokens.RemoveRange(count, _tokens.Count - count);

    /// <summary>A call over all tokens from one on, as the oracle takes it.</summary>
    public Problem ProblemOf(float[] query, int first = 0)
    {
        var geometry = new HeadGeometry(CachedKernels.Heads, CachedKernels.KeyValueHeads, CachedKernels.HeadDim, CachedKernels.ValueDim);
        int queries = query.Length / (CachedKernels.Heads * CachedKernels.HeadDim);
        return new Problem(
            geometry,
            AttentionMask.Causal,
            CausalAlignment.BottomRight,
            new Shape(1, queries, Count - first),
            float.NaN,
            query,
            [.. _tokens.Skip(first).SelectMany(token => token.Key)],
            [.. _tokens.Skip(first).SelectMany(token => token.Value)]);
    }

    private float[] Store(ReadOnlySpan<float> heads, int dim)
    {
        var stored = new List<float>();
        for (int head = 0; head < CachedKernels.KeyValueHeads; head++)
            stored.AddRange(AnyCache.Stored(storage, heads.Slice(head * dim, dim)));
        return [.. stored];
    }
}
