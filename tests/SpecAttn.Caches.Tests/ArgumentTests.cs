using SpecAttn.Caches.Tests.Support;

namespace SpecAttn.Caches.Tests;

/// <summary>What is refused, in which words; and that nothing has happened then.</summary>
public sealed class ArgumentTests
{
    private const int Heads = CachedKernels.KeyValueHeads;
    private const int HeadDim = CachedKernels.HeadDim;
    private const int ValueDim = CachedKernels.ValueDim;

    [Theory]
    [InlineData(1, HeadDim, ValueDim, "cache is of keyValueHeads 1, headDim 24, valueDim 20, expected keyValueHeads 2, headDim 24, valueDim 20.")]
    [InlineData(Heads, 8, ValueDim, "cache is of keyValueHeads 2, headDim 8, valueDim 20, expected keyValueHeads 2, headDim 24, valueDim 20.")]
    [InlineData(Heads, HeadDim, 0, "cache is of keyValueHeads 2, headDim 24, valueDim 24, expected keyValueHeads 2, headDim 24, valueDim 20.")]
    public void ACacheOfAnotherShape(int heads, int headDim, int valueDim, string message)
    {
        using var cache = new KeyValueCache<float>(heads, headDim, 10, valueDim);
        ArgumentException exception = Refused<ArgumentException>(output => Attend(cache, output));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal("cache", exception.ParamName);
    }

    [Fact]
    public void ACacheThatIsNull()
    {
        Assert.Equal("cache", Refused<ArgumentNullException>(output => Attend(null!, output)).ParamName);
        using var pool = new KeyValuePagePool<float>(Heads, HeadDim, 4, 4, ValueDim);
        using var cache = new PagedKeyValueCache<float>(pool);
        ArgumentNullException exception = Refused<ArgumentNullException>(
            output => CachedKernels.AttendMany(RandomQuery(2), [cache, null!], output, new float[8], 1, KernelIsa.Auto), queries: 2);
        Assert.Contains("cache[1] is null", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADisposedCache()
    {
        var cache = new KeyValueCache<float>(Heads, HeadDim, 10, ValueDim);
        cache.Dispose();
        Refused<ObjectDisposedException>(output => Attend(cache, output));
        Assert.Throws<ObjectDisposedException>(() => cache.Append([], []));
        Assert.Throws<ObjectDisposedException>(() => cache.Truncate(0));
        Assert.Throws<ObjectDisposedException>(cache.Clear);

        using var pool = new KeyValuePagePool<float>(Heads, HeadDim, 4, 4, ValueDim);
        using var one = new PagedKeyValueCache<float>(pool);
        var other = new PagedKeyValueCache<float>(pool);
        other.Dispose();
        Refused<ObjectDisposedException>(
            output => CachedKernels.AttendMany(RandomQuery(2), [one, other], output, new float[8], 1, KernelIsa.Auto), queries: 2);
        one.Append(new float[Heads * HeadDim], new float[Heads * ValueDim]); // Not leased any more, and not disposed of.
        one.Dispose();
        Assert.Equal(4, pool.FreePages);
    }

    [Fact]
    public void OtherNumbersOfCachesThanOfSequences()
    {
        using var pool = new KeyValuePagePool<float>(Heads, HeadDim, 4, 4, ValueDim);
        using var cache = new PagedKeyValueCache<float>(pool);
        ArgumentException exception = Refused<ArgumentException>(
            output => CachedKernels.AttendMany(RandomQuery(3), [cache, cache], output, new float[8], 1, KernelIsa.Auto), queries: 3);
        Assert.Equal("query", exception.ParamName);
        exception = Refused<ArgumentException>(
            output => CachedKernels.AttendSegments(RandomQuery(3), [cache, cache], output, new float[12], [0, 3], 1, KernelIsa.Auto), queries: 3);
        Assert.Equal("cache", exception.ParamName);
        Assert.StartsWith("cache has 2 elements, expected 1, one for each sequence of querySegments", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACacheOfTurnedKeys_ForAnotherRotaryEmbedding()
    {
        (float[] cos, float[] sin) = Angles.Tables(10, CachedKernels.RotaryDim / 2);
        using var other = new KeyValueCache<float>(Heads, HeadDim, 10, ValueDim, RotaryStyle.Interleaved, CachedKernels.RotaryDim);
        ArgumentException exception = Refused<ArgumentException>(
            output => CachedKernels.AttendTurned(RandomQuery(1), other, output, cos, sin, KernelIsa.Auto));
        Assert.StartsWith(
            "cache holds keys that are turned with Rotary Interleaved, RotaryDim 12, expected Rotary HalfSplit, RotaryDim 12 or keys as they came.",
            exception.Message,
            StringComparison.Ordinal);
        exception = Refused<ArgumentException>(output => Attend(other, output));
        Assert.Contains("the method has no Rotary", exception.Message, StringComparison.Ordinal);
        Assert.Equal("cache", exception.ParamName);
    }

    [Fact]
    public void RotaryTablesThatAreTooShort()
    {
        (float[] cos, float[] sin) = Angles.Tables(3, CachedKernels.RotaryDim / 2);
        using var turned = new KeyValueCache<float>(Heads, HeadDim, 10, ValueDim, RotaryStyle.HalfSplit, CachedKernels.RotaryDim);
        turned.Append(new float[3 * Heads * HeadDim], new float[3 * Heads * ValueDim], cos, sin);
        var exception = Assert.Throws<ArgumentException>(() => turned.Append(new float[Heads * HeadDim], new float[Heads * ValueDim], cos, sin));
        Assert.Equal("cos", exception.ParamName);
        Assert.Contains("3 positions of 6 = rotaryDim / 2, expected at least 4 positions", exception.Message, StringComparison.Ordinal);
        Assert.Equal("sin", Assert.Throws<ArgumentException>(() => turned.Append([], [], cos, sin[1..])).ParamName);
        Assert.Throws<InvalidOperationException>(() => turned.Append([], []));
        Assert.Equal(3, turned.Length);

        using var plain = new KeyValueCache<float>(Heads, HeadDim, 10, ValueDim);
        Assert.Throws<InvalidOperationException>(() => plain.Append([], [], cos, sin));
        plain.Append(new float[4 * Heads * HeadDim], new float[4 * Heads * ValueDim]);
        exception = Refused<ArgumentException>(output => CachedKernels.AttendTurned(RandomQuery(1), plain, output, cos, sin, KernelIsa.Auto));
        Assert.Equal("cos", exception.ParamName);
    }

    [Fact]
    public void TokensThatAreNotWhole_OrTooMany()
    {
        using var cache = new KeyValueCache<float>(Heads, HeadDim, 3, ValueDim);
        cache.Append(new float[2 * Heads * HeadDim], new float[2 * Heads * ValueDim]);
        var exception = Assert.Throws<ArgumentException>(() => cache.Append(new float[47], new float[40]));
        Assert.Equal("key", exception.ParamName);
        Assert.StartsWith("key has 47 elements, expected a multiple of 48 = keyValueHeads 2 × headDim 24", exception.Message, StringComparison.Ordinal);
        exception = Assert.Throws<ArgumentException>(() => cache.Append(new float[48], new float[80]));
        Assert.Equal("value", exception.ParamName);
        Assert.StartsWith("value has 80 elements, expected 40 = tokens 1 (as key has) × keyValueHeads 2 × valueDim 20", exception.Message, StringComparison.Ordinal);
        var full = Assert.Throws<InvalidOperationException>(() => cache.Append(new float[96], new float[80]));
        Assert.Equal("The cache has room for 3 tokens and holds 2: 2 more do not fit. Nothing was added.", full.Message);
        Assert.Equal(2, cache.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(-1));
    }

    [Fact]
    public void ArgumentsOfConstructors()
    {
        Check("keyValueHeads", () => new KeyValueCache<float>(0, 8, 10));
        Check("headDim", () => new KeyValueCache<float>(1, 1025, 10));
        Check("capacity", () => new KeyValueCache<float>(1, 8, 0));
        Check("valueDim", () => new KeyValueCache<float>(1, 8, 10, -1));
        Check("rotary", () => new KeyValueCache<float>(1, 8, 10, rotary: (RotaryStyle)9));
        Check("rotaryDim", () => new KeyValueCache<float>(1, 8, 10, rotary: RotaryStyle.HalfSplit, rotaryDim: 10));
        Check("rotaryDim", () => new KeyValueCache<float>(1, 8, 10, rotary: RotaryStyle.HalfSplit, rotaryDim: 3));
        Check("rotaryDim", () => new KeyValueCache<float>(1, 8, 10, rotaryDim: 4));
        Check("window", () => new RingKeyValueCache<float>(1, 8, 0));
        Check("window", () => new RingKeyValueCache<float>(1, 8, int.MaxValue));
        Check("mostQueries", () => new RingKeyValueCache<float>(1, 8, 10, mostQueries: 0));
        Check("pageTokens", () => new KeyValuePagePool<float>(1, 8, 0, 10));
        Check("pages", () => new KeyValuePagePool<float>(1, 8, 16, 0));
        Assert.Equal("pool", Assert.Throws<ArgumentNullException>(() => new PagedKeyValueCache<float>(null!)).ParamName);

        static void Check(string parameter, Func<object> create) => Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(create).ParamName);
    }

    private static float[] RandomQuery(int queries) => RandomNumbers.Queries(TestSettings.RandomFor(nameof(ArgumentTests)), queries);

    private static void Attend(KeyValueCache<float> cache, float[] output) =>
        CachedKernels.Attend(RandomQuery(1), cache, output, new float[CachedKernels.Heads], 1, KernelIsa.Auto);

    /// <summary>The call throws and has not touched its output.</summary>
    private static T Refused<T>(Action<float[]> call, int queries = 1)
        where T : Exception
    {
        float[] output = RandomNumbers.Output(queries);
        Array.Fill(output, 123);
        var exception = Assert.Throws<T>(() => call(output));
        Assert.All(output, element => Assert.Equal(123, element));
        return exception;
    }
}
