using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>An input of generated code: a span, contiguous in the method's layout, or a tensor span with strides of its own.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct InputTensor
{
    internal readonly TensorView View;

    private InputTensor(TensorView view) => View = view;

    /// <summary>The elements of <paramref name="span"/>, whose shape follows from their number.</summary>
    public static implicit operator InputTensor(ReadOnlySpan<float> span) => FromSpan(span, ElementType.Single);

    /// <summary>The elements of <paramref name="span"/>, whose shape follows from their number.</summary>
    public static implicit operator InputTensor(ReadOnlySpan<Half> span) => FromSpan(span, ElementType.Half);

    /// <summary>The elements of <paramref name="span"/>, whose shape follows from their number.</summary>
    public static implicit operator InputTensor(ReadOnlySpan<BFloat16> span) => FromSpan(span, ElementType.BFloat16);

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator InputTensor(ReadOnlyTensorSpan<float> tensor) => FromTensor(tensor, ElementType.Single);

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator InputTensor(ReadOnlyTensorSpan<Half> tensor) => FromTensor(tensor, ElementType.Half);

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator InputTensor(ReadOnlyTensorSpan<BFloat16> tensor) => FromTensor(tensor, ElementType.BFloat16);

    private static InputTensor FromSpan<T>(ReadOnlySpan<T> span, ElementType element)
        where T : unmanaged => new(new TensorView(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(span)), element, span.Length));

    private static InputTensor FromTensor<T>(ReadOnlyTensorSpan<T> tensor, ElementType element)
        where T : unmanaged => new(new TensorView(
            ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in tensor.GetPinnableReference())),
            element,
            tensor.FlattenedLength,
            tensor.Lengths,
            tensor.Strides));
}
