using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>Which keys some rows of the block see, asked of the kernel's classification.</content>
internal readonly unsafe ref partial struct TileBlock<TKernel>
{
    /// <summary>What the masks say of this block and some keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public BlockVisibility Classify(int firstKey, int keys) =>
        TKernel.HasMask ? new Rows(in this, 0, _rows).Classify(firstKey, keys) : BlockVisibility.Full;

    /// <summary>The keys of a range without those at either end that none of some rows sees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private KeyRange SeenKeys(int row, int rows, int first, KeyRange range)
    {
        if (!TKernel.HasMask)
            return range;
        var seeing = new Rows(in this, row, rows);
        int begin = range.Begin;
        int end = range.End;
        while (begin < end && seeing.Classify(first + begin, Math.Min(TKernel.KeyTile, end - begin)) == BlockVisibility.Empty)
            begin += TKernel.KeyTile;
        while (begin < end)
        {
            int tile = Math.Max(begin, (end - 1) / TKernel.KeyTile * TKernel.KeyTile);
            if (seeing.Classify(first + tile, end - tile) != BlockVisibility.Empty)
                return new KeyRange(begin, end);
            end = tile;
        }

        return new KeyRange(begin, begin);
    }

    /// <summary>Neighbouring rows: asked about many keys, so that what they have in common is gathered once.</summary>
    private readonly ref struct Rows
    {
        private readonly ScoreInputs _inputs;
        private readonly BlockRange _positions;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Rows(ref readonly TileBlock<TKernel> block, int row, int rows)
        {
            // Rows are ordered by query, so the first and the last one have the extreme positions.
            int last = Math.Min(row + rows, block._rows) - 1;
            _inputs = block._problem.InputsOf(block._headRows.Batch, block._headRows.KeyValueHead);
            _positions = new BlockRange(block._state.Positions[Math.Min(row, last)], block._state.Positions[last]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public BlockVisibility Classify(int firstKey, int keys) =>
            TKernel.Classify(in _inputs, _positions, new BlockRange(firstKey, firstKey + keys - 1));
    }
}
