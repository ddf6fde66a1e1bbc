namespace SpecAttn.Story;

/// <summary>How keys and values are stored.</summary>
internal enum CacheType
{
    F32,
    F16,
    BF16,
    Int8,
}

/// <summary>Where keys and values are stored.</summary>
internal enum CacheKind
{
    Contiguous,
    Ring,
    Paged,
}

/// <summary>A cache for each layer. Keys are turned by their positions as they are stored.</summary>
internal sealed class TextCaches : IDisposable
{
    private const int PageTokens = 64;
    private const RotaryStyle Rotary = RotaryStyle.Interleaved;

    private readonly List<KeyValueCache> _layers = [];
    private IDisposable? _pool;

    private TextCaches()
    {
    }

    /// <summary>The cache of a layer.</summary>
    public KeyValueCache this[int layer] => _layers[layer];

    /// <param name="shape">The model.</param>
    /// <param name="capacity">Most tokens; of a ring, those that it sees.</param>
    /// <param name="type">How they are stored.</param>
    /// <param name="kind">Where.</param>
    public static TextCaches Create(ModelShape shape, int capacity, CacheType type, CacheKind kind) => type switch
    {
        CacheType.F32 => Create<float>(shape, capacity, kind),
        CacheType.F16 => Create<Half>(shape, capacity, kind),
        CacheType.BF16 => Create<BFloat16>(shape, capacity, kind),
        _ => Create<sbyte>(shape, capacity, kind),
    };

    public void Dispose()
    {
        foreach (KeyValueCache cache in _layers)
            cache.Dispose();
        _pool?.Dispose();
    }

    private static TextCaches Create<T>(ModelShape shape, int capacity, CacheKind kind)
        where T : unmanaged
    {
        var caches = new TextCaches();
        try
        {
            (int heads, int headDim) = (shape.Geometry.KeyValueHeads, shape.HeadDim);
            int pages = (capacity + PageTokens - 1) / PageTokens;
            KeyValuePagePool<T>? pool = kind == CacheKind.Paged
                ? new KeyValuePagePool<T>(heads, headDim, PageTokens, checked(shape.Layers * pages), rotary: Rotary)
                : null;
            caches._pool = pool;
            for (int layer = 0; layer < shape.Layers; layer++)
            {
                caches._layers.Add(kind switch
                {
                    CacheKind.Contiguous => new KeyValueCache<T>(heads, headDim, capacity, rotary: Rotary),
                    CacheKind.Ring => new RingKeyValueCache<T>(heads, headDim, capacity, rotary: Rotary),
                    _ => new PagedKeyValueCache<T>(pool!),
                });
            }
            return caches;
        }
        catch
        {
            caches.Dispose();
            throw;
        }
    }
}
