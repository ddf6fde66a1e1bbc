using SpecAttn.Caches.Tests.Support;
using SpecAttn.Execution;
using SpecAttn.Kernels;

namespace SpecAttn.Caches.Tests;

/// <summary>What kernels make of numbers that are stored in few bits, against what they make of the same numbers in fp32.</summary>
public sealed class StoredHeadTests
{
    private const int Dim = CachedKernels.WideDim;

    /// <summary>So many values have one sum, however they are stored; of more, those that are stored in few bits have longer sums.</summary>
    private const int TokensOfSum = 16;

    public static IEnumerable<TheoryDataRow<KernelIsa, Storage>> All =>
        from isa in KernelSelector.Supported
        from storage in Enum.GetValues<Storage>()
        select new TheoryDataRow<KernelIsa, Storage>(isa, storage);

    /// <summary>Up to 4 rows at once and more; pages that end between chunks of keys and within them.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Decoding_IsThatOfTheStoredNumbers(KernelIsa isa, Storage storage)
    {
        foreach (int queries in (int[])[1, 2, 3])
        foreach (int length in (int[])[1, TokensOfSum, 30, 333, 1100])
            Check(isa, storage, queries, length, random => (random.NextSingle() * 4) - 2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Decoding_OfLongHeads_IsThatOfTheStoredNumbers(KernelIsa isa, Storage storage)
    {
        foreach (int queries in (int[])[1, 2])
        foreach (int length in (int[])[1, 70])
            Check(isa, storage, queries, length, random => (random.NextSingle() * 4) - 2, dim: CachedKernels.LongDim);
    }

    /// <summary>A score of −∞ hides a key, whether or not a mask hides others in the same block.</summary>
    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void AScoreOfMinusInfinity_HidesItsValue_AloneAndAmongOthers(KernelIsa isa)
    {
        const int Length = 40;
        const int Hidden = 3;
        const int TokenElements = CachedKernels.KeyValueHeads * Dim;
        const int QueryElements = CachedKernels.Heads * Dim;
        Random random = TestSettings.RandomFor(nameof(StoredHeadTests), "minus infinity");
        float[] query = RandomNumbers.Of(random, Length * QueryElements);
        float[] keys = RandomNumbers.Of(random, Length * TokenElements);
        float[] values = RandomNumbers.Of(random, Length * TokenElements);
        for (int head = 0; head < query.Length; head += Dim)
            query[head] = 1;
        for (int head = 0; head < CachedKernels.KeyValueHeads; head++)
            keys[(Hidden * TokenElements) + (head * Dim)] = float.NegativeInfinity;
        values.AsSpan(Hidden * TokenElements, TokenElements).Fill(float.NaN);

        float[] alone = OfLast(1);
        Assert.DoesNotContain(alone, float.IsNaN);
        Assert.Equal(alone, OfLast(3));
        Assert.DoesNotContain(OfLast(Length), float.IsNaN);

        float[] OfLast(int queries)
        {
            var output = new float[queries * QueryElements];
            CachedKernels.AttendWide(query.AsSpan((Length - queries) * QueryElements), keys, values, output, isa);
            return output[^QueryElements..];
        }
    }

    /// <summary>Numbers at the ends of what a Half can be, and beyond.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Decoding_IsThatOfTheStoredNumbers_HoweverSmall(KernelIsa isa, Storage storage)
    {
        foreach (int length in (int[])[2, TokensOfSum, 77])
            Check(isa, storage, queries: 1, length, random => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, -random.Next(30)));
    }

    /// <summary>Of NaN and infinity every result that sees them is made, and no other.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Decoding_KeepsInfinityAndNaN(KernelIsa isa, Storage storage)
    {
        float[] specials = [float.PositiveInfinity, float.NegativeInfinity, float.NaN, 65504, -65504, 1e30f];
        foreach (int length in (int[])[3, 40, 200])
            Check(isa, storage, queries: 2, length, random => random.Next(400) == 0 ? specials[random.Next(specials.Length)] : random.NextSingle() - 0.5f);
    }

    /// <summary>Queries with which a factor that others carry would overflow, and queries that are not finite at all.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Decoding_IsThatOfTheStoredNumbers_HoweverLargeTheQuery(KernelIsa isa, Storage storage)
    {
        foreach (float query in (float[])[1e4f, 1e6f, 1e30f, float.PositiveInfinity, float.NaN])
            Check(isa, storage, queries: 1, length: 40, random => random.NextSingle() - 0.5f, random => random.Next(3) == 0 ? query : random.NextSingle());
    }

    /// <summary>What is known of the tokens of a cache goes with them: to a fork, and away with the last of them.</summary>
    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Forks_KeepInfinity(KernelIsa isa)
    {
        const int Elements = CachedKernels.KeyValueHeads * Dim;
        Random random = TestSettings.RandomFor(nameof(StoredHeadTests), "forks");
        float[] query = RandomNumbers.Of(random, CachedKernels.Heads * Dim);
        float[] keys = RandomNumbers.Of(random, 2 * Elements);
        float[] values = RandomNumbers.Of(random, 2 * Elements);
        values[1] = float.PositiveInfinity;
        using var pool = new KeyValuePagePool<Half>(CachedKernels.KeyValueHeads, Dim, pageTokens: 16, pages: 4);
        using var cache = new PagedKeyValueCache<Half>(pool);
        cache.Append(keys.AsSpan(0, Elements), values.AsSpan(0, Elements));
        using PagedKeyValueCache<Half> fork = cache.Fork();
        fork.Append(keys.AsSpan(Elements), values.AsSpan(Elements));
        ExpectAll(fork, keys, values);

        fork.Truncate(0);
        fork.Append(keys.AsSpan(Elements), values.AsSpan(Elements));
        ExpectAll(fork, keys[Elements..], values[Elements..]);
        ExpectAll(cache, keys[..Elements], values[..Elements]);

        void ExpectAll(KeyValueCache held, float[] heldKeys, float[] heldValues)
        {
            var expected = new float[query.Length];
            var output = new float[query.Length];
            AttendInOrder(query, Stored(Storage.Half, heldKeys, Dim), Stored(Storage.Half, heldValues, Dim), expected, Storage.Half, isa, Dim);
            CachedKernels.AttendWide(query, held, output, isa);
            Assert.Equal(expected, output);
        }
    }

    /// <summary>If a cache did not know, results would be the same and only take longer.</summary>
    [Fact]
    public void CachesOfHalf_KnowWhetherAllOfThemAreFinite()
    {
        const int Elements = CachedKernels.KeyValueHeads * Dim;
        var finite = new float[Elements];
        foreach (float special in (float[])[float.NaN, float.NegativeInfinity, 65520])
        {
            float[] other = [.. finite[1..], special];
            using var cache = new KeyValueCache<Half>(CachedKernels.KeyValueHeads, Dim, 4);
            cache.Append(finite, finite);
            Assert.True(IsFinite(cache));
            cache.Append(finite, other);
            cache.Append(finite, finite);
            Assert.False(IsFinite(cache));
            cache.Clear();
            cache.Append(finite, finite);
            Assert.True(IsFinite(cache));
            cache.Append(other, finite);
            Assert.False(IsFinite(cache));
        }
    }

    private static unsafe bool IsFinite(KeyValueCache cache)
    {
        CacheLease lease = CacheLease.Take(CacheArgument.Of(cache));
        bool isFinite = lease.Keys[0].IsFinite && lease.Values[0].IsFinite;
        lease.Release();
        return isFinite;
    }

    /// <summary>One key has all the weight: its value comes out as it is.</summary>
    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void EveryHalf_ComesOutAsItIs(KernelIsa isa)
    {
        float[] halves = [.. Enumerable.Range(0, 1 << 16).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))];
        const int Elements = CachedKernels.KeyValueHeads * Dim;
        var query = new float[CachedKernels.Heads * Dim];
        var output = new float[query.Length];
        using var cache = new KeyValueCache<Half>(CachedKernels.KeyValueHeads, Dim, 1);
        for (int first = 0; first < halves.Length; first += Elements)
        {
            float[] token = [.. halves.Skip(first).Take(Elements), .. new float[Math.Max(0, first + Elements - halves.Length)]];
            cache.Truncate(0);
            cache.Append(new float[Elements], token);
            CachedKernels.AttendWide(query, cache, output, isa);
            for (int head = 0; head < CachedKernels.Heads; head++)
            {
                int group = CachedKernels.Heads / CachedKernels.KeyValueHeads;
                Assert.Equal(token.AsSpan(head / group * Dim, Dim), output.AsSpan(head * Dim, Dim));
            }
        }
    }

    private static void Check(
        KernelIsa isa, Storage storage, int queries, int length, Func<Random, float> next, Func<Random, float>? nextOfQuery = null, int dim = Dim)
    {
        Random random = TestSettings.RandomFor(nameof(StoredHeadTests), $"{storage} {queries} {length} {dim}");
        float[] Tokens(int count, int heads) => [.. Enumerable.Range(0, count * heads * dim).Select(_ => next(random))];
        float[] query = RandomNumbers.Of(random, queries * CachedKernels.Heads * dim);
        for (int i = 0; i < query.Length && nextOfQuery is not null; i++)
            query[i] = nextOfQuery(random);
        float[] keys = Tokens(length, CachedKernels.KeyValueHeads);
        float[] values = Tokens(length, CachedKernels.KeyValueHeads);
        var expected = new float[query.Length];
        AttendInOrder(query, Stored(storage, keys, dim), Stored(storage, values, dim), expected, storage, isa, dim);

        foreach (KeyValueCache cache in Caches(storage, length, dim))
        {
            cache.Append(keys, values);
            var output = new float[query.Length];
            if (dim == Dim)
                CachedKernels.AttendWide(query, cache, output, isa);
            else
                CachedKernels.AttendLong(query, cache, output, isa);
            cache.Dispose();
            if (storage == Storage.Single || (storage != Storage.SByte && length <= TokensOfSum))
            {
                Assert.Equal(expected, output);
                continue;
            }

            for (int i = 0; i < output.Length; i++)
            {
                // The scale is multiplied with the sum instead of each element, which rounds otherwise, as do other sums.
                double most = storage == Storage.SByte ? 2e-5 * Math.Max(1, Math.Abs(expected[i])) : 1e-6 * LargestValue(i);
                Assert.True(
                    expected[i].Equals(output[i]) || Math.Abs(expected[i] - output[i]) <= most, $"{isa} {length}: element {i} is {output[i]}, not {expected[i]}");
            }
        }

        double LargestValue(int element)
        {
            int head = element / dim % CachedKernels.Heads * CachedKernels.KeyValueHeads / CachedKernels.Heads;
            return Enumerable.Range(0, length)
                .Select(token => Math.Abs((double)values[(((token * CachedKernels.KeyValueHeads) + head) * dim) + (element % dim)]))
                .Where(double.IsFinite)
                .Max();
        }
    }

    /// <summary>
    /// Attention over fp32, its sums made in the order in which those of stored numbers are: numbers of 16 bits are read in pairs, so that of
    /// every two vectors one has the elements of even number and one those of odd. As long as values have one sum, it holds to the last bit.
    /// </summary>
    private static void AttendInOrder(float[] query, float[] keys, float[] values, float[] output, Storage storage, KernelIsa isa, int dim)
    {
        int lanes = isa switch
        {
            KernelIsa.Avx512 => 16,
            KernelIsa.Avx2 => 8,
            _ => 4,
        };
        int[] order = [.. Enumerable.Range(0, dim)];
        for (int first = 0; first + (2 * lanes) <= dim && storage is Storage.Half or Storage.BFloat16; first += 2 * lanes)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                order[first + lane] = first + (2 * lane);
                order[first + lanes + lane] = first + (2 * lane) + 1;
            }
        }

        var ordered = new float[output.Length];
        if (dim == Dim)
            CachedKernels.AttendWide(InOrder(query), InOrder(keys), InOrder(values), ordered, isa);
        else
            CachedKernels.AttendLong(InOrder(query), InOrder(keys), InOrder(values), ordered, isa);
        for (int i = 0; i < output.Length; i++)
            output[i - (i % dim) + order[i % dim]] = ordered[i];

        float[] InOrder(float[] heads) => [.. Enumerable.Range(0, heads.Length).Select(i => heads[i - (i % dim) + order[i % dim]])];
    }

    private static float[] Stored(Storage storage, float[] tokens, int dim)
    {
        var stored = new List<float>();
        for (int head = 0; head < tokens.Length; head += dim)
            stored.AddRange(AnyCache.Stored(storage, tokens.AsSpan(head, dim)));
        return [.. stored];
    }

    private static IEnumerable<KeyValueCache> Caches(Storage storage, int length, int dim) => storage switch
    {
        Storage.Single => Caches<float>(length, dim),
        Storage.Half => Caches<Half>(length, dim),
        Storage.BFloat16 => Caches<BFloat16>(length, dim),
        _ => Caches<sbyte>(length, dim),
    };

    private static IEnumerable<KeyValueCache> Caches<T>(int length, int dim)
        where T : unmanaged
    {
        yield return new KeyValueCache<T>(CachedKernels.KeyValueHeads, dim, length + 3);
        foreach (int pageTokens in (int[])[16, 50, 64])
        {
            using var pool = new KeyValuePagePool<T>(CachedKernels.KeyValueHeads, dim, pageTokens, (length + pageTokens - 1) / pageTokens);
            yield return new PagedKeyValueCache<T>(pool);
        }
    }
}
