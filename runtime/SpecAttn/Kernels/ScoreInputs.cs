using System.ComponentModel;
using System.Runtime.CompilerServices;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>
/// What a pass over scores can read besides the scores. Of a column of the tile kernel the lanes are its rows; a pass of the row kernel
/// has one row, which is the first element of everything that is kept per row here.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct ScoreInputs
{
    internal int* PositionsPointer;
    internal int* HeadsPointer;
    internal float* SlopesPointer;
    internal float* BiasPointer;
    internal int* MaskPointer;
    internal CapturedValues* Captured;

    /// <summary>Sequence.</summary>
    public int Batch { get; internal set; }

    /// <summary>Key/value head.</summary>
    public int KeyValueHead { get; internal set; }

    /// <summary>Queries of the sequence.</summary>
    public int QueryLength { get; internal set; }

    /// <summary>Valid keys of the sequence.</summary>
    public int KeyLength { get; internal set; }

    /// <summary>The parameter <c>prefixLength</c>.</summary>
    public int PrefixLength { get; internal set; }

    /// <summary>Position of the first row's query among the keys.</summary>
    public readonly int Query => *PositionsPointer;

    /// <summary>Query head of the first row.</summary>
    public readonly int Head => *HeadsPointer;

    /// <summary>ALiBi slope of the first row's head.</summary>
    public readonly float Slope => *SlopesPointer;

    /// <summary>[Lanes] position of each row's query among the keys.</summary>
    public readonly ref int Queries => ref *PositionsPointer;

    /// <summary>[Lanes] query head of each row.</summary>
    public readonly ref int Heads => ref *HeadsPointer;

    /// <summary>[Lanes] ALiBi slope of each row's head.</summary>
    public readonly ref float Slopes => ref *SlopesPointer;

    /// <summary>What is added to the scores, laid out as they are.</summary>
    public readonly ref float Bias => ref *BiasPointer;

    /// <summary>−1 where the parameter <c>mask</c> lets a query see a key, 0 where not, laid out as the scores are.</summary>
    public readonly ref int Mask => ref *MaskPointer;

    /// <summary>First element of a captured span of <c>int</c>.</summary>
    public readonly ref int IntSpan(int number) => ref *(int*)Captured->Spans[number];

    /// <summary>First element of a captured span of <c>float</c>.</summary>
    public readonly ref float FloatSpan(int number) => ref *(float*)Captured->Spans[number];

    /// <summary>Number of elements of a captured span.</summary>
    public readonly int SpanLength(int number) => Captured->Lengths[number];

    /// <summary>A captured <c>int</c>.</summary>
    public readonly int IntScalar(int number) => Captured->Scalars[number];

    /// <summary>A captured <c>float</c>.</summary>
    public readonly float FloatScalar(int number) => BitConverter.Int32BitsToSingle(Captured->Scalars[number]);

    /// <summary>A captured <c>bool</c>.</summary>
    public readonly bool BoolScalar(int number) => Captured->Scalars[number] != 0;
}
