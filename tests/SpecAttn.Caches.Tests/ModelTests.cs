using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Random lives of caches, against a plain list of tokens and the float64 oracle.</summary>
public sealed class ModelTests
{
    private const int Lives = 100;
    private const int Steps = 25;
    private const int Size = 48;
    private const int MostQueries = 8;

    public static IEnumerable<TheoryDataRow<KernelIsa, CacheKind, Storage>> AllCaches => Variants.AllCaches;

    [Theory]
    [MemberData(nameof(AllCaches))]
    public void AnyLife_GivesWhatAListOfTokensGives(KernelIsa isa, CacheKind kind, Storage storage)
    {
        int lives = Math.Max(5, (int)(Lives * TestSettings.Scale));
        for (int life = 0; life < lives; life++)
        {
            Random random = TestSettings.RandomFor(nameof(ModelTests), $"{isa}", $"{kind}", $"{storage}", $"{life}");
            var steps = new List<string>();
            try
            {
                Live(isa, kind, storage, random, steps);
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {TestSettings.Seed}, life {life}, {isa} {kind} {storage}: {string.Join(", ", steps)}: {exception}");
            }
        }
    }

    private static void Live(KernelIsa isa, CacheKind kind, Storage storage, Random random, List<string> steps)
    {
        KeyValueCache first = AnyCache.Create(kind, storage, Size, MostQueries, out IDisposable? pool);
        var all = new List<(KeyValueCache Cache, Tokens Tokens)> { (first, new Tokens(storage)) };
        int pages = pool == null ? 0 : AnyCache.FreePages(pool);
        for (int step = 0; step < Steps && all.Count > 0; step++)
        {
            int number = random.Next(all.Count);
            (KeyValueCache cache, Tokens tokens) = all[number];
            switch (random.Next(10))
            {
                case 0:
                    int length = random.Next(cache.Length + 1);
                    steps.Add($"{number}.Truncate({length})");
                    tokens.Truncate(tokens.Count - (cache.Length - length));
                    cache.Truncate(length);
                    break;
                case 1 when random.Next(3) == 0:
                    steps.Add($"{number}.Clear()");
                    tokens.Truncate(0);
                    cache.Clear();
                    
                    break;
                case 2 when random.Next(3) == 0 && all.Count > 1:
                    steps.Add($"{number}.Dispose()");
                    cache.Dispose();
                    all.RemoveAt(number);
                    break;
                case 3 or 4 when kind == CacheKind.Paged && all.Count < 6:
                    steps.Add($"{number}.Fork()");
                    all.Add((AnyCache.Fork(cache), tokens.Copy()));
                    break;
                case 5 or 6 or 7:
                    Append(cache, tokens, kind, pool, random, steps, number);
                    break;
                default:
                    Attend(isa, cache, tokens, kind, random, steps, number);
                    break;
            }

            // What a ring has dropped, the list still has; but a ring that was truncated has no more than it held.
            (cache, tokens) = all.Count > number ? all[number] : all[0];
            int held = kind == CacheKind.Ring ? Math.Min(tokens.Count, cache.Length) : tokens.Count;
            Assert.Equal(held, cache.Length);
            if (cache is RingKeyValueCache<float> ring)
                Assert.Equal(tokens.Count, ring.Position);
        }

        foreach ((KeyValueCache cache, _) in all)
            cache.Dispose();
        if (pool != null)
            Assert.Equal(pages, AnyCache.FreePages(pool));
        pool?.Dispose();
    }

    private static void Append(KeyValueCache cache, Tokens tokens, CacheKind kind, IDisposable? pool, Random random, List<string> steps, int number)
    {
        int count = random.Next(4) == 0 ? random.Next(Size) : random.Next(MostQueries);
        steps.Add($"{number}.Append({count})");
        float[] keys = RandomNumbers.Keys(random, count);
        float[] values = RandomNumbers.Values(random, count);
        int free = pool == null ? 0 : AnyCache.FreePages(pool);
        try
        {
            cache.Append(keys, values);
        }
        catch (InvalidOperationException)
        {
            steps.Add("full");
            Assert.NotEqual(CacheKind.Ring, kind);
            if (pool == null)
                Assert.True(cache.Length + count > Size, $"{count} do not fit behind {cache.Length}");
            else
                Assert.Equal(free, AnyCache.FreePages(pool));
            return;
        }
        tokens.Append(keys, values);
    }

    private static void Attend(KernelIsa isa, KeyValueCache cache, Tokens tokens, CacheKind kind, Random random, List<string> steps, int number)
    {
        int queries = random.Next(4) == 0 ? random.Next(20) : 1;
        steps.Add($"{number}.Attend({queries})");
        int window = kind == CacheKind.Ring ? Math.Min(cache.Length, Size + Math.Max(queries, 1) - 1) : tokens.Count;
        Problem problem = tokens.ProblemOf(RandomNumbers.Queries(random, queries), tokens.Count - window);
        float[] output = RandomNumbers.Output(queries);
        var logSumExp = new float[queries * CachedKernels.Heads];
        AnyCache.Attend(problem.Query, cache, output, logSumExp, random.Next(3), isa);

        (double[] exact, double[] exactLog) = Float64Oracle.Attend(problem);
        Assert.InRange(RandomNumbers.Difference(exact, output), 0, 4e-6);
        Assert.InRange(RandomNumbers.Difference(exactLog, logSumExp), 0, 4e-6);
    }
}
