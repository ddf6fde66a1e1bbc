namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Where the memory of a tensor argument puts its elements.</summary>
public enum MemoryStyle
{
    /// <summary>Without gaps, in the declared layout. Spans are always so.</summary>
    Dense,

    /// <summary>Without gaps, in the other layout: a transposed view.</summary>
    Transposed,

    /// <summary>In the declared layout, with gaps after each head, token and sequence.</summary>
    Padded,
}

/// <summary>Offsets, in elements, of the heads of a tensor [batch, length, heads, dim]; the elements of a head are neighbours.</summary>
internal sealed record Placement(int Batch, int Length, int Heads, int Dim, int BatchStride, int TokenStride, int HeadStride)
{
    public static Placement Create(AttentionLayout layout, MemoryStyle style, int batch, int length, int heads, int dim)
    {
        bool headMajor = layout == AttentionLayout.HeadMajor ^ style == MemoryStyle.Transposed;
        int gap = style == MemoryStyle.Padded ? 1 : 0;
        int inner = dim + (3 * gap);
        int outer = (inner * (headMajor ? length : heads)) + (5 * gap);
        int sequence = (outer * (headMajor ? heads : length)) + (7 * gap);
        return headMajor
            ? new Placement(batch, length, heads, dim, sequence, inner, outer)
            : new Placement(batch, length, heads, dim, sequence, outer, inner);
    }

    /// <summary>Elements from the first to the last, both included.</summary>
    public int Extent => Batch * Length * Heads * Dim == 0 ? 0 : Offset(Batch - 1, Length - 1, Heads - 1) + Dim;

    public int Offset(int batch, int token, int head) => (batch * BatchStride) + (token * TokenStride) + (head * HeadStride);
}
