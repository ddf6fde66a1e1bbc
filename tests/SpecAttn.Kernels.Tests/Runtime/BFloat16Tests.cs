using System.Globalization;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

/// <summary>The storage type by itself.</summary>
public sealed class BFloat16Tests
{
    [Fact]
    public void EveryNumber_SurvivesTheWayToFloatAndBack()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = BFloat16.FromBits((ushort)bits);
            var back = (BFloat16)(float)number;
            Assert.Equal(BFloat16.IsNaN(number), BFloat16.IsNaN(back));
            if (!BFloat16.IsNaN(number))
                Assert.Equal(bits, back.ToBits());
        }
    }

    [Fact]
    public void Conversion_RoundsToTheNearest_AndToTheEvenOneOfTwo()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 200_000; trial++)
        {
            uint bits = (uint)random.NextInt64(1L << 32);
            if (trial % 4 == 0)
                bits = (bits & 0xFFFF_0000) | 0x8000; // exactly between two
            float value = BitConverter.UInt32BitsToSingle(bits);
            if (!float.IsFinite(value))
                continue;

            // The neighbours below and above in magnitude; beyond the largest is where infinity would follow.
            ushort low = (ushort)(bits >> 16);
            double below = Exact(low);
            double above = Exact((ushort)(low + 1));
            double toBelow = Math.Abs(value - below);
            double toAbove = Math.Abs(above - value);
            ushort expected = toBelow < toAbove || (toBelow == toAbove && low % 2 == 0) ? low : (ushort)(low + 1);
            Assert.Equal(expected, ((BFloat16)value).ToBits());
        }

        static double Exact(ushort bits)
        {
            float number = (float)BFloat16.FromBits(bits);
            return float.IsInfinity(number) ? Math.CopySign(Math.Pow(2, 128), number) : number;
        }
    }

    [Theory]
    [InlineData(0x7F800001u)]
    [InlineData(0xFF800001u)]
    [InlineData(0x7FC00000u)]
    [InlineData(0xFFFFFFFFu)]
    public void NaN_StaysNaNWithItsSign(uint bits)
    {
        var number = (BFloat16)BitConverter.UInt32BitsToSingle(bits);
        Assert.True(BFloat16.IsNaN(number));
        Assert.Equal(bits >> 31, (uint)number.ToBits() >> 15);
    }

    [Fact]
    public void Constants_AreWhatTheySay()
    {
        Assert.Equal(Math.Pow(2, -133), (float)BFloat16.Epsilon);
        Assert.Equal((2 - Math.Pow(2, -7)) * Math.Pow(2, 127), (float)BFloat16.MaxValue);
        Assert.Equal(-(float)BFloat16.MaxValue, (float)BFloat16.MinValue);
        Assert.True(BFloat16.IsNaN(BFloat16.NaN));
        Assert.Equal(float.PositiveInfinity, (float)BFloat16.PositiveInfinity);
        Assert.Equal(float.NegativeInfinity, (float)BFloat16.NegativeInfinity);
        Assert.True(BFloat16.IsInfinity(BFloat16.NegativeInfinity) && !BFloat16.IsFinite(BFloat16.NaN) && BFloat16.IsFinite(BFloat16.MaxValue));
        Assert.Equal(BFloat16.PositiveInfinity, (BFloat16)float.MaxValue);
    }

    [Fact]
    public void Comparisons_AreThoseOfFloat()
    {
        BFloat16[] numbers = [(BFloat16)0f, (BFloat16)(-0f), (BFloat16)1f, (BFloat16)(-2f), BFloat16.NaN, BFloat16.PositiveInfinity];
        foreach (BFloat16 left in numbers)
        foreach (BFloat16 right in numbers)
        {
            (float l, float r) = ((float)left, (float)right);
            Assert.Equal(l == r, left == right);
            Assert.Equal(l != r, left != right);
            Assert.Equal(l < r, left < right);
            Assert.Equal(l > r, left > right);
            Assert.Equal(l <= r, left <= right);
            Assert.Equal(l >= r, left >= right);
            Assert.Equal(l.Equals(r), left.Equals(right));
            Assert.Equal(l.Equals(r), left.Equals((object)right));
            Assert.Equal(l.CompareTo(r), left.CompareTo(right));
            Assert.Equal(l.CompareTo(r), left.CompareTo((object)right));
            Assert.True(!left.Equals(right) || left.GetHashCode() == right.GetHashCode());
        }

        Assert.Equal(1, numbers[0].CompareTo(null));
        Assert.Throws<ArgumentException>(() => numbers[0].CompareTo(0f));
    }

    [Theory]
    [InlineData(0.1f, "0.1")]
    [InlineData(100f, "100")]
    [InlineData(1f / 3, "0.334")]
    [InlineData(-2.5f, "-2.5")]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Text_IsTheShortestThatTellsTheNumberFromOthers(float value, string expected)
    {
        Assert.Equal(expected, ((BFloat16)value).ToString(null, CultureInfo.InvariantCulture));
        Assert.Equal(expected, string.Create(CultureInfo.InvariantCulture, $"{(BFloat16)value}"));
    }

    [Fact]
    public void Text_OfEveryNumber_ReadsBackAsIt()
    {
        for (int bits = 0; bits < 0x7F80; bits++)
        {
            string text = BFloat16.FromBits((ushort)bits).ToString("R", CultureInfo.InvariantCulture);
            Assert.Equal(bits, ((BFloat16)float.Parse(text, CultureInfo.InvariantCulture)).ToBits());
        }
    }

    [Fact]
    public void Text_TakesFormats()
    {
        Assert.Equal("1.50", ((BFloat16)1.5f).ToString("F2", CultureInfo.InvariantCulture));
        Span<char> small = stackalloc char[2];
        Assert.False(((BFloat16)1.5f).TryFormat(small, out _, default, CultureInfo.InvariantCulture));
    }
}
