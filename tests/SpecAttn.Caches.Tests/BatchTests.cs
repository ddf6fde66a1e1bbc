using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Many sequences in one call give the bits that each gives alone, and every way of storing gives those of spans.</summary>
public sealed class BatchTests
{
    public static TheoryData<KernelIsa> All => Variants.All;

    /// <summary>Short ones, an empty one, and some of several splits.</summary>
    private static readonly int[] s_lengths = [5, 0, 1, 64, 1500, 17, 2100, 300];

    [Theory]
    [MemberData(nameof(All))]
    public void DecodingManySequences_GivesTheBitsOfEachAlone(KernelIsa isa)
    {
        using var batch = new Sequences();
        foreach (int parallelism in (int[])[1, 2, 5])
        {
            float[] output = RandomNumbers.Output(batch.Count);
            var logSumExp = new float[batch.Count * CachedKernels.Heads];
            CachedKernels.AttendMany(batch.Query, batch.Paged, output, logSumExp, parallelism, isa);
            Assert.Equal(batch.OneByOne(isa), (output, logSumExp), BitEquality.Instance);

            CachedKernels.AttendMany(batch.Query, batch.Contiguous, output, logSumExp, parallelism, isa);
            Assert.Equal(batch.OneByOne(isa), (output, logSumExp), BitEquality.Instance);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void RaggedQueries_GiveTheBitsOfEachAlone(KernelIsa isa)
    {
        using var batch = new Sequences();
        int[] queries = [1, 2, 0, 30, 1, 17, 3, 40];
        int[] segments = [0, .. queries.Select((_, i) => queries.Take(i + 1).Sum())];
        float[] query = RandomNumbers.Queries(TestSettings.RandomFor(nameof(BatchTests), "ragged"), segments[^1]);
        float[] output = RandomNumbers.Output(segments[^1]);
        var logSumExp = new float[segments[^1] * CachedKernels.Heads];
        CachedKernels.AttendSegments(query, batch.Paged, output, logSumExp, segments, 2, isa);

        int queryElements = CachedKernels.Heads * CachedKernels.HeadDim;
        int outputElements = CachedKernels.Heads * CachedKernels.ValueDim;
        for (int i = 0; i < batch.Count; i++)
        {
            float[] alone = RandomNumbers.Output(queries[i]);
            var aloneLog = new float[queries[i] * CachedKernels.Heads];
            CachedKernels.Attend(
                query.AsSpan(segments[i] * queryElements, queries[i] * queryElements), batch.Paged[i], alone, aloneLog, 1, isa);
            Assert.Equal(alone, output[(segments[i] * outputElements)..(segments[i + 1] * outputElements)]);
            for (int head = 0; head < CachedKernels.Heads; head++)
            for (int q = 0; q < queries[i]; q++)
                Assert.Equal(aloneLog[(head * queries[i]) + q], logSumExp[(head * segments[^1]) + segments[i] + q]);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryKind_GivesTheBitsOfSpans(KernelIsa isa)
    {
        foreach (int queries in (int[])[1, 3, 50])
        foreach (int length in (int[])[1, 63, 64, 1025, 2100])
        {
            Random random = TestSettings.RandomFor(nameof(BatchTests), $"{length}");
            (float[] keys, float[] values) = (RandomNumbers.Keys(random, length), RandomNumbers.Values(random, length));
            float[] query = RandomNumbers.Queries(random, queries);
            float[] expected = RandomNumbers.Output(queries);
            var expectedLog = new float[queries * CachedKernels.Heads];
            CachedKernels.Attend(query, keys, values, expected, expectedLog, 1, isa);
            foreach (CacheKind kind in Enum.GetValues<CacheKind>())
            {
                using KeyValueCache cache = AnyCache.Create(kind, Storage.Single, kind == CacheKind.Ring ? length : length + 3, 1, out IDisposable? pool);
                if (kind == CacheKind.Ring)
                    cache.Append(RandomNumbers.Keys(random, 40), RandomNumbers.Values(random, 40)); // Dropped by the others, which wrap.
                cache.Append(keys, values);
                float[] output = RandomNumbers.Output(queries);
                var logSumExp = new float[queries * CachedKernels.Heads];
                AnyCache.Attend(query, cache, output, logSumExp, 2, isa);
                pool?.Dispose();
                Assert.Equal((expected, expectedLog), (output, logSumExp), BitEquality.Instance);
            }
        }
    }

    /// <summary>Pages and chunks of keys end at different tokens.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void EveryKind_GivesTheBitsOfSpans_WhereChunksDoNotFillPages(KernelIsa isa)
    {
        foreach (int queries in (int[])[1, 3])
        foreach (int pageTokens in (int[])[16, 24, 50, 64])
        foreach (int length in (int[])[30, 64, 333, 1100])
        {
            Random random = TestSettings.RandomFor(nameof(BatchTests), $"{queries} {pageTokens} {length}");
            float[] Tokens(int count, int heads) => RandomNumbers.Of(random, count * heads * CachedKernels.WideDim);
            float[] query = Tokens(queries, CachedKernels.Heads);
            float[] keys = Tokens(length, CachedKernels.KeyValueHeads);
            float[] values = Tokens(length, CachedKernels.KeyValueHeads);
            var expected = new float[query.Length];
            CachedKernels.AttendWide(query, keys, values, expected, isa);

            using var pool = new KeyValuePagePool<float>(
                CachedKernels.KeyValueHeads, CachedKernels.WideDim, pageTokens, (length + pageTokens - 1) / pageTokens);
            KeyValueCache[] caches =
            [
                new KeyValueCache<float>(CachedKernels.KeyValueHeads, CachedKernels.WideDim, length + 3),
                new PagedKeyValueCache<float>(pool),
            ];
            foreach (KeyValueCache cache in caches)
            {
                cache.Append(keys, values);
                var output = new float[query.Length];
                CachedKernels.AttendWide(query, cache, output, isa);
                cache.Dispose();
                Assert.Equal(expected, output);
            }
        }
    }

    /// <summary>The same tokens in paged and in contiguous caches.</summary>
    private sealed class Sequences : IDisposable
    {
        private readonly KeyValuePagePool<float> _pool =
            new(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 64, s_lengths.Sum(length => (length + 63) / 64), CachedKernels.ValueDim);

        public Sequences()
        {
            Random random = TestSettings.RandomFor(nameof(BatchTests));
            Query = RandomNumbers.Queries(random, Count);
            Paged = [.. s_lengths.Select(_ => new PagedKeyValueCache<float>(_pool))];
            Contiguous =
            [
                .. s_lengths.Select(length => new KeyValueCache<float>(
                    CachedKernels.KeyValueHeads, CachedKernels.HeadDim, length + 5, CachedKernels.ValueDim)),
            ];
            for (int i = 0; i < Count; i++)
            {
                (float[] keys, float[] values) = (RandomNumbers.Keys(random, s_lengths[i]), RandomNumbers.Values(random, s_lengths[i]));
                Paged[i].Append(keys, values);
                Contiguous[i].Append(keys, values);
            }
        }

        public int Count => s_lengths.Length;

        public float[] Query { get; }

        public PagedKeyValueCache<float>[] Paged { get; }

        public KeyValueCache<float>[] Contiguous { get; }

        public (float[] Output, float[] LogSumExp) OneByOne(KernelIsa isa)
        {
            float[] output = RandomNumbers.Output(Count);
            var logSumExp = new float[Count * CachedKernels.Heads];
            for (int i = 0; i < Count; i++)
            {
                CachedKernels.Attend(
                    Query.AsSpan(i * CachedKernels.Heads * CachedKernels.HeadDim, CachedKernels.Heads * CachedKernels.HeadDim),
                    Contiguous[i],
                    output.AsSpan(i * CachedKernels.Heads * CachedKernels.ValueDim, CachedKernels.Heads * CachedKernels.ValueDim),
                    logSumExp.AsSpan(i * CachedKernels.Heads, CachedKernels.Heads),
                    1,
                    isa);
            }
            return (output, logSumExp);
        }

        public void Dispose()
        {
            foreach (KeyValueCache cache in (KeyValueCache[])[.. Paged, .. Contiguous])
                cache.Dispose();
            _pool.Dispose();
        }
    }

    private sealed class BitEquality : IEqualityComparer<(float[] Output, float[] LogSumExp)>
    {
        public static readonly BitEquality Instance = new();

        public bool Equals((float[] Output, float[] LogSumExp) one, (float[] Output, float[] LogSumExp) other) =>
            one.Output.AsSpan().SequenceEqual(other.Output) && one.LogSumExp.AsSpan().SequenceEqual(other.LogSumExp);

        public int GetHashCode((float[] Output, float[] LogSumExp) results) => 0;
    }
}
