using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>Results over shards of the keys combine to the result over all of them.</summary>
public sealed class MergeTests
{
    private const int Rows = CachedKernels.Heads;
    private const int Dim = CachedKernels.ValueDim;

    [Theory]
    [InlineData(1, new[] { 50 })]
    [InlineData(1, new[] { 20, 0, 33, 1 })]
    [InlineData(5, new[] { 0, 17, 40 })]
    [InlineData(5, new[] { 0, 0 })]
    public void ShardsOfTheKeys_CombineToTheWhole(int queries, int[] shards)
    {
        Random random = TestSettings.RandomFor(nameof(MergeTests), string.Join(' ', shards));
        float[] query = RandomNumbers.Queries(random, queries);
        int outputLength = queries * Rows * Dim;
        int logLength = queries * Rows;
        using var whole = NewCache();
        var outputs = new float[shards.Length * outputLength];
        var logSumExps = new float[shards.Length * logLength];
        (float[] sum, float[] sumLog) = (new float[outputLength], new float[logLength]);
        Array.Fill(sum, float.NaN);
        Array.Fill(sumLog, float.NegativeInfinity);
        for (int i = 0; i < shards.Length; i++)
        {
            (float[] keys, float[] values) = (RandomNumbers.Keys(random, shards[i]), RandomNumbers.Values(random, shards[i]));
            whole.Append(keys, values);
            using var shard = NewCache();
            shard.Append(keys, values);
            Span<float> output = outputs.AsSpan(i * outputLength, outputLength);
            Span<float> logSumExp = logSumExps.AsSpan(i * logLength, logLength);
            AttendAll(query, shard, output, logSumExp);
            AttentionState.Accumulate(output, logSumExp, sum, sumLog, Rows, queries);
        }

        (float[] expected, float[] expectedLog) = (new float[outputLength], new float[logLength]);
        AttendAll(query, whole, expected, expectedLog);
        (float[] merged, float[] mergedLog) = (new float[outputLength], new float[logLength]);
        AttentionState.Merge(outputs, logSumExps, merged, mergedLog, Rows, queries);
        CheckNear(expected, merged);
        CheckNear(expectedLog, mergedLog);
        CheckNear(expected, sum);
        CheckNear(expectedLog, sumLog);

        // In the place of any shard.
        for (int i = 0; i < shards.Length; i++)
        {
            (float[] places, float[] logPlaces) = ([.. outputs], [.. logSumExps]);
            Span<float> place = places.AsSpan(i * outputLength, outputLength);
            Span<float> logPlace = logPlaces.AsSpan(i * logLength, logLength);
            AttentionState.Merge(places, logPlaces, place, logPlace, Rows, queries);
            Assert.Equal(merged, place.ToArray());
            Assert.Equal(mergedLog, logPlace.ToArray());
        }
    }

    [Fact]
    public void Outputs_AreMatchedWithTheirLogarithms_InEitherLayout()
    {
        // Two sequences, three heads, two queries: the output of every row is its number, its weight in the second shard is overwhelming in one row.
        const int Heads = 3;
        const int Queries = 2;
        var logSumExps = new float[2 * 12];
        foreach (AttentionLayout layout in Enum.GetValues<AttentionLayout>())
        {
            for (int row = 0; row < 12; row++)
            {
                Array.Clear(logSumExps);
                logSumExps[12 + row] = 200;
                float[] outputs = [.. Enumerable.Repeat(0f, 12), .. Enumerable.Repeat(1f, 12)];
                (float[] output, float[] logSumExp) = (new float[12], new float[12]);
                AttentionState.Merge(outputs, logSumExps, output, logSumExp, Heads, Queries, layout);
                (int batch, int head, int query) = (row / 6, row / 2 % 3, row % 2);
                int place = layout == AttentionLayout.HeadMajor ? row : (((batch * Queries) + query) * Heads) + head;
                for (int i = 0; i < 12; i++)
                    Assert.Equal(i == place ? 1f : 0.5f, output[i], 1e-6f);
                Assert.Equal(200f, logSumExp[row]);
            }
        }
    }

    [Fact]
    public void AnEmptyShard_IsNotRead_AndNaNIsKept()
    {
        (float[] output, float[] logSumExp) = (new float[2], new float[2]);
        AttentionState.Merge([float.NaN, 1, 3, 4], [float.NegativeInfinity, 0, 0, float.NaN], output, logSumExp, heads: 2);
        Assert.Equal([3f, float.NaN], output);
        Assert.Equal([0f, float.NaN], logSumExp);
    }

    [Fact]
    public void NoShards_AreNoKeys()
    {
        (float[] output, float[] logSumExp) = ([7f, 7f], [7f, 7f]);
        AttentionState.Merge([], [], output, logSumExp, heads: 2);
        Assert.Equal([0f, 0f], output);
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], logSumExp);
        AttentionState.Merge([], [], [], [], heads: 2);
    }

    [Fact]
    public void WrongLengthsAndOverlaps_AreNamed()
    {
        Check("heads", () => AttentionState.Merge(new float[8], new float[4], new float[4], new float[2], heads: 0));
        Check("logSumExp", () => AttentionState.Merge(new float[8], new float[6], new float[6], new float[3], heads: 2));
        Check("output", () => AttentionState.Merge(new float[8], new float[4], new float[5], new float[2], heads: 2));
        Check("outputs", () => AttentionState.Merge(new float[9], new float[4], new float[4], new float[2], heads: 2));
        Check("logSumExps", () => AttentionState.Merge(new float[8], new float[6], new float[4], new float[2], heads: 2));
        var memory = new float[12];
        Check("output", () => AttentionState.Merge(memory.AsSpan(0, 8), new float[4], memory.AsSpan(2, 4), new float[2], heads: 2));
        Check("output", () => AttentionState.Merge(memory.AsSpan(0, 8), new float[4], memory.AsSpan(8 - 1, 4), new float[2], heads: 2));
        Check("logSumExp", () => AttentionState.Merge(new float[8], memory.AsSpan(0, 4), new float[4], memory.AsSpan(1, 2), heads: 2));
        Check("shardOutput", () => AttentionState.Accumulate(new float[3], new float[2], new float[4], new float[2], heads: 2));
        Check("output", () => AttentionState.Accumulate(memory.AsSpan(0, 4), new float[2], memory.AsSpan(0, 4), new float[2], heads: 2));

        static void Check(string parameter, Action call) => Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(call).ParamName);
    }

    /// <summary>Every query sees every key.</summary>
    private static void AttendAll(float[] query, KeyValueCache<float> cache, Span<float> output, Span<float> logSumExp)
    {
        int queries = logSumExp.Length / Rows;
        for (int i = 0; i < queries; i++)
        {
            var row = new float[Rows];
            CachedKernels.Attend(
                query.AsSpan(i * Rows * CachedKernels.HeadDim, Rows * CachedKernels.HeadDim), cache, output.Slice(i * Rows * Dim, Rows * Dim), row, 1, KernelIsa.Auto);
            for (int head = 0; head < Rows; head++)
                logSumExp[(head * queries) + i] = row[head];
        }
    }

    private static KeyValueCache<float> NewCache() => new(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, 100, Dim);

    private static void CheckNear(float[] expected, float[] actual) =>
        Assert.InRange(RandomNumbers.Difference(Array.ConvertAll(expected, number => (double)number), actual), 0, 2e-6);
}
