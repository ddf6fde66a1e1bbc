using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>One tensor of a call: its memory, and the shape and strides with which it is handed over if it is a tensor span.</summary>
internal sealed class TensorArgument : IDisposable
{
    private readonly Placement _placement;
    private readonly StoredBuffer? _stored;

    /// <param name="placement">Where the elements lie.</param>
    /// <param name="layout">Order of the dimensions.</param>
    /// <param name="element">Type of the elements: float, Half or BFloat16.</param>
    /// <param name="style">Rank (3 leaves out the batch dimension) and kind of memory.</param>
    public TensorArgument(Placement placement, AttentionLayout layout, Type element, CallStyle style)
    {
        int rank = style.Rank;
        _placement = placement;
        Buffer = style.Allocate<float>(element == typeof(float) ? placement.Extent : 0);
        if (element != typeof(float))
            _stored = new StoredBuffer(element, style.Allocate<ushort>(placement.Extent));
        nint[] lengths = [placement.Batch, placement.Length, placement.Heads, placement.Dim];
        nint[] strides = [placement.BatchStride, placement.TokenStride, placement.HeadStride, 1];
        if (layout == AttentionLayout.HeadMajor)
        {
            (lengths[1], lengths[2]) = (lengths[2], lengths[1]);
            (strides[1], strides[2]) = (strides[2], strides[1]);
        }

        SetShape(lengths[^rank..], strides[^rank..]);
    }

    /// <summary>The memory of a tensor of floats; empty for other elements.</summary>
    public TestBuffer<float> Buffer { get; set; }

    /// <summary>Bytes of one element.</summary>
    public int ElementSize => _stored == null ? sizeof(float) : sizeof(ushort);

    /// <summary>Elements in the memory.</summary>
    public int Count => _stored == null ? Buffer.Span.Length : _stored.Bits.Span.Length;

    /// <summary>The memory, whatever it holds.</summary>
    public ReadOnlySpan<byte> Bytes => _stored == null ? MemoryMarshal.AsBytes(Buffer.Span) : MemoryMarshal.AsBytes(_stored.Bits.Span);

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

    public static implicit operator ReadOnlySpan<Half>(TensorArgument argument) => argument._stored!.Halves;

    public static implicit operator ReadOnlySpan<BFloat16>(TensorArgument argument) => argument._stored!.BrainFloats;

    public static implicit operator ReadOnlyTensorSpan<Half>(TensorArgument argument) =>
        new(argument._stored!.Halves, argument.Lengths, argument.Strides);

    public static implicit operator ReadOnlyTensorSpan<BFloat16>(TensorArgument argument) =>
        new(argument._stored!.BrainFloats, argument.Lengths, argument.Strides);

    public static implicit operator Span<float>(TensorArgument argument) => argument.Buffer.Span;

    public static implicit operator ReadOnlyTensorSpan<float>(TensorArgument argument) =>
        new(argument.Buffer.Span, argument.Lengths, argument.Strides);

    public static implicit operator TensorSpan<float>(TensorArgument argument) =>
        new(argument.Buffer.Span, argument.Lengths, argument.Strides);

    /// <summary>Puts a token-major tensor without gaps into place, from <paramref name="firstHead"/> on.</summary>
    public void Write(ReadOnlySpan<float> tensor, int firstHead, int heads)
    {
        for (int batch = 0; batch < _placement.Batch; batch++)
        for (int token = 0; token < _placement.Length; token++)
        for (int head = firstHead; head < firstHead + heads; head++)
        {
            int at = _placement.Offset(batch, token, head);
            if (_stored == null)
                tensor[.._placement.Dim].CopyTo(Buffer.Span[at..]);
            else
                _stored.Write(tensor[.._placement.Dim], at);
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

    /// <summary>Gives the tensor new memory, for another number of elements.</summary>
    public void Resize(int count)
    {
        if (_stored == null)
            Buffer = new CanaryBuffer<float>(count);
        else
            _stored.Bits = new CanaryBuffer<ushort>(count);
    }

    /// <summary>Moves the tensor into memory that others may share, from a byte on.</summary>
    public void MoveTo(byte[] memory, int start)
    {
        if (_stored == null)
            Buffer = new SharedBuffer<float>(memory, start, Count);
        else
            _stored.Bits = new SharedBuffer<ushort>(memory, start, Count);
    }

    /// <summary>Throws when something was written beside the tensor.</summary>
    public void VerifySurroundings()
    {
        Buffer.VerifySurroundings();
        _stored?.Bits.VerifySurroundings();
    }

    public void Dispose()
    {
        Buffer.Dispose();
        _stored?.Dispose();
    }
}
