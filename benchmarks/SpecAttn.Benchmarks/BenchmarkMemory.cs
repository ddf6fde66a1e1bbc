using System.Runtime.InteropServices;

namespace SpecAttn.Benchmarks;

/// <summary>Memory for inputs and outputs.</summary>
internal static class BenchmarkMemory
{
    /// <summary>Independent numbers with mean 0 and variance 1, so that the scores have variance 1 as well.</summary>
    public static Memory<float> Random(int elements, Random random)
    {
        Memory<float> memory = Allocate(elements);
        float largest = MathF.Sqrt(3);
        foreach (ref float element in memory.Span)
            element = largest * ((2 * random.NextSingle()) - 1);
        return memory;
    }

    /// <summary>
    /// Zeros on a cache line of their own, as native libraries and their callers allocate: otherwise chance decides how many vectors straddle two
    /// lines. Written to, so that the system gives the memory now and not in the first call.
    /// </summary>
    public static Memory<float> Allocate(int elements)
    {
        const int line = 64;
        float[] array = GC.AllocateArray<float>(elements + (line / sizeof(float)), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        int skipped = (int)(-address & (line - 1)) / sizeof(float);
        Memory<float> memory = array.AsMemory(skipped, elements);
        memory.Span.Clear();
        return memory;
    }
}
