using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>The parameter <c>mask</c> of generated code: a span or a tensor span of truths.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct MaskTensor
{
    internal readonly TensorView View;

    private MaskTensor(TensorView view) => View = view;

    /// <summary>The elements of <paramref name="span"/>, whose shape follows from their number.</summary>
    public static implicit operator MaskTensor(ReadOnlySpan<bool> span) =>
        new(new TensorView(ref Unsafe.As<bool, byte>(ref MemoryMarshal.GetReference(span)), ElementType.Boolean, span.Length));

    /// <summary>The elements of <paramref name="tensor"/>, of any shape; the shape is checked when the kernel runs.</summary>
    public static implicit operator MaskTensor(ReadOnlyTensorSpan<bool> tensor) => new(new TensorView(
        ref Unsafe.As<bool, byte>(ref Unsafe.AsRef(in tensor.GetPinnableReference())),
        ElementType.Boolean,
        tensor.FlattenedLength,
        tensor.Lengths,
        tensor.Strides));
}
