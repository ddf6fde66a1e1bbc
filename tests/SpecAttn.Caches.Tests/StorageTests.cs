using System.Runtime.InteropServices;
using SpecAttn.Caches.Tests.Support;
using SpecAttn.Execution;
using SpecAttn.Kernels;

namespace SpecAttn.Caches.Tests;

/// <summary>What caches make of numbers.</summary>
public sealed unsafe class StorageTests
{
    /// <summary>Lengths below, at and beyond vectors of any width.</summary>
    public static TheoryData<int> Lengths => [1, 3, 7, 8, 15, 16, 24, 31, 32, 33, 63, 64, 100, 128];

    [Fact]
    public void EveryHalf_AndItsNeighboursAmongTheFloats_AreStoredAsDotNetConvertsThem() =>
        CheckAgainst(ElementType.Half, bits => (float)BitConverter.UInt16BitsToHalf(bits), number => BitConverter.HalfToUInt16Bits((Half)number));

    [Fact]
    public void EveryBFloat16_AndItsNeighboursAmongTheFloats_AreStoredAsTheTypeConvertsThem() =>
        CheckAgainst(ElementType.BFloat16, bits => (float)BFloat16.FromBits(bits), number => ((BFloat16)number).ToBits());

    [Fact]
    public void RandomFloats_AreStoredAsTheScalarConversions()
    {
        Random random = TestSettings.RandomFor(nameof(StorageTests));
        var numbers = new float[1 << 20];
        random.NextBytes(MemoryMarshal.AsBytes(numbers.AsSpan()));
        Check(ElementType.Half, numbers, number => BitConverter.HalfToUInt16Bits((Half)number));
        Check(ElementType.BFloat16, numbers, number => ((BFloat16)number).ToBits());
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void AnyLength_IsStoredWhole_AndNothingBehindIt(int length)
    {
        Random random = TestSettings.RandomFor(nameof(StorageTests), $"{length}");
        float[] numbers = RandomNumbers.Of(random, length);
        foreach (Storage storage in Enum.GetValues<Storage>())
        {
            ElementType element = Enum.Parse<ElementType>(storage.ToString());
            var bytes = new byte[(length * element.Size()) + 64];
            bytes.AsSpan().Fill(0xA5);
            float scale = 0;
            fixed (float* source = numbers)
            fixed (byte* target = bytes)
                StoredNumbers.StoreRow(element, source, target, length, &scale);
            Assert.False(bytes.AsSpan(length * element.Size()).ContainsAnyExcept((byte)0xA5), $"{storage} writes behind {length} elements");

            float[] loaded = AnyCache.Stored(storage, numbers);
            double step = storage switch
            {
                Storage.Single => 0,
                Storage.Half => 2 / 2048.0,
                Storage.BFloat16 => 2 / 256.0,
                _ => (numbers.Max(Math.Abs) / 254.0) + 1e-6,
            };
            for (int i = 0; i < length; i++)
                Assert.InRange(Math.Abs((double)numbers[i] - loaded[i]), 0, step);
        }
    }

    /// <summary>The documented bound: half a step, largest / 254; with the rounding of fp32, and of numbers below the normal ones.</summary>
    [Fact]
    public void Int8_IsWithinItsBound_AtEveryMagnitude()
    {
        Random random = TestSettings.RandomFor(nameof(StorageTests), "int8");
        for (int exponent = -149; exponent <= 126; exponent++)
        {
            float[] numbers = [.. RandomNumbers.Of(random, 67).Select(number => (float)Math.ScaleB(number, exponent))];
            double largest = numbers.Max(number => Math.Abs((double)number));
            double bound = (largest / 254 * (1 + 1e-4)) + Math.ScaleB(1, -142);
            float[] loaded = AnyCache.Stored(Storage.SByte, numbers);
            for (int i = 0; i < numbers.Length; i++)
                Assert.True(Math.Abs((double)numbers[i] - loaded[i]) <= bound, $"2^{exponent}: {numbers[i]:R} is {loaded[i]:R}, the largest {largest:R}");
        }
    }

    [Fact]
    public void Int8_KeepsTheLargest_AndZero()
    {
        float[] loaded = AnyCache.Stored(Storage.SByte, [0, -3.3f, 1.1f, 3.3f]);
        Assert.Equal(0, loaded[0]);
        Assert.Equal(-loaded[3], loaded[1]);
        Assert.Equal(3.3f, loaded[3], 1e-6f);
        Assert.Equal([0f, 0f, 0f], AnyCache.Stored(Storage.SByte, [0, -0f, 0]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Int8_OfARowWithWhatIsNotFinite_IsNaN(float number)
    {
        foreach (int length in (int[])[3, 40])
        {
            float[] numbers = RandomNumbers.Of(TestSettings.RandomFor("nan"), length);
            numbers[1] = number;
            Assert.All(AnyCache.Stored(Storage.SByte, numbers), loaded => Assert.True(float.IsNaN(loaded)));
        }
    }

    [Theory]
    [InlineData(Storage.Single, 2 * (24 + 20) * 4)]
    [InlineData(Storage.Half, 2 * (24 + 20) * 2)]
    [InlineData(Storage.BFloat16, 2 * (24 + 20) * 2)]
    [InlineData(Storage.SByte, (2 * (24 + 20)) + (2 * 2 * 4))]
    public void BytesPerToken_AreAsDocumented(Storage storage, long expected)
    {
        using KeyValueCache cache = AnyCache.Create(CacheKind.Contiguous, storage, 1000, 1, out _);
        Assert.Equal(expected, cache.BytesPerToken);

        // No more than the padding of four planes is on top of it.
        Assert.InRange((long)cache.Format.LayOut(1000).Bytes, 1000 * expected, (1000 * expected) + (4 * 128));
    }

    [Fact]
    public void OtherTypes_AreRefusedInWords()
    {
        var exception = Assert.Throws<NotSupportedException>(() => new KeyValueCache<double>(1, 8, 10));
        Assert.Contains("cannot hold Double: use float, Half, BFloat16 or sbyte", exception.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => new KeyValuePagePool<byte>(1, 8, 10, 10));
        Assert.Throws<NotSupportedException>(() => new RingKeyValueCache<short>(1, 8, 10));
    }

    private static void CheckAgainst(ElementType element, Func<ushort, float> load, Func<float, ushort> store)
    {
        var numbers = new List<float>();
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            // The number, those next to it, and those about halfway to the next number of the type.
            float number = load((ushort)bits);
            float next = load((ushort)Math.Min(bits + 1, ushort.MaxValue));
            var half = (float)(((double)number + next) / 2);
            numbers.AddRange([number, float.BitIncrement(number), float.BitDecrement(number), half, float.BitIncrement(half), float.BitDecrement(half)]);
        }
        Check(element, [.. numbers], store);
    }

    private static void Check(ElementType element, float[] numbers, Func<float, ushort> store)
    {
        var stored = new ushort[numbers.Length];
        fixed (float* source = numbers)
        fixed (ushort* target = stored)
            StoredNumbers.StoreRow(element, source, (byte*)target, numbers.Length, null);
        for (int i = 0; i < numbers.Length; i++)
        {
            ushort expected = store(numbers[i]);
            bool isNaN = float.IsNaN(numbers[i]);
            bool isSame = isNaN
                ? element == ElementType.Half ? Half.IsNaN(BitConverter.UInt16BitsToHalf(stored[i])) : BFloat16.IsNaN(BFloat16.FromBits(stored[i]))
                : stored[i] == expected;
            Assert.True(isSame, $"{numbers[i]:R} is stored as {stored[i]:X4}, not {expected:X4}");
        }
    }
}
