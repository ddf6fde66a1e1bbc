using System.Numerics;
using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Turns numbers of 16 bits into fp32, exactly: subnormals, infinities and NaN included. .NET offers no
/// conversion instructions for these types; integer arithmetic does it. Integers of 8 bits are multiplied with the scale of their row.
/// </summary>
internal static unsafe partial class StoredNumbers
{
    /// <summary>Loads <paramref name="rows"/> rows of <paramref name="count"/> elements of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadRows(ElementType type, ushort* source, nint sourceStride, float* target, nint targetStride, int rows, int count)
    {
        for (; rows > 0; rows--)
        {
            if (type == ElementType.Half)
                LoadHalf(source, target, count);
            else
                LoadBFloat16(source, target, count);
            source += sourceStride;
            target += targetStride;
        }
    }

    /// <summary>Loads <paramref name="rows"/> rows of <paramref name="count"/> integers, one behind the other, each with its scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadScaledRows(sbyte* source, float* scales, float* target, nint targetStride, int rows, int count)
    {
        for (; rows > 0; rows--)
        {
            LoadScaled(source, *scales++, target, count);
            source += count;
            target += targetStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadScaled(sbyte* source, float scale, float* target, int count)
    {
        if (count < Vector<sbyte>.Count)
        {
            for (int i = 0; i < count; i++)
                target[i] = source[i] * scale;
            return;
        }

        for (int i = 0; i < count; i += Vector<sbyte>.Count)
        {
            int at = Math.Min(i, count - Vector<sbyte>.Count);
            Vector.Widen(Vector.Load(source + at), out Vector<short> lower, out Vector<short> upper);
            Vector.Widen(lower, out Vector<int> first, out Vector<int> second);
            Vector.Widen(upper, out Vector<int> third, out Vector<int> fourth);
            Vector.Store(Vector.ConvertToSingle(first) * scale, target + at);
            Vector.Store(Vector.ConvertToSingle(second) * scale, target + at + Vector<float>.Count);
            Vector.Store(Vector.ConvertToSingle(third) * scale, target + at + (2 * Vector<float>.Count));
            Vector.Store(Vector.ConvertToSingle(fourth) * scale, target + at + (3 * Vector<float>.Count));
        }
    }

    /// <summary>A brain float is the upper half of a float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadBFloat16(ushort* source, float* target, int count)
    {
        if (count < Vector<ushort>.Count)
        {
            for (int i = 0; i < count; i++)
                target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
            return;
        }

        for (int i = 0; i < count; i += Vector<ushort>.Count)
        {
            int at = Math.Min(i, count - Vector<ushort>.Count); // The last vector overlaps the one before it.
            Vector.Widen(Vector.Load(source + at), out Vector<uint> lower, out Vector<uint> upper);
            Vector.Store(Vector.AsVectorSingle(lower << 16), target + at);
            Vector.Store(Vector.AsVectorSingle(upper << 16), target + at + Vector<float>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadHalf(ushort* source, float* target, int count)
    {
        if (count < Vector<ushort>.Count)
        {
            for (int i = 0; i < count; i++)
                target[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
            return;
        }

        for (int i = 0; i < count; i += Vector<ushort>.Count)
        {
            int at = Math.Min(i, count - Vector<ushort>.Count);
            Vector.Widen(Vector.Load(source + at), out Vector<uint> lower, out Vector<uint> upper);
            Vector.Store(FromHalf(lower), target + at);
            Vector.Store(FromHalf(upper), target + at + Vector<float>.Count);
        }
    }

    /// <summary>
    /// Moved by 13 bits, exponent and fraction of a Half are where a float has them, the exponent less by 112, the difference of the
    /// biases. Infinity and NaN have the largest exponent of either type, so theirs moves by 224 − 112 more. A subnormal Half f·2⁻²⁴ is
    /// (2⁻¹⁴ + f·2⁻²⁴) − 2⁻¹⁴: its fraction beside the exponent of 2⁻¹⁴, and an exact difference.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> FromHalf(Vector<uint> half)
    {
        const int Bias = 112 << 23;
        const int LeastNormal = 1 << 23;
        const int Infinity = 31 << 23;
        Vector<uint> sign = (half & new Vector<uint>(0x8000)) << 16;
        Vector<int> magnitude = Vector.AsVectorInt32((half & new Vector<uint>(0x7FFF)) << 13);
        Vector<int> isSpecial = Vector.GreaterThan(magnitude, new Vector<int>(Infinity - 1));
        Vector<int> isSubnormal = Vector.LessThan(magnitude, new Vector<int>(LeastNormal));

        Vector<int> normal = magnitude + new Vector<int>(Bias) + (isSpecial & new Vector<int>(Bias));
        var offset = new Vector<int>(Bias + LeastNormal);
        Vector<float> subnormal = Vector.AsVectorSingle(magnitude + offset) - Vector.AsVectorSingle(offset);
        Vector<int> result = Vector.ConditionalSelect(isSubnormal, Vector.AsVectorInt32(subnormal), normal);
        return Vector.AsVectorSingle(Vector.AsVectorUInt32(result) | sign);
    }
}
