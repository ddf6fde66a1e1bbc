using System.Numerics;
using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>Which keys some rows of the block see.</content>
internal readonly unsafe ref partial struct TileBlock<TKernel>
{
    /// <summary>What the masks say of this block and some keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BlockVisibility Classify(int firstKey, int keys) => Seeing().Classify(firstKey, keys);

    /// <summary>
    /// The keys of a range without those at either end that none of some rows sees. Where it begins and ends is looked for near where it did
    /// for the rows before, and, if it is not there, in steps that become smaller: under a causal mask half of a block lies behind the end.
    /// </summary>
    /// <param name="seeing">What the masks say of rows.</param>
    /// <param name="row">The first row.</param>
    /// <param name="rows">How many there are.</param>
    /// <param name="first">First key of the block.</param>
    /// <param name="range">Keys of the block.</param>
    /// <param name="before">Those that the rows before see; empty if there are none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private KeyRange SeenKeys(ref SeeingRows<TKernel> seeing, int row, int rows, int first, KeyRange range, KeyRange before)
    {
        int lastRow = Math.Min(row + rows, _rows) - 1;
        seeing.MoveTo(_state.Positions[Math.Min(row, lastRow)], _state.Positions[lastRow]);
        int begin = range.Begin;
        int end = range.End;
        if (!before.IsEmpty)
        {
            if (before.Begin > begin && !seeing.MaySee(first + begin, before.Begin - begin))
                begin = before.Begin;
            int behind = before.End + ((rows + TKernel.KeyTile - 1) / TKernel.KeyTile * TKernel.KeyTile);
            if (behind < end && !seeing.MaySee(first + behind, end - behind))
                end = behind;
        }

        if (begin < end && !seeing.MaySee(first + begin, Math.Min(TKernel.KeyTile, end - begin)))
        {
            begin += TKernel.KeyTile;
            for (int step = LargestStep; step >= TKernel.KeyTile; step /= 2)
                begin += step <= end - begin && !seeing.MaySee(first + begin, step) ? step : 0;
            while (begin < end && !seeing.MaySee(first + begin, Math.Min(TKernel.KeyTile, end - begin)))
                begin += TKernel.KeyTile;
        }

        if (begin >= end)
            return new KeyRange(begin, begin);
        int last = Math.Max(begin, (end - 1) / TKernel.KeyTile * TKernel.KeyTile);
        if (seeing.MaySee(first + last, end - last))
            return new KeyRange(begin, end);
        end = last;
        for (int step = LargestStep; step >= TKernel.KeyTile; step /= 2)
            end -= step <= end - begin && !seeing.MaySee(first + end - step, step) ? step : 0;
        while (end - TKernel.KeyTile > begin && !seeing.MaySee(first + end - TKernel.KeyTile, TKernel.KeyTile))
            end -= TKernel.KeyTile;
        return new KeyRange(begin, end);
    }

    /// <summary>Half a block of keys, or less: a power of two of tiles.</summary>
    private static int LargestStep
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TKernel.KeyTile << BitOperations.Log2((uint)Math.Max(1, TKernel.KeyBlock / TKernel.KeyTile / 2));
    }

    /// <summary>All rows of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SeeingRows<TKernel> Seeing() =>
        new(in _problem, _headRows.Batch, _headRows.KeyValueHead, _state.Positions[0], _state.Positions[_rows - 1]);
}
