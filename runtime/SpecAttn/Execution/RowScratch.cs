using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Where a block of the row kernel keeps its intermediate results. R is the larger of MaximumRows and <see cref="MostRowsOfHeads"/>.</summary>
internal readonly unsafe struct RowScratch
{
    /// <summary>Most rows of several heads that are taken together: there is a row of scores for each.</summary>
    public const int MostRowsOfHeads = 16;

    /// <summary>[R][PaddedHeadDim], scaled, padded with 0.</summary>
    public readonly float* Queries;

    /// <summary>[R][RowKeyBlock + Lanes]; weights after softmax.</summary>
    public readonly float* Scores;

    /// <summary>[RowKeyBlock]; a copy of one row's masked scores, used only when hidden values must be stepped over.</summary>
    public readonly float* HiddenScores;

    /// <summary>[R][PaddedValueDim].</summary>
    public readonly float* Accumulators;

    /// <summary>[R] largest score.</summary>
    public readonly float* Maximum;

    /// <summary>[R] sum of weights, relative to <see cref="Maximum"/>.</summary>
    public readonly float* Sum;

    /// <summary>[RowKeyChunk][packed stride]; keys, then values, that a kernel cannot read as they are.</summary>
    public readonly float* Loaded;

    /// <summary>[four times (RowKeyBlock / RowKeyChunk + 1 + <see cref="TokenPass.MostChunksAhead"/>)]; where chunks of keys, then of values, lie.</summary>
    public readonly byte** Chunks;

    /// <summary>[RowKeyBlock + Lanes]; the bias of one row.</summary>
    public readonly float* Bias;

    /// <summary>[RowKeyBlock + Lanes]; the mask of one row, −1 for visible.</summary>
    public readonly int* Mask;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RowScratch(
        ref ScratchLayout layout, int rows, int paddedHeadDim, int keyBlock, int lanes, int paddedValueDim, int loaded, int chunks, bool hasBias, bool hasMask)
    {
        Queries = layout.Take<float>(rows * paddedHeadDim);
        Scores = layout.Take<float>(rows * (keyBlock + lanes));
        HiddenScores = layout.Take<float>(keyBlock);
        Accumulators = layout.Take<float>(rows * paddedValueDim);
        Maximum = layout.Take<float>(rows);
        Sum = layout.Take<float>(rows);
        Loaded = layout.Take<float>(loaded);
        Chunks = (byte**)layout.Take<nint>(chunks);
        Bias = layout.Take<float>(hasBias ? keyBlock + lanes : 0);
        Mask = layout.Take<int>(hasMask ? keyBlock + lanes : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowScratch Lay<TKernel>(nint start, out nuint bytes)
        where TKernel : struct, IAttentionKernel
    {
        var layout = new ScratchLayout(start);
        var scratch = new RowScratch(
            ref layout,
            Math.Max(TKernel.MaximumRows, MostRowsOfHeads),
            TKernel.PaddedHeadDim,
            TKernel.RowKeyBlock,
            TKernel.Lanes,
            TKernel.PaddedValueDim,
            TKernel.RowKeyChunk * KeyValueBlock.PackedStride(Math.Max(TKernel.HeadDim, TKernel.ValueDim)),
            TokenChunks.Streams * ((TKernel.RowKeyBlock / TKernel.RowKeyChunk) + 1 + TokenPass.MostChunksAhead),
            TKernel.HasBias,
            TKernel.HasMaskTensor);
        bytes = layout.Bytes;
        return scratch;
    }
}
