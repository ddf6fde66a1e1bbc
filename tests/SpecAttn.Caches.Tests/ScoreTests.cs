using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Masks, changes of scores and rotary embedding over caches, against the float64 oracle.</summary>
public sealed class ScoreTests
{
    private const int Length = 70;
    private const float Rate = 0.03f;
    private const int Stride = 7;

    private static readonly float[] s_sinks = [0.5f, float.NegativeInfinity, -1, 2];

    // Of four heads: 2^(−8/4·1), …
    private static readonly float[] s_slopes = [0.25f, 0.0625f, 0.015625f, 0.00390625f];

    public static TheoryData<KernelIsa, int> All => [.. KernelSelector.Supported.SelectMany(isa => (int[])[1, 3, 40], (isa, queries) => (isa, queries))];

    [Theory]
    [MemberData(nameof(All))]
    public void WindowAlibiSoftcapAndSinks(KernelIsa isa, int queries)
    {
        foreach ((CacheKind kind, Storage storage) in (ReadOnlySpan<(CacheKind, Storage)>)[(CacheKind.Contiguous, Storage.Single), (CacheKind.Paged, Storage.SByte)])
        {
            using Filled filled = new(kind, storage, queries);
            Problem problem = filled.Problem with
            {
                Sinks = s_sinks,
                Rules = new ScoreRules { Window = CachedKernels.Window, Slopes = s_slopes, Softcap = 5 },
            };
            float[] output = RandomNumbers.Output(queries);
            if (filled.Cache is KeyValueCache<float> contiguous)
                CachedKernels.AttendScored(problem.Query, contiguous, output, s_sinks, isa);
            else
                CachedKernels.AttendScored(problem.Query, (PagedKeyValueCache<sbyte>)filled.Cache, output, s_sinks, isa);
            Check(problem, output);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void FunctionsOfTheUser(KernelIsa isa, int queries)
    {
        foreach ((CacheKind kind, Storage storage) in (ReadOnlySpan<(CacheKind, Storage)>)[(CacheKind.Contiguous, Storage.Single), (CacheKind.Paged, Storage.BFloat16)])
        {
            using Filled filled = new(kind, storage, queries);
            Problem problem = filled.Problem with
            {
                Rules = new ScoreRules
                {
                    Window = CachedKernels.Window,
                    User = new UserRules(
                        (score, place, _) => CachedKernels.Decay(score, place.Query, place.Key, place.Head, Rate),
                        (place, _) => CachedKernels.IsKept(place.Query, place.Key, Length, Stride)),
                },
            };
            float[] output = RandomNumbers.Output(queries);
            if (filled.Cache is KeyValueCache<float> contiguous)
                CachedKernels.AttendByFunctions(problem.Query, contiguous, output, Rate, Stride, isa);
            else
                CachedKernels.AttendByFunctions(problem.Query, (PagedKeyValueCache<BFloat16>)filled.Cache, output, Rate, Stride, isa);
            Check(problem, output);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void RotaryEmbedding_OfKeysThatComeAsTheyAre(KernelIsa isa, int queries)
    {
        (float[] cos, float[] sin) = Angles.Tables(Length, CachedKernels.RotaryDim / 2);
        foreach ((CacheKind kind, Storage storage) in (ReadOnlySpan<(CacheKind, Storage)>)[(CacheKind.Contiguous, Storage.Single), (CacheKind.Paged, Storage.Half)])
        {
            using Filled filled = new(kind, storage, queries);
            Problem problem = filled.Problem with
            {
                Rules = new ScoreRules { Window = CachedKernels.Window },
                Rotary = new Rotary(RotaryStyle.HalfSplit, CachedKernels.RotaryDim, cos, sin),
            };
            float[] output = RandomNumbers.Output(queries);
            if (filled.Cache is KeyValueCache<float> contiguous)
                CachedKernels.AttendTurned(problem.Query, contiguous, output, cos, sin, isa);
            else
                CachedKernels.AttendTurned(problem.Query, (PagedKeyValueCache<Half>)filled.Cache, output, cos, sin, isa);
            Check(problem, output);
        }
    }

    /// <summary>Keys that are turned as they are stored give the very bits of keys that are turned as they are read.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void RotaryEmbedding_OfKeysThatWereStoredTurned(KernelIsa isa, int queries)
    {
        Random random = TestSettings.RandomFor(nameof(ScoreTests), "turned");
        (float[] cos, float[] sin) = Angles.Tables(Length, CachedKernels.RotaryDim / 2);
        using var plain = new KeyValueCache<float>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, Length, CachedKernels.ValueDim);
        using var turned = new KeyValueCache<float>(
            CachedKernels.KeyValueHeads, CachedKernels.HeadDim, Length, CachedKernels.ValueDim, RotaryStyle.HalfSplit, CachedKernels.RotaryDim);
        for (int tokens = 0; tokens < Length;)
        {
            int count = Math.Min(Length - tokens, 1 + random.Next(9));
            (float[] keys, float[] values) = (RandomNumbers.Keys(random, count), RandomNumbers.Values(random, count));
            plain.Append(keys, values);
            turned.Append(keys, values, cos, sin);
            tokens += count;
        }

        float[] query = RandomNumbers.Queries(random, queries);
        (float[] expected, float[] actual) = (RandomNumbers.Output(queries), RandomNumbers.Output(queries));
        CachedKernels.AttendTurned(query, plain, expected, cos, sin, isa);
        CachedKernels.AttendTurned(query, turned, actual, cos, sin, isa);
        Assert.Equal(expected, actual);
    }

    private static void Check(Problem problem, float[] output) =>
        Assert.InRange(RandomNumbers.Difference(Float64Oracle.Attend(problem).Output, output), 0, 5e-6);

    /// <summary>A cache with tokens, and a call over them.</summary>
    private sealed class Filled : IDisposable
    {
        private readonly IDisposable? _pool;

        public Filled(CacheKind kind, Storage storage, int queries)
        {
            Random random = TestSettings.RandomFor(nameof(ScoreTests), $"{kind}", $"{storage}", $"{queries}");
            Cache = AnyCache.Create(kind, storage, Length, 1, out _pool);
            var tokens = new Tokens(storage);
            (float[] keys, float[] values) = (RandomNumbers.Keys(random, Length), RandomNumbers.Values(random, Length));
            Cache.Append(keys, values);
            tokens.Append(keys, values);
            Problem = tokens.ProblemOf(RandomNumbers.Queries(random, queries));
        }

        public KeyValueCache Cache { get; }

        public Problem Problem { get; }

        public void Dispose()
        {
            Cache.Dispose();
            _pool?.Dispose();
        }
    }

}
