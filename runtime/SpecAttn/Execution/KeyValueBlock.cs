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
    /// Some keys and values of a head, where the caller keeps them or in the nearest caches. A copy is made where the kernel cannot read
    /// them as they are. It also pays where several blocks of queries read the same keys: between the keys of one head lie those of all
    /// others, often a power of two apart, so that a few cache sets and many pages would have to hold them all.
    /// </summary>
    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">Key/value head.</param>
    /// <param name="first">First key.</param>
    /// <param name="count">Number of keys, at most a block.</param>
    /// <param name="isShared">Whether several blocks of queries read them.</param>
    /// <param name="scratch">Takes the copies.</param>
    public static KeyValueBlock Load<TKernel>(
        ref readonly AttentionProblem problem, int batch, int keyValueHead, int first, int count, bool isShared, TileScratch scratch)
        where TKernel : struct, IAttentionKernel
    {
        float* keys;
        nint keyStride;
        if (isShared || problem.MustLoadKeys)
        {
            keys = scratch.PackedKeys;
            keyStride = PackedStride(TKernel.HeadDim);
            problem.LoadKeys(batch, first, count, keyValueHead, keys, keyStride, TKernel.HeadDim);
        }
        else
        {
            keys = problem.Key.FloatHead(batch, first, keyValueHead);
            keyStride = problem.Key.TokenStride;
        }

        float* values;
        nint valueStride;
        if (isShared || problem.MustLoadValues)
        {
            values = scratch.PackedValues;
            valueStride = PackedStride(TKernel.ValueDim);
            problem.LoadValues(batch, first, count, keyValueHead, values, valueStride, TKernel.ValueDim);
        }
        else
        {
            values = problem.Value.FloatHead(batch, first, keyValueHead);
            valueStride = problem.Value.TokenStride;
        }

        return new KeyValueBlock(keys, keyStride, values, valueStride, first, count);
    }

    /// <summary>An odd number of cache lines: consecutive keys fall into all cache sets in turn.</summary>
    public static int PackedStride(int dim)
    {
        const int Line = 16;
        int lines = (dim + Line - 1) / Line;
        return (lines | 1) * Line;
    }
}
