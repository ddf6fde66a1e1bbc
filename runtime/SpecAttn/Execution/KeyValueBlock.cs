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

    /// <summary>
    /// A copy of some keys and values of a head, in the nearest caches and as the kernel reads them. Even for a single block of queries
    /// it pays: between the keys of one head lie those of all others, often a power of two apart, so that a few cache sets and many
    /// pages would have to hold them all, and the copy asks for keys before they are needed.
    /// </summary>
    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">Key/value head.</param>
    /// <param name="first">First key.</param>
    /// <param name="count">Number of keys, at most a block.</param>
    /// <param name="scratch">Takes the copies.</param>
    public static KeyValueBlock Load<TKernel>(
        ref readonly AttentionProblem problem, int batch, int keyValueHead, int first, int count, TileScratch scratch)
        where TKernel : struct, IAttentionKernel
    {
        int keyStride = PackedStride(TKernel.HeadDim);
        int valueStride = PackedStride(TKernel.ValueDim);
        problem.LoadKeys(batch, first, count, keyValueHead, scratch.PackedKeys, keyStride, TKernel.HeadDim);
        problem.LoadValues(batch, first, count, keyValueHead, scratch.PackedValues, valueStride, TKernel.ValueDim);
        return new KeyValueBlock(scratch.PackedKeys, keyStride, scratch.PackedValues, valueStride, first, count);
    }

    /// <summary>An odd number of cache lines: consecutive keys fall into all cache sets in turn.</summary>
    public static int PackedStride(int dim)
    {
        const int Line = 16;
        int lines = (dim + Line - 1) / Line;
        return (lines | 1) * Line;
    }
}
