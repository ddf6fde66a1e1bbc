using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

// The other direction: fp32 to what caches hold. Every loop ends with a vector that overlaps the one before it.
internal static unsafe partial class StoredNumbers
{
    /// <summary>Largest magnitude of an integer of 8 bits; −128 is not used.</summary>
    private const float LargestSByte = 127;

    // Added and subtracted again, 1.5·2²³ rounds a float of at most 2²² to an integer, halves to the even one, and leaves it in the lowest bits.
    private const float Rounder = 12582912;

    /// <summary>Stores one row.</summary>
    /// <param name="type">How.</param>
    /// <param name="source">[count].</param>
    /// <param name="target">[count].</param>
    /// <param name="count">Elements, at least 1.</param>
    /// <param name="scale">Set to the row's scale, where the type has one.</param>
    /// <returns>False if a <see cref="Half"/> became infinite or NaN. Of other types it does not matter.</returns>
    public static bool StoreRow(ElementType type, float* source, byte* target, int count, float* scale)
    {
        switch (type)
        {
            case ElementType.Half:
                return StoreHalf(source, (ushort*)target, count);
            case ElementType.BFloat16:
                StoreBFloat16(source, (ushort*)target, count);
                break;
            case ElementType.SByte:
                *scale = StoreSBytes(source, (sbyte*)target, count);
                break;
            default:
                new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
                break;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreBFloat16(float* source, ushort* target, int count)
    {
        if (count < Vector<ushort>.Count)
        {
            for (int i = 0; i < count; i++)
                target[i] = ((BFloat16)source[i]).ToBits();
            return;
        }

        for (int i = 0; i < count; i += Vector<ushort>.Count)
        {
            int at = Math.Min(i, count - Vector<ushort>.Count);
            Vector<uint> lower = ToBFloat16(Vector.Load(source + at));
            Vector<uint> upper = ToBFloat16(Vector.Load(source + at + Vector<float>.Count));
            Vector.Store(Vector.Narrow(lower, upper), target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool StoreHalf(float* source, ushort* target, int count)
    {
        const ushort Magnitude = 0x7FFF;
        const ushort Infinity = 0x7C00;
        if (count < Vector<ushort>.Count)
        {
            int most = 0;
            for (int i = 0; i < count; i++)
            {
                target[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
                most = Math.Max(most, target[i] & Magnitude);
            }

            return most < Infinity;
        }

        Vector<ushort> largest = Vector<ushort>.Zero;
        for (int i = 0; i < count; i += Vector<ushort>.Count)
        {
            int at = Math.Min(i, count - Vector<ushort>.Count);
            Vector<uint> lower = ToHalf(Vector.Load(source + at));
            Vector<uint> upper = ToHalf(Vector.Load(source + at + Vector<float>.Count));
            Vector<ushort> halves = Vector.Narrow(lower, upper);
            Vector.Store(halves, target + at);
            largest = Vector.Max(largest, halves & new Vector<ushort>(Magnitude));
        }

        return Vector.LessThanAll(largest, new Vector<ushort>(Infinity));
    }

    /// <summary>As the conversion of <see cref="BFloat16"/>: half of the last bit, less one unless the result would be odd, rounds to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> ToBFloat16(Vector<float> value)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> odd = (bits >> 16) & Vector<uint>.One;
        Vector<uint> rounded = (bits + new Vector<uint>(0x7FFF) + odd) >> 16;
        Vector<uint> notANumber = (bits >> 16) | new Vector<uint>(0x40);
        Vector<uint> isNumber = Vector.AsVectorUInt32(Vector.Equals(value, value));
        return Vector.ConditionalSelect(isNumber, rounded, notANumber);
    }

    /// <summary>
    /// Three ranges. From 2⁻¹⁴ on, the exponent is moved by the difference of the biases and the fraction rounded by an addition, which may
    /// carry into the exponent and on to infinity. Below, the sum with 1/2 has its last bit at 2⁻²⁴, that of a subnormal Half: the
    /// addition itself rounds. What is 2¹⁶ or more is infinity, or NaN with the upper bits of its fraction.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> ToHalf(Vector<float> value)
    {
        const int LeastNormal = 113 << 23;
        const int TooLarge = 143 << 23;
        const int Infinity = 255 << 23;
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> sign = (bits >> 16) & new Vector<uint>(0x8000);
        Vector<uint> magnitude = bits & new Vector<uint>(0x7FFF_FFFF);
        Vector<int> order = Vector.AsVectorInt32(magnitude); // Without the sign, floats are in the order of their bits.

        Vector<uint> odd = (magnitude >> 13) & Vector<uint>.One;
        Vector<uint> normal = (magnitude - new Vector<uint>(112 << 23) + new Vector<uint>(0xFFF) + odd) >> 13;
        var half = new Vector<float>(0.5f);
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + half) - Vector.AsVectorUInt32(half);
        Vector<uint> notANumber = new Vector<uint>(0x7E00) | ((magnitude >> 13) & new Vector<uint>(0x3FF));

        Vector<uint> isNaN = Vector.AsVectorUInt32(Vector.GreaterThan(order, new Vector<int>(Infinity)));
        Vector<uint> isTooLarge = Vector.AsVectorUInt32(Vector.GreaterThan(order, new Vector<int>(TooLarge - 1)));
        Vector<uint> isSubnormal = Vector.AsVectorUInt32(Vector.LessThan(order, new Vector<int>(LeastNormal)));
        Vector<uint> special = Vector.ConditionalSelect(isNaN, notANumber, new Vector<uint>(0x7C00));
        Vector<uint> finite = Vector.ConditionalSelect(isSubnormal, subnormal, normal);
        return Vector.ConditionalSelect(isTooLarge, special, finite) | sign;
    }

    /// <summary>
    /// Integers with one scale, the largest magnitude / 127. The scale of a row with an infinity or a NaN is NaN, and so is all that is
    /// loaded of it: such a row has no scale that would leave anything of the others.
    /// </summary>
    /// <returns>The scale.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float StoreSBytes(float* source, sbyte* target, int count)
    {
        // Magnitudes as integers: NaN and infinity are the largest of them.
        int largest = LargestMagnitude(source, count);
        float magnitude = BitConverter.Int32BitsToSingle(largest);
        if (!float.IsFinite(magnitude) || magnitude == 0)
        {
            new Span<sbyte>(target, count).Clear();
            return magnitude == 0 ? 0 : float.NaN;
        }

        // Below 2⁻¹⁰⁰ the factor, or the scale, could leave the range of normal numbers; there every element is divided, and kept in range.
        float scale = magnitude / LargestSByte;
        if (magnitude < 7.9e-31f)
            StoreTiny(source, target, count, scale);
        else
            StoreScaled(source, target, count, LargestSByte / magnitude);
        return scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LargestMagnitude(float* source, int count)
    {
        const int Magnitude = 0x7FFF_FFFF;
        int largest = 0;
        int i = 0;
        if (count >= Vector<int>.Count)
        {
            Vector<int> maximum = Vector<int>.Zero;
            for (; i < count; i += Vector<int>.Count)
            {
                int at = Math.Min(i, count - Vector<int>.Count);
                maximum = Vector.Max(maximum, Vector.Load((int*)source + at) & new Vector<int>(Magnitude));
            }
            for (int lane = 0; lane < Vector<int>.Count; lane++)
                largest = Math.Max(largest, maximum[lane]);
            return largest;
        }

        for (; i < count; i++)
            largest = Math.Max(largest, ((int*)source)[i] & Magnitude);
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreScaled(float* source, sbyte* target, int count, float factor)
    {
        if (count < Vector<sbyte>.Count)
        {
            for (int i = 0; i < count; i++)
                target[i] = (sbyte)BitConverter.SingleToInt32Bits((source[i] * factor) + Rounder);
            return;
        }

        for (int i = 0; i < count; i += Vector<sbyte>.Count)
        {
            int at = Math.Min(i, count - Vector<sbyte>.Count);
            Vector<short> lower = Vector.Narrow(Round(source + at, factor), Round(source + at + Vector<int>.Count, factor));
            Vector<short> upper = Vector.Narrow(
                Round(source + at + (2 * Vector<int>.Count), factor), Round(source + at + (3 * Vector<int>.Count), factor));
            Vector.Store(Vector.Narrow(lower, upper), target + at);
        }
    }

    // Not fused: the scalar loop rounds twice as well.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Round(float* source, float factor) =>
        Vector.AsVectorInt32((Vector.Load(source) * factor) + new Vector<float>(Rounder)) - new Vector<int>(0x4B40_0000);

    private static void StoreTiny(float* source, sbyte* target, int count, float scale)
    {
        for (int i = 0; i < count; i++)
            target[i] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(source[i] / scale), -LargestSByte, LargestSByte);
    }
}
