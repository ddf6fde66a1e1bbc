using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>
/// The parameters of a method that its score and visibility functions read, numbered by the generator: spans in the constructor,
/// scalars in an initializer.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct CapturedArguments
{
    internal readonly CapturedSpan Span0;
    internal readonly CapturedSpan Span1;
    internal readonly CapturedSpan Span2;
    internal readonly CapturedSpan Span3;
    internal readonly CapturedSpan Span4;
    internal readonly CapturedSpan Span5;
    internal readonly CapturedSpan Span6;
    internal readonly CapturedSpan Span7;
    internal CapturedValues.ScalarBits Scalars;

    /// <summary>The spans in the order of their numbers.</summary>
    public CapturedArguments(
        CapturedSpan span0 = default,
        CapturedSpan span1 = default,
        CapturedSpan span2 = default,
        CapturedSpan span3 = default,
        CapturedSpan span4 = default,
        CapturedSpan span5 = default,
        CapturedSpan span6 = default,
        CapturedSpan span7 = default)
    {
        Span0 = span0;
        Span1 = span1;
        Span2 = span2;
        Span3 = span3;
        Span4 = span4;
        Span5 = span5;
        Span6 = span6;
        Span7 = span7;
    }

    /// <summary>Sets a scalar.</summary>
    /// <param name="number">Its number among the scalars.</param>
    public CapturedScalar this[int number]
    {
        init => Scalars[number] = value.Bits;
    }
}

/// <summary>A captured span.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct CapturedSpan
{
    internal readonly ref int First;
    internal readonly int Length;

    private CapturedSpan(ref int first, int length)
    {
        First = ref first;
        Length = length;
    }

    /// <summary>A span of integers.</summary>
    public static implicit operator CapturedSpan(ReadOnlySpan<int> span) => new(ref MemoryMarshal.GetReference(span), span.Length);

    /// <summary>A span of numbers.</summary>
    public static implicit operator CapturedSpan(ReadOnlySpan<float> span) =>
        new(ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(span)), span.Length);
}

/// <summary>A captured scalar.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct CapturedScalar
{
    internal readonly int Bits;

    private CapturedScalar(int bits) => Bits = bits;

    /// <summary>An integer.</summary>
    public static implicit operator CapturedScalar(int value) => new(value);

    /// <summary>A number.</summary>
    public static implicit operator CapturedScalar(float value) => new(BitConverter.SingleToInt32Bits(value));

    /// <summary>A truth.</summary>
    public static implicit operator CapturedScalar(bool value) => new(value ? 1 : 0);
}
