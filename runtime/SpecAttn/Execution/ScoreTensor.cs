using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>A bias, a mask or the weights: one element for every sequence, head, query and key, or fewer where a stride is 0. Strides are in elements.</summary>
internal unsafe struct ScoreTensor
{
    public void* Data;
    public nint BatchStride;
    public nint HeadStride;
    public nint QueryStride;

    /// <summary>1, or 0 where one element is meant for all keys.</summary>
    public nint KeyStride;

    /// <summary>Last keys that have no element: it hides them.</summary>
    public int MissingKeys;

    /// <summary>Where the elements of a query begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint Row(int batch, int head, int query) => (batch * BatchStride) + (head * HeadStride) + (query * QueryStride);

    /// <summary>Elements of a mask as ints: −1 where a key may be seen, 0 where not.</summary>
    /// <param name="row">Where the elements of the query begin.</param>
    /// <param name="firstKey">First key.</param>
    /// <param name="keys">Number of keys.</param>
    /// <param name="target">Destination.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void LoadMask(nint row, int firstKey, int keys, int* target)
    {
        byte* mask = (byte*)Data + row;
        if (KeyStride == 0)
            new Span<int>(target, keys).Fill(*mask != 0 ? -1 : 0);
        else
            Numbers.ExpandMask(mask + firstKey, target, keys);
    }

    /// <summary>Elements of a bias.</summary>
    /// <inheritdoc cref="LoadMask"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void LoadBias(nint row, int firstKey, int keys, float* target)
    {
        float* bias = (float*)Data + row;
        if (KeyStride == 0)
            new Span<float>(target, keys).Fill(*bias);
        else
            new ReadOnlySpan<float>(bias + firstKey, keys).CopyTo(new Span<float>(target, keys));
    }
}
