using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Small loops over numbers, compiled at once with full optimisation: they matter from the first call on.</summary>
internal static unsafe class Numbers
{
    /// <summary>How far ahead of what is copied rows are asked for: about the time that a cache line takes from the last cache.</summary>
    public const int PrefetchRows = 8;

    /// <summary>target[i] = source[i] · factor. Inlined, where a number of elements that the JIT knows leaves little of the loops.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(float* source, float factor, float* target, int count)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
                (Vector512.Load(source + i) * factor).Store(target + i);
        }
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(Vector.Load(source + i) * factor, target + i);
        for (; i < count; i++)
            target[i] = source[i] * factor;
    }

    /// <summary>target[i] = 0, as <see cref="Fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(float* target, int count) => Fill(target, 0, count);

    /// <summary>target[i] = value, in vectors as wide as those that kernels read: a load waits for narrower stores until they are in the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(float* target, float value, int count)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
                Vector512.Create(value).Store(target + i);
        }
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(new Vector<float>(value), target + i);
        for (; i < count; i++)
            target[i] = value;
    }

    /// <summary>target[i] = left[i] · right[i]; as wide as <see cref="Fill"/>, since kernels read what comes out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* left, float* right, float* target, int count)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
                (Vector512.Load(left + i) * Vector512.Load(right + i)).Store(target + i);
        }
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(Vector.Load(left + i) * Vector.Load(right + i), target + i);
        for (; i < count; i++)
            target[i] = left[i] * right[i];
    }

    /// <summary>target[i] += source[i] · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float* source, float factor, float* target, int count)
    {
        int i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Store(Vector.Load(target + i) + (Vector.Load(source + i) * factor), target + i);
        for (; i < count; i++)
            target[i] += source[i] * factor;
    }

    /// <summary>
    /// Asks for elements that will soon be read or written: rows lie too far apart for the processor to foresee the next one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* elements, int count)
    {
        for (int i = 0; i < count; i += CacheLine.Elements)
            CacheLine.Prefetch(ref elements[i]);
    }

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows(float* source, nint sourceStride, float* target, nint targetStride, int rows, int count)
    {
        for (; rows > 0; rows--)
        {
            Prefetch(source + (PrefetchRows * sourceStride), count);
            int i = 0;
            for (; i <= count - (4 * Vector<float>.Count); i += 4 * Vector<float>.Count)
            {
                Vector<float> v0 = Vector.Load(source + i);
                Vector<float> v1 = Vector.Load(source + i + Vector<float>.Count);
                Vector<float> v2 = Vector.Load(source + i + (2 * Vector<float>.Count));
                Vector<float> v3 = Vector.Load(source + i + (3 * Vector<float>.Count));
                Vector.Store(v0, target + i);
                Vector.Store(v1, target + i + Vector<float>.Count);
                Vector.Store(v2, target + i + (2 * Vector<float>.Count));
                Vector.Store(v3, target + i + (3 * Vector<float>.Count));
            }

            for (; i < count; i++)
                target[i] = source[i];
            source += sourceStride;
            target += targetStride;
        }
    }

    /// <summary>target[i] = source[i] is not 0 ? −1 : 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ExpandMask(byte* source, int* target, int count)
    {
        int i = 0;
        for (; i <= count - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Load(source + i));
            (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen(low);
            (Vector128<uint> third, Vector128<uint> fourth) = Vector128.Widen(high);
            (~Vector128.Equals(first, Vector128<uint>.Zero)).AsInt32().Store(target + i);
            (~Vector128.Equals(second, Vector128<uint>.Zero)).AsInt32().Store(target + i + 4);
            (~Vector128.Equals(third, Vector128<uint>.Zero)).AsInt32().Store(target + i + 8);
            (~Vector128.Equals(fourth, Vector128<uint>.Zero)).AsInt32().Store(target + i + 12);
        }
        for (; i < count; i++)
            target[i] = source[i] != 0 ? -1 : 0;
    }

    public static bool AreFinite(ReadOnlySpan<float> numbers) => AreWithin(numbers, float.MaxValue);

    /// <summary>Infinity is within infinity, NaN within nothing.</summary>
    public static bool ContainsNaN(ReadOnlySpan<float> numbers) => !AreWithin(numbers, float.PositiveInfinity);

    /// <summary>Whether no magnitude is above a limit, or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreWithin(ReadOnlySpan<float> numbers, float limit)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(numbers);
        Vector<int> areWithin = Vector<int>.AllBitsSet;
        foreach (Vector<float> vector in vectors)
            areWithin &= Vector.LessThanOrEqual(Vector.Abs(vector), new Vector<float>(limit));
        if (areWithin != Vector<int>.AllBitsSet)
            return false;

        foreach (float number in numbers[(vectors.Length * Vector<float>.Count)..])
        {
            if (!(Math.Abs(number) <= limit))
                return false;
        }

        return true;
    }
}
