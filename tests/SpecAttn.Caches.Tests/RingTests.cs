using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>A ring gives what a contiguous cache gives with the same window, wherever its positions are.</summary>
public sealed class RingTests
{
    private const int Window = CachedKernels.Window;

    /// <summary>The visibility function hides keys at multiples of it.</summary>
    private const int Stride = 7;

    public static TheoryData<KernelIsa> All => Variants.All;

    /// <summary>Positions of the first token: the beginning, and around where floats and ints end.</summary>
    private static readonly long[] s_starts = [0, 5, (1L << 24) - 30, (1L << 31) - 40, (1L << 31) - 2, 1L << 31, (1L << 32) - 20, (1L << 45) + 12345];

    [Theory]
    [MemberData(nameof(All))]
    public void WindowAlibiSoftcapAndSinks_AtAnyPosition(KernelIsa isa)
    {
        float[] sinks = [0.5f, float.NegativeInfinity, -1, 2];
        Compare(isa, mostQueries: 4, s_starts, exactPositions: false, (query, contiguous, ring, expected, actual) =>
        {
            CachedKernels.AttendScored(query, contiguous, expected, sinks, isa);
            CachedKernels.AttendScored(query, ring, actual, sinks, isa);
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public void FunctionsOfAbsolutePositions_WhileTheyAreInts(KernelIsa isa) =>
        Compare(isa, mostQueries: 4, [0, 5, 1000, (1L << 31) - 65], exactPositions: true, (query, contiguous, ring, expected, actual) =>
        {
            CachedKernels.AttendByFunctions(query, contiguous, expected, 0.03f, Stride, isa);
            CachedKernels.AttendByFunctions(query, ring, actual, 0.03f, Stride, isa);
        });

    [Theory]
    [InlineData(RotaryStyle.None)]
    [InlineData(RotaryStyle.HalfSplit)]
    public void RotaryEmbedding_WithKeysTurnedAsTheyAreReadOrStored(RotaryStyle stored)
    {
        (float[] cos, float[] sin) = Angles.Tables(200, CachedKernels.RotaryDim / 2);
        foreach (KernelIsa isa in KernelSelector.Supported)
        {
            Compare(isa, mostQueries: 4, [0, 30, 120], exactPositions: true, (query, contiguous, ring, expected, actual) =>
            {
                CachedKernels.AttendTurned(query, contiguous, expected, cos, sin, isa);
                CachedKernels.AttendTurned(query, ring, actual, cos, sin, isa);
            }, stored, cos, sin);
        }
    }

    [Fact]
    public void OneQuery_ReadsTheWindow_EvenIfMoreIsHeld()
    {
        Random random = TestSettings.RandomFor(nameof(RingTests));
        using var wide = new RingKeyValueCache<float>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 5, CachedKernels.ValueDim, mostQueries: 9);
        using var narrow = new RingKeyValueCache<float>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 5, CachedKernels.ValueDim);
        float[] keys = RandomNumbers.Keys(random, 30);
        float[] values = RandomNumbers.Values(random, 30);
        wide.Append(keys, values);
        narrow.Append(keys, values);
        Assert.Equal(13, wide.Length);
        Assert.Equal(5, narrow.Length);
        Assert.Equal(30, wide.Position);

        float[] query = RandomNumbers.Queries(random, 1);
        (float[] one, float[] other) = (RandomNumbers.Output(1), RandomNumbers.Output(1));
        var logSumExp = new float[CachedKernels.Heads];
        CachedKernels.Attend(query, wide, one, logSumExp, 1, KernelIsa.Auto);
        CachedKernels.Attend(query, narrow, other, logSumExp, 1, KernelIsa.Auto);
        Assert.Equal(other, one);
    }

    private delegate void Call(float[] query, KeyValueCache<float> contiguous, RingKeyValueCache<float> ring, float[] expected, float[] actual);

    /// <summary>Adds tokens a few at a time, and attends with as many queries.</summary>
    private static void Compare(
        KernelIsa isa,
        int mostQueries,
        long[] starts,
        bool exactPositions,
        Call call,
        RotaryStyle rotary = RotaryStyle.None,
        float[]? cos = null,
        float[]? sin = null)
    {
        foreach (long start in starts)
        {
            Random random = TestSettings.RandomFor(nameof(RingTests), $"{isa}", $"{start}");
            using var ring = new RingKeyValueCache<float>(
                CachedKernels.KeyValueHeads,
                CachedKernels.HeadDim,
                Window,
                CachedKernels.ValueDim,
                rotary,
                rotary == RotaryStyle.None ? 0 : CachedKernels.RotaryDim,
                mostQueries);

            // The contiguous cache cannot begin so late; its positions differ by a multiple of the stride that the functions look at.
            using var contiguous = new KeyValueCache<float>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 300, CachedKernels.ValueDim);
            int before = start < 60 ? (int)start : exactPositions ? (int)(start % Stride) : 0;
            ring.Position = start - before;
            Append(RandomNumbers.Keys(random, before), RandomNumbers.Values(random, before));
            for (int step = 0; step < 20; step++)
            {
                int count = 1 + random.Next(mostQueries);
                float[] keys = RandomNumbers.Keys(random, count);
                float[] values = RandomNumbers.Values(random, count);
                Append(keys, values);
                if (step > 2 && random.Next(4) == 0)
                {
                    contiguous.Truncate(contiguous.Length - 1);
                    ring.Truncate(ring.Length - 1);
                    count = Math.Max(1, count - 1);
                }

                float[] query = RandomNumbers.Queries(random, count);
                (float[] expected, float[] actual) = (RandomNumbers.Output(count), RandomNumbers.Output(count));
                call(query, contiguous, ring, expected, actual);
                double difference = RandomNumbers.Difference(Array.ConvertAll(expected, number => (double)number), actual);
                Assert.True(difference <= 2e-6, $"seed {TestSettings.Seed}, {isa}, start {start}, step {step}, {count} queries: differs by {difference:E2}");
            }

            void Append(float[] keys, float[] values)
            {
                contiguous.Append(keys, values);
                if (rotary == RotaryStyle.None)
                    ring.Append(keys, values);
                else
                    ring.Append(keys, values, cos, sin);
            }
        }
    }
}
