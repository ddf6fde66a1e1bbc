namespace SpecAttn.Benchmarks;

/// <summary>Something done with a cache, and what it is timed beside.</summary>
/// <param name="Name">E.g. <c>decode bf16 context 4096</c>.</param>
/// <param name="Create">Makes the caches.</param>
internal sealed record CacheWorkload(string Name, Func<CacheCalls> Create)
{
    /// <summary>Most seconds it is to take; null where there is no such target.</summary>
    public double? MostSeconds { get; init; }

    /// <summary>How many times as fast as its companion it is to be; null where there is no such target.</summary>
    public double? LeastRatio { get; init; }

    /// <summary>By how much its output may differ from that of its companion, which is of what is stored in fewer bits.</summary>
    public double MostDifference { get; init; } = 1e-6;

    /// <summary>Whether every variant does the same.</summary>
    public bool IsForOneVariant { get; init; }
}

/// <summary>The calls of a workload, by variant and number of threads.</summary>
internal sealed record CacheCalls(Action<KernelIsa, int> Call, Action<KernelIsa, int>? Companion, params IDisposable[] Owned) : IDisposable
{
    /// <summary>Largest difference between the outputs of both, when they have been called; null where they compute different things.</summary>
    public Func<double>? Difference { get; init; }

    public void Dispose()
    {
        foreach (IDisposable owned in Owned)
            owned.Dispose();
    }
}

/// <summary>The workloads over caches, of 32 query heads over 8 key/value heads of 128 unless the name says otherwise.</summary>
internal static class CacheWorkloads
{
    private const int Heads = 32;
    private const int KeyValueHeads = 8;
    private const int HeadDim = 128;
    private const int TokenElements = KeyValueHeads * HeadDim;
    private const int QueryElements = Heads * HeadDim;
    private const int PageTokens = 64;
    private const int Sequences = 16;

    public static IReadOnlyList<CacheWorkload> All { get; } =
    [
        new("decode H12 D64 context 1", SmallestCall) { MostSeconds = 1.5e-6 },
        new("decode: append one token f32", Append<float>) { MostSeconds = 1e-6, IsForOneVariant = true },
        new("decode: append one token f16", Append<Half>) { MostSeconds = 1e-6, IsForOneVariant = true },
        new("decode: append one token bf16", Append<BFloat16>) { MostSeconds = 1e-6, IsForOneVariant = true },
        new("decode: append one token int8", Append<sbyte>) { MostSeconds = 1e-6, IsForOneVariant = true },
        .. ((int[])[128, 1024, 4096, 16384]).SelectMany(OfContext),
        new($"decode {Sequences} sequences of 64 to 4096, paged, beside one of as many tokens", ManySequences) { LeastRatio = 0.9 },
        InTurn<float>("f32", caches: 160, context: 128),
        InTurn<float>("f32", caches: 20, context: 1024),
        InTurn<BFloat16>("bf16", caches: 20, context: 1024),
        InTurn<float>("f32", caches: 5, context: 1024, keyValueHeads: Heads),
    ];

    /// <summary>A call whose latencies are looked at one by one.</summary>
    public static CacheCalls LatencyCall() => Decode(Filled<float>(1024, seed: 1), beside: null);

    private static CacheWorkload InTurn<T>(string type, int caches, int context, int keyValueHeads = KeyValueHeads)
        where T : unmanaged
    {
        string heads = keyValueHeads == KeyValueHeads ? "" : $" KV{keyValueHeads}";
        return new CacheWorkload(
            $"decode{heads} {caches} {type} caches of {context} in turn, beside one of as many tokens", () => CachesInTurn<T>(caches, context, keyValueHeads));
    }

    private static IEnumerable<CacheWorkload> OfContext(int context)
    {
        bool isLong = context == 16384;
        yield return new($"decode bf16 context {context}", () => Decode(Filled<BFloat16>(context, 1), Filled<float>(context, 1)))
        {
            LeastRatio = isLong ? 1.7 : 1,
            MostDifference = 4e-3,
        };
        yield return new($"decode f16 context {context}", () => Decode(Filled<Half>(context, 1), Filled<float>(context, 1)))
        {
            LeastRatio = isLong ? 1.5 : 1,
            MostDifference = 5e-4,
        };
        yield return new($"decode int8 context {context}", () => Decode(Filled<sbyte>(context, 1), Filled<float>(context, 1)))
        {
            LeastRatio = isLong ? 2.5 : 1,
            MostDifference = 8e-3,
        };
        yield return new($"decode paged context {context}", () => Paged(context)) { LeastRatio = 0.95 };
    }

    private static CacheCalls SmallestCall()
    {
        var cache = new KeyValueCache<float>(12, 64, 1);
        cache.Append(Numbers(12 * 64, 1), Numbers(12 * 64, 2));
        (float[] query, float[] output) = (Numbers(12 * 64, 3), new float[12 * 64]);
        return new CacheCalls((isa, threads) => CachedKernels.H12D64(query, cache, output, threads, isa), Companion: null, cache);
    }

    private static CacheCalls Append<T>()
        where T : unmanaged
    {
        var cache = new KeyValueCache<T>(KeyValueHeads, HeadDim, 1024);
        (float[] key, float[] value) = (Numbers(TokenElements, 1), Numbers(TokenElements, 2));
        return new CacheCalls(
            (_, _) =>
            {
                if (cache.Length == cache.Capacity)
                    cache.Clear();
                cache.Append(key, value);
            },
            Companion: null,
            cache);
    }

    private static CacheCalls Paged(int context)
    {
        var pool = new KeyValuePagePool<float>(KeyValueHeads, HeadDim, PageTokens, (context + PageTokens - 1) / PageTokens);
        var cache = new PagedKeyValueCache<float>(pool);
        Fill(cache, context, seed: 1);
        CacheCalls calls = Decode(cache, Filled<float>(context, 1));
        return calls with { Owned = [.. calls.Owned, pool] };
    }

    private static CacheCalls ManySequences()
    {
        // Each 64^(1/15) times as long as the one before it.
        int[] lengths = [.. Enumerable.Range(0, Sequences).Select(i => (int)(64 * Math.Pow(64, i / (Sequences - 1.0))))];
        var pool = new KeyValuePagePool<float>(KeyValueHeads, HeadDim, PageTokens, lengths.Sum(length => (length + PageTokens - 1) / PageTokens));
        PagedKeyValueCache<float>[] caches = [.. lengths.Select(_ => new PagedKeyValueCache<float>(pool))];
        for (int i = 0; i < Sequences; i++)
            Fill(caches[i], lengths[i], i);
        (float[] query, float[] output) = (Numbers(Sequences * QueryElements, 3), new float[Sequences * QueryElements]);
        CacheCalls one = Decode(Filled<float>(lengths.Sum(), 1), beside: null);
        return new CacheCalls(
            (isa, threads) => CachedKernels.H32Kv8D128(query, caches, output, threads, isa), one.Call, [one, .. caches, pool]);
    }

    /// <summary>As those of a model's layers: until it is its turn again, a cache has left the processor's own.</summary>
    private static CacheCalls CachesInTurn<T>(int count, int context, int keyValueHeads)
        where T : unmanaged
    {
        KeyValueCache<T>[] caches = [.. Enumerable.Range(0, count).Select(layer => Filled<T>(context, layer, keyValueHeads))];
        (float[] query, float[] output) = (Numbers(QueryElements, 3), new float[QueryElements]);
        CacheCalls one = Decode(Filled<T>(count * context, 1, keyValueHeads), beside: null);
        return new CacheCalls(
            (isa, threads) =>
            {
                foreach (KeyValueCache<T> cache in caches)
                    Attend(query, cache, output, threads, isa);
            },
            one.Call,
            [one, .. caches]);
    }

    private static CacheCalls Decode(KeyValueCache cache, KeyValueCache? beside)
    {
        (float[] query, float[] output) = (Numbers(QueryElements, 3), new float[QueryElements]);
        var calls = new CacheCalls((isa, threads) => Attend(query, cache, output, threads, isa), Companion: null, cache);
        if (beside == null)
            return calls;
        var outputBeside = new float[QueryElements];
        return calls with
        {
            Companion = (isa, threads) => Attend(query, beside, outputBeside, threads, isa),
            Difference = () => output.Zip(outputBeside, (one, other) => Math.Abs((double)one - other)).Max(),
            Owned = [cache, beside],
        };
    }

    private static void Attend(float[] query, KeyValueCache cache, float[] output, int threads, KernelIsa isa)
    {
        if (cache.KeyValueHeads == Heads)
            CachedKernels.H32D128(query, cache, output, threads, isa);
        else
            CachedKernels.H32Kv8D128(query, cache, output, threads, isa);
    }

    private static KeyValueCache<T> Filled<T>(int tokens, int seed, int keyValueHeads = KeyValueHeads)
        where T : unmanaged
    {
        var cache = new KeyValueCache<T>(keyValueHeads, HeadDim, tokens);
        Fill(cache, tokens, seed);
        return cache;
    }

    private static void Fill(KeyValueCache cache, int tokens, int seed) =>
        cache.Append(Numbers(tokens * cache.KeyValueHeads * HeadDim, seed), Numbers(tokens * cache.KeyValueHeads * HeadDim, seed + 100));

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        foreach (ref float number in numbers.AsSpan())
            number = (random.NextSingle() * 2) - 1;
        return numbers;
    }
}
