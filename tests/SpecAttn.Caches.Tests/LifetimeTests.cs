using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Tests that measure the whole process and so run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Allocation, concurrent readers, and disposal while calls run.</summary>
[Collection(nameof(Alone))]
public sealed class LifetimeTests
{
    public static IEnumerable<TheoryDataRow<KernelIsa, CacheKind, Storage>> AllCaches => Variants.AllCaches;

    [Theory]
    [MemberData(nameof(AllCaches))]
    public void AppendingAndDecoding_AllocateNothing(KernelIsa isa, CacheKind kind, Storage storage)
    {
        Random random = TestSettings.RandomFor(nameof(LifetimeTests));
        using KeyValueCache cache = AnyCache.Create(kind, storage, 3000, 1, out IDisposable? pool);
        (float[] keys, float[] values) = (RandomNumbers.Keys(random, 1), RandomNumbers.Values(random, 1));
        (float[] query, float[] output, float[] logSumExp) = (RandomNumbers.Queries(random, 1), RandomNumbers.Output(1), new float[CachedKernels.Heads]);
        for (int i = 0; i < 2500; i++)
            cache.Append(keys, values);
        AnyCache.Attend(query, cache, output, logSumExp, 1, isa);
        cache.Truncate(1000);
        GC.Collect();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 300; i++)
        {
            cache.Append(keys, values);
            AnyCache.Attend(query, cache, output, logSumExp, 1, isa);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        pool?.Dispose();
    }

    [Fact]
    public void DecodingABatch_AllocatesNothing()
    {
        Random random = TestSettings.RandomFor(nameof(LifetimeTests));
        using var pool = new KeyValuePagePool<float>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 64, 200, CachedKernels.ValueDim);
        PagedKeyValueCache<float>[] caches = [.. Enumerable.Range(0, 8).Select(_ => new PagedKeyValueCache<float>(pool))];
        for (int i = 0; i < caches.Length; i++)
            caches[i].Append(RandomNumbers.Keys(random, 1 + (200 * i)), RandomNumbers.Values(random, 1 + (200 * i)));
        (float[] query, float[] output, float[] logSumExp) = (RandomNumbers.Queries(random, 8), RandomNumbers.Output(8), new float[8 * CachedKernels.Heads]);
        CachedKernels.AttendMany(query, caches, output, logSumExp, 1, KernelIsa.Auto);
        GC.Collect();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            CachedKernels.AttendMany(query, caches, output, logSumExp, 1, KernelIsa.Auto);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Every call that begins before the disposal ends as it would have without; every later one throws.</summary>
    [Theory]
    [InlineData(CacheKind.Contiguous)]
    [InlineData(CacheKind.Ring)]
    [InlineData(CacheKind.Paged)]
    public async Task DisposalDuringCalls_NeverHurtsThem(CacheKind kind)
    {
        Random random = TestSettings.RandomFor(nameof(LifetimeTests), $"{kind}");
        (float[] keys, float[] values) = (RandomNumbers.Keys(random, 2000), RandomNumbers.Values(random, 2000));
        float[] query = RandomNumbers.Queries(random, 1);
        float[]? expected = null;
        int rounds = Math.Max(5, (int)(40 * TestSettings.Scale));
        for (int round = 0; round < rounds; round++)
        {
            KeyValueCache cache = AnyCache.Create(kind, Storage.Single, 2000, 1, out IDisposable? pool);
            cache.Append(keys, values);
            expected ??= Attend(cache, parallelism: 1);
            int finished = 0;
            Task[] readers =
            [
                .. Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
                {
                    while (true)
                    {
                        try
                        {
                            Assert.Equal(expected, Attend(cache, parallelism: 1 + reader));
                            Interlocked.Increment(ref finished);
                        }
                        catch (ObjectDisposedException)
                        {
                            return;
                        }
                    }
                })),
            ];
            SpinWait.SpinUntil(() => Volatile.Read(ref finished) > round % 7);
            cache.Dispose();
            pool?.Dispose();
            await Task.WhenAll(readers);
            if (pool != null)
                Assert.Equal(500, AnyCache.FreePages(pool));
        }

        float[] Attend(KeyValueCache cache, int parallelism)
        {
            float[] output = RandomNumbers.Output(1);
            AnyCache.Attend(query, cache, output, new float[CachedKernels.Heads], parallelism, KernelIsa.Auto);
            return output;
        }
    }
}
