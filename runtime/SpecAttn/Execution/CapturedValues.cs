using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>Parameters that the user's score and visibility functions read. Lives on the caller's stack until the call returns.</summary>
internal unsafe struct CapturedValues
{
    public const int MostSpans = 8;
    public const int MostScalars = 16;

    /// <summary>Addresses of the first elements of pinned spans.</summary>
    public SpanAddresses Spans;

    /// <summary>Numbers of elements.</summary>
    public SpanLengths Lengths;

    /// <summary>The bits of the scalars.</summary>
    public ScalarBits Scalars;

    public void Set(int number, int* first, int length)
    {
        Spans[number] = (nint)first;
        Lengths[number] = length;
    }

    [InlineArray(MostSpans)]
    internal struct SpanAddresses
    {
        private nint _first;
    }

    [InlineArray(MostSpans)]
    internal struct SpanLengths
    {
        private int _first;
    }

    [InlineArray(MostScalars)]
    internal struct ScalarBits
    {
        private int _first;
    }
}
