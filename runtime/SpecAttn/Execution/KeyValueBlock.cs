using System.Runtime.CompilerServices;
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
    /// Some keys and values of a head, as the kernel reads them: where they lie, if the kernel prefers that and can, or a copy in the nearest
    /// caches. A kernel whose blocks have few rows reads every key often, and gains by a copy: between the keys of one head lie those of all
    /// others, often a power of two apart, so that a few cache sets and many pages would have to hold them all.
    /// </summary>
    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">Key/value head.</param>
    /// <param name="first">First key.</param>
    /// <param name="count">Number of keys, at most a block.</param>
    /// <param name="scratch">Takes the copies.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static KeyValueBlock Load<TKernel>(
        ref readonly AttentionProblem problem, int batch, int keyValueHead, int first, int count, TileScratch scratch)
        where TKernel : struct, IAttentionKernel
    {
        nint keyStride = problem.Key.TokenStride;
        nint valueStride = problem.Value.TokenStride;
        float* keys = TKernel.ReadsKeysInPlace && !problem.MustLoadKeys ? (float*)problem.Key.RunOfHead(batch, first, count, keyValueHead) : null;
        float* values = TKernel.ReadsKeysInPlace && !problem.MustLoadValues ? (float*)problem.Value.RunOfHead(batch, first, count, keyValueHead) : null;
        if (keys == null)
        {
            keys = scratch.PackedKeys;
            keyStride = PackedStride(TKernel.HeadDim);
            problem.LoadKeys(batch, first, count, keyValueHead, keys, keyStride, TKernel.HeadDim);
        }

        if (values == null)
        {
            values = scratch.PackedValues;
            valueStride = PackedStride(TKernel.ValueDim);
            problem.LoadValues(batch, first, count, keyValueHead, values, valueStride, TKernel.ValueDim);
        }

        return new KeyValueBlock(keys, keyStride, values, valueStride, first, count);
    }

    /// <summary>An odd number of cache lines: consecutive keys fall into all cache sets in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PackedStride(int dim)
    {
        const int Line = 16;
        int lines = (dim + Line - 1) / Line;
        return (lines | 1) * Line;
    }
}
