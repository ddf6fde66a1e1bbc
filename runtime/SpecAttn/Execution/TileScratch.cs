using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Where a block of the tile kernel keeps its intermediate results. R = BlockRows.</summary>
internal readonly unsafe struct TileScratch
{
    /// <summary>[headDim][R], scaled.</summary>
    public readonly float* Queries;

    /// <summary>[KeyBlock + slack][R]; weights after softmax.</summary>
    public readonly float* Scores;

    /// <summary>[KeyBlock][R]; a copy of the masked scores, used only when hidden values must be stepped over.</summary>
    public readonly float* HiddenScores;

    /// <summary>[R][PaddedValueDim].</summary>
    public readonly float* Accumulators;

    /// <summary>[R] largest score of the current block of keys.</summary>
    public readonly float* BlockMaximum;

    /// <summary>[R] largest score so far.</summary>
    public readonly float* Maximum;

    /// <summary>[R] sum of weights so far, relative to <see cref="Maximum"/>.</summary>
    public readonly float* Sum;

    /// <summary>[R] what accumulators must be multiplied with before the current block is added.</summary>
    public readonly float* Factor;

    /// <summary>[R] position of each row's query among the keys.</summary>
    public readonly int* Positions;

    /// <summary>[R] where each row's query starts, in elements.</summary>
    public readonly nint* RowOffsets;

    private TileScratch(ref ScratchLayout layout, int rows, int headDim, int keyBlock, int keyTile, int paddedValueDim)
    {
        Queries = layout.Take<float>(headDim * rows);
        Scores = layout.Take<float>((keyBlock + keyTile) * rows);
        HiddenScores = layout.Take<float>(keyBlock * rows);
        Accumulators = layout.Take<float>(rows * paddedValueDim);
        BlockMaximum = layout.Take<float>(rows);
        Maximum = layout.Take<float>(rows);
        Sum = layout.Take<float>(rows);
        Factor = layout.Take<float>(rows);
        Positions = layout.Take<int>(rows);
        RowOffsets = layout.Take<nint>(rows);
    }

    public static TileScratch Lay<TKernel>(nint start, out nuint bytes)
        where TKernel : struct, IAttentionKernel
    {
        var layout = new ScratchLayout(start);
        var scratch = new TileScratch(ref layout, TKernel.BlockRows, TKernel.HeadDim, TKernel.KeyBlock, TKernel.KeyTile, TKernel.PaddedValueDim);
        bytes = layout.Bytes;
        return scratch;
    }
}
