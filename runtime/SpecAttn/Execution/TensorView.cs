using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>What a span and a tensor span have in common: where they start, and, of a tensor span, its shape.</summary>
internal readonly ref struct TensorView
{
    /// <summary>First byte; a null reference where there is none.</summary>
    public readonly ref byte First;

    /// <summary>How the elements are stored.</summary>
    public readonly ElementType Element;

    /// <summary>Number of elements.</summary>
    public readonly nint Count;

    /// <summary>Number of dimensions of a tensor span; 0 of a span (and of a tensor span without dimensions).</summary>
    public readonly int Rank;

    /// <summary>Length of each dimension of a tensor span of rank 1 to 4, in the last places: the first ones are 1 where the rank is lower.</summary>
    public readonly Dimensions Lengths;

    /// <summary>Elements between neighbours along each dimension; .NET reports 0 for a dimension of length 0 or 1.</summary>
    public readonly Dimensions Strides;

    /// <summary>A span.</summary>
    public TensorView(ref byte first, ElementType element, int count)
    {
        First = ref first;
        Element = element;
        Count = count;
    }

    /// <summary>A tensor span.</summary>
    public TensorView(ref byte first, ElementType element, nint count, scoped ReadOnlySpan<nint> lengths, scoped ReadOnlySpan<nint> strides)
    {
        First = ref first;
        Element = element;
        Count = count;
        Rank = lengths.Length;
        HasShape = true;
        if ((uint)(lengths.Length - 1) >= Dimensions.Count)
            return; // A wrong rank is reported with the rank alone.

        int missing = Dimensions.Count - lengths.Length;
        for (int i = 0; i < missing; i++)
            Lengths[i] = 1;
        lengths.CopyTo(((Span<nint>)Lengths)[missing..]);
        strides.CopyTo(((Span<nint>)Strides)[missing..]);
    }

    /// <summary>Whether this is a tensor span; the elements of a span are contiguous, and its shape follows from their number.</summary>
    public readonly bool HasShape;

    /// <summary>Elements from the first to the last one, both included, and those in between that belong to other views.</summary>
    public nint Extent
    {
        get
        {
            if (!HasShape || Count == 0)
                return Count;

            nint last = 0;
            for (int i = 0; i < Dimensions.Count; i++)
                last += (Lengths[i] - 1) * Strides[i];
            return last + 1;
        }
    }

    /// <summary>One number per dimension of a rank-4 tensor.</summary>
    [InlineArray(Count)]
    internal struct Dimensions
    {
        public const int Count = 4;

        private nint _first;
    }
}
