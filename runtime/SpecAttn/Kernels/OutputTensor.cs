using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>An output of generated code: a span, contiguous in the method's layout, or a tensor span with strides of its own.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct OutputTensor
{
    internal readonly TensorView View;

    private OutputTensor(TensorView view) => View = view;

    /// <summary>The elements of <paramref name="span"/>, whose shape follows from their number.</summary>
    public static implicit operator OutputTensor(Span<float> span) =>
        new(new TensorView(ref Unsafe.As<float, byte>(ref MemoryMarshal.GetReference(span)), ElementType.Single, span.Length));

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator OutputTensor(TensorSpan<float> tensor) =>
        new(new TensorView(
            ref Unsafe.As<float, byte>(ref tensor.GetPinnableReference()),
            ElementType.Single,
            tensor.FlattenedLength,
            tensor.Lengths,
            tensor.Strides));
}
