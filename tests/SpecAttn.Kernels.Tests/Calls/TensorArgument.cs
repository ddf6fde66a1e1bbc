using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>One tensor of a call: its memory, and the shape and strides with which it is handed over if it is a tensor span.</summary>
internal sealed class TensorArgument : IDisposable
{
    private readonly Placement _placement;

    /// <param name="rank">3 leaves out the batch dimension.</param>
    public TensorArgument(Placement placement, AttentionLayout layout, int rank, TestBuffer<float> buffer)
    {
        _placement = placement;
        Buffer = buffer;
        nint[] lengths = [placement.Batch, placement.Length, placement.Heads, placement.Dim];
        nint[] strides = [placement.BatchStride, placement.TokenStride, placement.HeadStride, 1];
        if (layout == AttentionLayout.HeadMajor)
        {
            (lengths[1], lengths[2]) = (lengths[2], lengths[1]);
            (strides[1], strides[2]) = (strides[2], strides[1]);
        }

        SetShape(lengths[^rank..], strides[^rank..]);
    }

    public TestBuffer<float> Buffer { get; set; }

    public nint[] Lengths { get; private set; }

    public nint[] Strides { get; private set; }

    /// <summary>With what shape and strides the tensor is handed over as a tensor span.</summary>
    [MemberNotNull(nameof(Lengths), nameof(Strides))]
    public void SetShape(nint[] lengths, nint[] strides)
    {
        // Where there is no step to make, a tensor span takes no stride but 0.
        bool isEmpty = lengths.Contains(0);
        Lengths = lengths;
        Strides = [.. lengths.Zip(strides, (length, stride) => isEmpty || length == 1 ? 0 : stride)];
    }

    public static implicit operator ReadOnlySpan<float>(TensorArgument argument) => argument.Buffer.Span;

    public static implicit operator Span<float>(TensorArgument argument) => argument.Buffer.Span;

    public static implicit operator ReadOnlyTensorSpan<float>(TensorArgument argument) =>
        new(argument.Buffer.Span, argument.Lengths, argument.Strides);

    public static implicit operator TensorSpan<float>(TensorArgument argument) =>
        new(argument.Buffer.Span, argument.Lengths, argument.Strides);

    /// <summary>Puts a token-major tensor without gaps into place, from <paramref name="firstHead"/> on.</summary>
    public void Write(ReadOnlySpan<float> tensor, int firstHead, int heads)
    {
        Span<float> memory = Buffer.Span;
        for (int batch = 0; batch < _placement.Batch; batch++)
        for (int token = 0; token < _placement.Length; token++)
        for (int head = firstHead; head < firstHead + heads; head++)
        {
            tensor[.._placement.Dim].CopyTo(memory[_placement.Offset(batch, token, head)..]);
            tensor = tensor[_placement.Dim..];
        }
    }

    /// <summary>The elements as a token-major tensor without gaps.</summary>
    public float[] Read()
    {
        var tensor = new float[_placement.Batch * _placement.Length * _placement.Heads * _placement.Dim];
        int next = 0;
        for (int batch = 0; batch < _placement.Batch; batch++)
        for (int token = 0; token < _placement.Length; token++)
        for (int head = 0; head < _placement.Heads; head++, next += _placement.Dim)
            Buffer.Span.Slice(_placement.Offset(batch, token, head), _placement.Dim).CopyTo(tensor.AsSpan(next));
        return tensor;
    }

    /// <summary>Throws when something was written into the gaps between heads.</summary>
    public void VerifyGaps()
    {
        var belongs = new bool[Buffer.Span.Length];
        for (int batch = 0; batch < _placement.Batch; batch++)
        for (int token = 0; token < _placement.Length; token++)
        for (int head = 0; head < _placement.Heads; head++)
            belongs.AsSpan(_placement.Offset(batch, token, head), _placement.Dim).Fill(true);
        for (int i = 0; i < belongs.Length; i++)
        {
            if (!belongs[i] && BitConverter.SingleToInt32Bits(Buffer.Span[i]) != -1)
                throw new InvalidOperationException($"Something was written into a gap of the output, at element {i}.");
        }
    }

    public void Dispose() => Buffer.Dispose();
}
