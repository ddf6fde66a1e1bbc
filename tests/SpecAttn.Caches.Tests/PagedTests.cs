using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Pages: shared, copied before they are written, given back once.</summary>
public sealed class PagedTests
{
    private const int PageTokens = 4;

    [Fact]
    public void Fork_SharesPages_AndCopiesTheLastOneWhenItGrows()
    {
        using KeyValuePagePool<float> pool = NewPool(pages: 10);
        using var system = new PagedKeyValueCache<float>(pool);
        Append(system, 6);
        Assert.Equal(2, pool.UsedPages);

        using PagedKeyValueCache<float> fork = system.Fork();
        Assert.Equal(2, pool.UsedPages);
        Append(fork, 1);
        Assert.Equal(3, pool.UsedPages);
        Append(system, 1); // Alone on its page again: in place.
        Assert.Equal(3, pool.UsedPages);
        system.Dispose();
        Assert.Equal(2, pool.UsedPages);
        fork.Truncate(4);
        Assert.Equal(1, pool.UsedPages);
        fork.Clear();
        Assert.Equal(0, pool.UsedPages);
        Assert.Equal(10, pool.FreePages);
    }

    [Fact]
    public void DisposingTwice_GivesPagesBackOnce()
    {
        using KeyValuePagePool<float> pool = NewPool(pages: 10);
        var cache = new PagedKeyValueCache<float>(pool);
        Append(cache, 9);
        cache.Dispose();
        cache.Dispose();
        Assert.Equal(10, pool.FreePages);
        Assert.Throws<ObjectDisposedException>(() => cache.Fork());
    }

    [Fact]
    public void AnExhaustedPool_SaysSo_AndNothingChanges()
    {
        using KeyValuePagePool<float> pool = NewPool(pages: 3);
        using var one = new PagedKeyValueCache<float>(pool);
        using var other = new PagedKeyValueCache<float>(pool);
        Append(one, 5);
        var exception = Assert.Throws<InvalidOperationException>(() => Append(other, 5));
        Assert.Equal("The pool has 1 of its 3 pages of 4 tokens left, 2 more are needed. Nothing was added.", exception.Message);
        Assert.Equal((0, 0, 1), (other.Length, other.PageCount, pool.FreePages));
        Append(other, 4);

        // The fork would have to copy a page.
        using PagedKeyValueCache<float> fork = one.Fork();
        Assert.Throws<InvalidOperationException>(() => Append(fork, 1));
        Assert.Equal(5, fork.Length);
        one.Dispose();
        Append(fork, 1);
        Assert.Equal(6, fork.Length);
    }

    [Fact]
    public void AForgottenCache_GivesItsPagesBack()
    {
        using KeyValuePagePool<float> pool = NewPool(pages: 10);
        Forget(pool);
        for (int i = 0; i < 50 && pool.FreePages < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(10, pool.FreePages);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(KeyValuePagePool<float> pool) => Append(new PagedKeyValueCache<float>(pool), 12);
    }

    [Fact]
    public void CachesOfADisposedPool_WorkOn_AndNoNewOnesAreMade()
    {
        KeyValuePagePool<float> pool = NewPool(pages: 4);
        using var cache = new PagedKeyValueCache<float>(pool);
        pool.Dispose();
        Append(cache, 5);
        Assert.Equal(5, cache.Length);
        Assert.Throws<ObjectDisposedException>(() => new PagedKeyValueCache<float>(pool));
        cache.Dispose();
        Assert.Equal(4, pool.FreePages);
    }

    /// <summary>Beams of many threads on one pool: each token holds the number of its writer, so that a page in two hands shows.</summary>
    [Fact]
    public void ManyThreadsOnOnePool_KeepTheirTokens_AndLeaveNoPageBehind()
    {
        const int Pages = 64;
        const int Threads = 8;
        using KeyValuePagePool<float> pool = NewPool(Pages);
        using var prompt = new PagedKeyValueCache<float>(pool);
        AppendNumber(prompt, 7, number: -1);
        int refused = 0;
        int steps = Math.Max(200, (int)(4000 * TestSettings.Scale));
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            Random random = TestSettings.RandomFor(nameof(PagedTests), $"{thread}");
            PagedKeyValueCache<float> cache = ForkOf(prompt);
            int own = 0;
            for (int step = 0; step < steps; step++)
            {
                switch (random.Next(6))
                {
                    case 0:
                        PagedKeyValueCache<float> fork = cache.Fork();
                        cache.Dispose();
                        cache = fork;
                        break;
                    case 1:
                        own = random.Next(own + 1);
                        cache.Truncate(7 + own);
                        break;
                    case 2:
                        cache.Dispose();
                        cache = ForkOf(prompt);
                        own = 0;
                        break;
                    default:
                        int count = random.Next(6);
                        try
                        {
                            AppendNumber(cache, count, thread);
                            own += count;
                        }
                        catch (InvalidOperationException)
                        {
                            Interlocked.Increment(ref refused);
                        }
                        break;
                }
                CheckNumbers(cache, own, thread);
            }
            cache.Dispose();
        });
        Assert.Equal(Pages - 2, pool.FreePages);
        prompt.Dispose();
        Assert.Equal(Pages, pool.FreePages);

        // Forks of one cache: reading it is what threads may do at the same time.
        static PagedKeyValueCache<float> ForkOf(PagedKeyValueCache<float> cache) => cache.Fork();
    }

    /// <summary>Values are the number of the writer, keys are 0: a query over them gives the mean of the numbers it sees.</summary>
    private static void CheckNumbers(PagedKeyValueCache<float> cache, int own, int number)
    {
        Assert.Equal(7 + own, cache.Length);
        float[] output = RandomNumbers.Output(1);
        CachedKernels.Attend(new float[CachedKernels.Heads * CachedKernels.HeadDim], cache, output, new float[CachedKernels.Heads], 1, KernelIsa.Auto);
        double mean = ((own * (double)number) - 7) / (7 + own);
        Assert.All(output, element => Assert.Equal(mean, element, 1e-5));
    }

    private static KeyValuePagePool<float> NewPool(int pages) =>
        new(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, PageTokens, pages, CachedKernels.ValueDim);

    private static void Append(PagedKeyValueCache<float> cache, int tokens) => AppendNumber(cache, tokens, 1);

    private static void AppendNumber(PagedKeyValueCache<float> cache, int tokens, float number)
    {
        var values = new float[tokens * CachedKernels.KeyValueHeads * CachedKernels.ValueDim];
        Array.Fill(values, number);
        cache.Append(new float[tokens * CachedKernels.KeyValueHeads * CachedKernels.HeadDim], values);
    }
}
