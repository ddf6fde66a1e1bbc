using SpecAttn.Execution;
using SpecAttn.Kernels;

namespace SpecAttn.Caches;

/// <summary>What a cache stores of a token, and how.</summary>
/// <param name="KeyValueHeads">Key/value heads.</param>
/// <param name="HeadDim">Elements of a key head.</param>
/// <param name="ValueDim">Elements of a value head.</param>
/// <param name="Element">How elements are stored.</param>
/// <param name="Rotary">How keys are turned as they are stored.</param>
/// <param name="RotaryDim">Leading elements of a key head that are turned; 0 for none.</param>
internal sealed record CacheFormat(int KeyValueHeads, int HeadDim, int ValueDim, ElementType Element, RotaryStyle Rotary, int RotaryDim)
{
    /// <summary>Most elements of a head, as in kernels.</summary>
    private const int LargestDim = 1024;

    /// <summary>Bytes of the key and the value of one token of all heads, scales included.</summary>
    public long BytesPerToken => KeyValueHeads * ((((long)HeadDim + ValueDim) * Element.Size()) + (2 * ScaleBytes));

    private int ScaleBytes => Element == ElementType.SByte ? sizeof(float) : 0;

    /// <summary>Checks the arguments of a constructor.</summary>
    /// <typeparam name="T">How elements are stored.</typeparam>
    public static CacheFormat Create<T>(int keyValueHeads, int headDim, int valueDim, RotaryStyle rotary, int rotaryDim)
        where T : unmanaged
    {
        ElementType element = ElementOf<T>();
        ArgumentOutOfRangeException.ThrowIfLessThan(keyValueHeads, 1);
        CheckDim(headDim, nameof(headDim));
        int values = valueDim == 0 ? headDim : valueDim;
        CheckDim(values, nameof(valueDim));
        if (!Enum.IsDefined(rotary))
            throw new ArgumentOutOfRangeException(nameof(rotary), rotary, "Must be None, HalfSplit or Interleaved.");
        if (rotary == RotaryStyle.None && rotaryDim != 0)
            throw new ArgumentException($"rotaryDim is {rotaryDim}, expected 0 without rotary embedding.", nameof(rotaryDim));
        int turned = rotary == RotaryStyle.None ? 0 : rotaryDim == 0 ? headDim : rotaryDim;
        if (turned < 0 || turned > headDim || turned % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(rotaryDim), rotaryDim, $"Must be even, 2 to headDim = {headDim}, or 0 for all of the head.");
        return new CacheFormat(keyValueHeads, headDim, values, element, rotary, turned);
    }

    /// <summary>How a block of memory with <paramref name="slots"/> slots is divided: keys, values, scales of keys, scales of values.</summary>
    public BlockLayout LayOut(int slots)
    {
        nuint heads = (nuint)KeyValueHeads * (nuint)slots;
        var layout = default(BlockLayout);
        layout.ValueOffset = BlockLayout.Pad(checked(heads * (nuint)(HeadDim * Element.Size())));
        layout.KeyScaleOffset = BlockLayout.Pad(checked(layout.ValueOffset + (heads * (nuint)(ValueDim * Element.Size()))));
        layout.ValueScaleOffset = BlockLayout.Pad(checked(layout.KeyScaleOffset + (heads * (nuint)ScaleBytes)));
        layout.Bytes = BlockLayout.Pad(checked(layout.ValueScaleOffset + (heads * (nuint)ScaleBytes)));
        return layout;
    }

    private static ElementType ElementOf<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Single
        : typeof(T) == typeof(Half) ? ElementType.Half
        : typeof(T) == typeof(BFloat16) ? ElementType.BFloat16
        : typeof(T) == typeof(sbyte) ? ElementType.SByte
        : throw new NotSupportedException($"A cache cannot hold {typeof(T).Name}: use float, Half, BFloat16 or sbyte (int8 with one scale per token and head).");

    private static void CheckDim(int dim, string name)
    {
        if (dim is < 1 or > LargestDim)
            throw new ArgumentOutOfRangeException(name, dim, $"Must be 1 to {LargestDim}.");
    }
}

/// <summary>Where things begin in a block of memory, in bytes. The keys begin where the block does.</summary>
internal struct BlockLayout
{
    private const nuint Line = 128;

    public nuint ValueOffset;
    public nuint KeyScaleOffset;
    public nuint ValueScaleOffset;
    public nuint Bytes;

    public static nuint Pad(nuint bytes) => checked(bytes + (Line - 1)) & ~(Line - 1);
}
