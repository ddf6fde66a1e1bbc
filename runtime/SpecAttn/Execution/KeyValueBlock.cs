using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Some consecutive keys and values of one head. Strides are in elements.</summary>
internal readonly unsafe struct KeyValueBlock(float* keys, nint keyStride, float* values, nint valueStride, int first, int count)
{
    public float* Keys => keys;

    public nint KeyStride => keyStride;

    public float* Values => values;

    public nint ValueStride => valueStride;

    /// <summary>Index of the first key in its sequence.</summary>
    public int First => first;

    public int Count => count;

    /// <summary>Keys and values where the caller keeps them.</summary>
    public static KeyValueBlock InPlace(ref readonly AttentionProblem problem, int batch, int keyValueHead, int first, int count) => new(
        problem.Key.Head(batch, first, keyValueHead),
        problem.Key.TokenStride,
        problem.Value.Head(batch, first, keyValueHead),
        problem.Value.TokenStride,
        first,
        count);

    /// <summary>
    /// A copy in the nearest caches. Where several blocks of queries read the same keys it pays: between the keys of one head lie
    /// those of all others, often a power of two apart, so that a few cache sets and many pages would have to hold them all.
    /// </summary>
    public KeyValueBlock Packed<TKernel>(TileScratch scratch)
        where TKernel : struct, IAttentionKernel
    {
        int packedKeyStride = PackedStride(TKernel.HeadDim);
        int packedValueStride = PackedStride(TKernel.ValueDim);
        Numbers.CopyRows(Keys, KeyStride, scratch.PackedKeys, packedKeyStride, Count, TKernel.HeadDim);
        Numbers.CopyRows(Values, ValueStride, scratch.PackedValues, packedValueStride, Count, TKernel.ValueDim);
        return new KeyValueBlock(scratch.PackedKeys, packedKeyStride, scratch.PackedValues, packedValueStride, First, Count);
    }

    /// <summary>An odd number of cache lines: consecutive keys fall into all cache sets in turn.</summary>
    public static int PackedStride(int dim)
    {
        const int Line = 16;
        int lines = (dim + Line - 1) / Line;
        return (lines | 1) * Line;
    }
}
