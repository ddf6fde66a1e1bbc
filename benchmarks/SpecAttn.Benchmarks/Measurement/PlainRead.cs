using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>
/// Reads every byte of a span once and does nothing else with them: the least time that anything which must look at all of them can take.
/// Decoding is measured against it.
/// </summary>
internal static class PlainRead
{
    /// <summary>Reads all of <paramref name="data"/>. The result depends on every element, so that no read can be left out.</summary>
    /// <remarks>
    /// A quarter at a time would do within the caches; from memory, four streams side by side are up to twice as fast as one, because each has
    /// its own page to translate and its own prefetcher. 256-bit loads, where there are any, saturate all that lies beyond the nearest cache.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static uint Read(ReadOnlySpan<float> data)
    {
        nuint lanes = (nuint)Vector<uint>.Count;
        nuint step = 2 * lanes;
        nuint quarter = (nuint)data.Length / 4 / step * step;
        ref uint a = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(data));
        ref uint b = ref Unsafe.Add(ref a, quarter);
        ref uint c = ref Unsafe.Add(ref b, quarter);
        ref uint d = ref Unsafe.Add(ref c, quarter);
        Vector<uint> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (nuint i = 0; i < quarter; i += step)
        {
            a0 |= Vector.LoadUnsafe(ref a, i);
            a1 |= Vector.LoadUnsafe(ref a, i + lanes);
            b0 |= Vector.LoadUnsafe(ref b, i);
            b1 |= Vector.LoadUnsafe(ref b, i + lanes);
            c0 |= Vector.LoadUnsafe(ref c, i);
            c1 |= Vector.LoadUnsafe(ref c, i + lanes);
            d0 |= Vector.LoadUnsafe(ref d, i);
            d1 |= Vector.LoadUnsafe(ref d, i + lanes);
        }
        uint rest = 0;
        for (nuint i = 4 * quarter; i < (nuint)data.Length; i++)
            rest |= Unsafe.Add(ref a, i);
        return rest | Vector.Sum(a0 | a1 | b0 | b1 | c0 | c1 | d0 | d1);
    }
}
