using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>Which keys some rows of the block see.</content>
internal readonly unsafe ref partial struct TileBlock<TKernel>
{
    /// <summary>What the masks say of this block and some keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BlockVisibility Classify(int firstKey, int keys) => Seeing(0, _rows).Classify(firstKey, keys);

    /// <summary>The keys of a range without those at either end that none of some rows sees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private KeyRange SeenKeys(int row, int rows, int first, KeyRange range)
    {
        SeeingRows<TKernel> seeing = Seeing(row, rows);
        int begin = range.Begin;
        int end = range.End;
        while (begin < end && !seeing.MaySee(first + begin, Math.Min(TKernel.KeyTile, end - begin)))
            begin += TKernel.KeyTile;
        while (begin < end)
        {
            int tile = Math.Max(begin, (end - 1) / TKernel.KeyTile * TKernel.KeyTile);
            if (seeing.MaySee(first + tile, end - tile))
                return new KeyRange(begin, end);
            end = tile;
        }

        return new KeyRange(begin, begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SeeingRows<TKernel> Seeing(int row, int rows)
    {
        int last = Math.Min(row + rows, _rows) - 1;
        return new(in _problem, _headRows.Batch, _headRows.KeyValueHead, _state.Positions[Math.Min(row, last)], _state.Positions[last]);
    }
}
