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
    public static implicit operator InputTensor(ReadOnlySpan<float> span) =>
        new(new TensorView(ref MemoryMarshal.GetReference(span), span.Length));

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator InputTensor(ReadOnlyTensorSpan<float> tensor) =>
        new(new TensorView(ref Unsafe.AsRef(in tensor.GetPinnableReference()), tensor.FlattenedLength, tensor.Lengths, tensor.Strides));
}
