using System.Globalization;

namespace SpecAttn;

/// <summary>
/// A 16-bit brain float: a sign, 8 bits of exponent and 7 of fraction, the upper half of a <see cref="float"/>. A type for storing
/// numbers in half the memory; to compute with them, convert.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>, IComparable<BFloat16>, IComparable, ISpanFormattable
{
    private readonly ushort _bits;

    private BFloat16(ushort bits) => _bits = bits;

    /// <summary>The smallest number above 0, 2⁻¹³³.</summary>
    public static BFloat16 Epsilon => new(0x0001);

    /// <summary>The largest finite number, about 3.39e38.</summary>
    public static BFloat16 MaxValue => new(0x7F7F);

    /// <summary>The least finite number, about −3.39e38.</summary>
    public static BFloat16 MinValue => new(0xFF7F);

    /// <summary>Not a number.</summary>
    public static BFloat16 NaN => new(0xFFC0);

    /// <summary>∞.</summary>
    public static BFloat16 PositiveInfinity => new(0x7F80);

    /// <summary>−∞.</summary>
    public static BFloat16 NegativeInfinity => new(0xFF80);

    /// <summary>The number of these 16 bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>The 16 bits of the number.</summary>
    public ushort ToBits() => _bits;

    /// <summary>The nearest number, the even one of two equally near; a NaN stays one.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return new BFloat16((ushort)((bits >> 16) | 0x40)); // A fraction that is all in the lower half would leave infinity.
        return new BFloat16((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>The same number.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value._bits << 16);

    /// <summary>Whether the number is NaN.</summary>
    public static bool IsNaN(BFloat16 value) => float.IsNaN((float)value);

    /// <summary>Whether the number is ∞ or −∞.</summary>
    public static bool IsInfinity(BFloat16 value) => float.IsInfinity((float)value);

    /// <summary>Whether the number is neither infinite nor NaN.</summary>
    public static bool IsFinite(BFloat16 value) => float.IsFinite((float)value);

    /// <summary>Whether the numbers are equal; NaN equals nothing, and 0 equals −0.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>Whether the numbers differ; NaN differs from everything.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;

    /// <summary>Whether <paramref name="left"/> is less; false with NaN.</summary>
    public static bool operator <(BFloat16 left, BFloat16 right) => (float)left < (float)right;

    /// <summary>Whether <paramref name="left"/> is greater; false with NaN.</summary>
    public static bool operator >(BFloat16 left, BFloat16 right) => (float)left > (float)right;

    /// <summary>Whether <paramref name="left"/> is less or equal; false with NaN.</summary>
    public static bool operator <=(BFloat16 left, BFloat16 right) => (float)left <= (float)right;

    /// <summary>Whether <paramref name="left"/> is greater or equal; false with NaN.</summary>
    public static bool operator >=(BFloat16 left, BFloat16 right) => (float)left >= (float)right;

    /// <summary>As <see cref="op_Equality"/>, but NaN equals NaN.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>Order of the numbers, NaN before all others.</summary>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        BFloat16 other => CompareTo(other),
        _ => throw new ArgumentException($"Must be of type {nameof(BFloat16)}.", nameof(obj)),
    };

    /// <summary>The shortest decimal number that is nearest to this one.</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>The number as text, as <see cref="float.ToString(string?, IFormatProvider?)"/> writes it; without a format the shortest that tells it from others.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider = null) =>
        (IsShortest(format) ? Shortest() : (float)this).ToString(format, formatProvider);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        (IsShortest(format) ? Shortest() : (float)this).TryFormat(destination, out charsWritten, format, provider);

    private static bool IsShortest(ReadOnlySpan<char> format) => format is "" or "G" or "g" or "R" or "r";

    /// <summary>The float that prints as the shortest decimal number which rounds to this one. Four digits always suffice.</summary>
    private float Shortest()
    {
        Span<char> text = stackalloc char[32];
        for (int digits = 1; digits <= 4; digits++)
        {
            Span<char> format = ['E', (char)('0' + digits - 1)];
            if (((float)this).TryFormat(text, out int length, format, CultureInfo.InvariantCulture)
                && float.TryParse(text[..length], CultureInfo.InvariantCulture, out float shorter)
                && ((BFloat16)shorter).Equals(this))
            {
                return shorter;
            }
        }

        return (float)this;
    }
}
