using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Intermediate results of the tile kernel that blocks of rows use one after the other. R = BlockRows.</summary>
internal readonly unsafe struct TileScratch
{
    /// <summary>[KeyBlock + slack][R]; weights after softmax.</summary>
    public readonly float* Scores;

    /// <summary>[KeyBlock][R]; a copy of the masked scores, used only when hidden values must be stepped over.</summary>
    public readonly float* HiddenScores;

    /// <summary>[R] largest score of the current block of keys.</summary>
    public readonly float* BlockMaximum;

    /// <summary>[R] what accumulators must be multiplied with before the current block is added.</summary>
    public readonly float* Factor;

    /// <summary>[KeyBlock][packed stride].</summary>
    public readonly float* PackedKeys;

    /// <summary>[KeyBlock][packed stride].</summary>
    public readonly float* PackedValues;

    /// <summary>[R][packed stride]; queries that a kernel cannot read as they are.</summary>
    public readonly float* LoadedQueries;

    /// <summary>[KeyBlock][R]; the bias of the current block of keys.</summary>
    public readonly float* Bias;

    /// <summary>[KeyBlock][R]; the mask of the current block of keys, −1 for visible.</summary>
    public readonly int* Mask;

    /// <summary>[R][KeyBlock]; the mask before it is transposed.</summary>
    public readonly int* MaskRows;

    /// <summary>[<see cref="ComingLines.ListLength"/>] addresses of what is asked for next.</summary>
    public readonly long* Lines;

    /// <summary>[<see cref="ComingLines.MostStreams"/>] the pieces of memory that these are lines of.</summary>
    public readonly LineStream* Streams;

    /// <summary>[R / Lanes] the keys that each column of rows sees, of the current block of keys.</summary>
    public readonly KeyRange* SeenKeys;

    /// <summary>[blocks] what each block of rows of an item keeps.</summary>
    public readonly TileState* States;

    /// <summary>[blocks] what each block of rows sees of the current block of keys.</summary>
    public readonly BlockVisibility* Visibilities;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TileScratch(
        ref ScratchLayout layout, int blocks, int rows, int columns, int keyBlock, int keyTile, int keyStride, int valueStride, bool hasBias, bool hasMask)
    {
        Scores = layout.Take<float>((keyBlock + keyTile) * rows);
        HiddenScores = layout.Take<float>(keyBlock * rows);
        BlockMaximum = layout.Take<float>(rows);
        Factor = layout.Take<float>(rows);
        PackedKeys = layout.Take<float>(keyBlock * keyStride);
        PackedValues = layout.Take<float>(keyBlock * valueStride);
        LoadedQueries = layout.Take<float>(rows * keyStride);
        Lines = layout.Take<long>(CacheLine.IsSupported ? ComingLines.ListLength : 0);
        Streams = layout.Take<LineStream>(ComingLines.MostStreams);
        SeenKeys = layout.Take<KeyRange>(columns);
        States = layout.Take<TileState>(blocks);
        Visibilities = layout.Take<BlockVisibility>(blocks);
        Bias = layout.Take<float>(hasBias ? keyBlock * rows : 0);
        Mask = layout.Take<int>(hasMask ? keyBlock * rows : 0);
        MaskRows = layout.Take<int>(hasMask ? keyBlock * rows : 0);
    }

    /// <param name="layout">Where the memory comes from.</param>
    /// <param name="blocks">Blocks of rows in an item, at most; the memory that their states are of is taken apart from this.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TileScratch Lay<TKernel>(ref ScratchLayout layout, int blocks)
        where TKernel : struct, IAttentionKernel => new(
            ref layout,
            blocks,
            TKernel.BlockRows,
            TKernel.BlockRows / TKernel.Lanes,
            TKernel.KeyBlock,
            TKernel.KeyTile,
            KeyValueBlock.PackedStride(TKernel.HeadDim),
            KeyValueBlock.PackedStride(TKernel.ValueDim),
            TKernel.HasBias,
            TKernel.HasMaskTensor);
}

/// <summary>What the tile kernel keeps of one block of rows from one block of keys to the next. R = BlockRows.</summary>
internal readonly unsafe struct TileState
{
    /// <summary>[headDim][R], scaled.</summary>
    public readonly float* Queries;

    /// <summary>[R][PaddedValueDim].</summary>
    public readonly float* Accumulators;

    /// <summary>[R] largest score so far.</summary>
    public readonly float* Maximum;

    /// <summary>[R] sum of weights so far, relative to <see cref="Maximum"/>.</summary>
    public readonly float* Sum;

    /// <summary>[R] position of each row's query among the keys.</summary>
    public readonly int* Positions;

    /// <summary>[R] where each row's query starts, in elements.</summary>
    public readonly nint* RowOffsets;

    /// <summary>[R] head of each row.</summary>
    public readonly int* Heads;

    /// <summary>[R] ALiBi slope of each row's head.</summary>
    public readonly float* Slopes;

    /// <summary>[R] where each row's bias starts, in elements.</summary>
    public readonly nint* BiasOffsets;

    /// <summary>[R] where each row's mask starts, in elements.</summary>
    public readonly nint* MaskOffsets;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TileState(ref ScratchLayout layout, int rows, int headDim, int paddedValueDim)
    {
        Queries = layout.Take<float>(headDim * rows);
        Accumulators = layout.Take<float>(rows * paddedValueDim);
        Maximum = layout.Take<float>(rows);
        Sum = layout.Take<float>(rows);
        Positions = layout.Take<int>(rows);
        RowOffsets = layout.Take<nint>(rows);
        Heads = layout.Take<int>(rows);
        Slopes = layout.Take<float>(rows);
        BiasOffsets = layout.Take<nint>(rows);
        MaskOffsets = layout.Take<nint>(rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static TileState Lay<TKernel>(ref ScratchLayout layout)
        where TKernel : struct, IAttentionKernel => new(ref layout, TKernel.BlockRows, TKernel.HeadDim, TKernel.PaddedValueDim);
}
