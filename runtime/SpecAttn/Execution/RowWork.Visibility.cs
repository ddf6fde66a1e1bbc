using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>Which keys the rows see.</content>
internal readonly unsafe partial struct RowWork<TKernel>
{
    /// <summary>Most runs of keys in a block, with an unseen chunk between any two.</summary>
    private static int MostRuns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (TKernel.RowKeyBlock / TKernel.RowKeyChunk / 2) + 1;
    }

    /// <summary>The keys of a block without the chunks that no row sees, as runs of neighbouring chunks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Span<KeyRange> SeenRuns(in HeadRows rows, int first, int count, Span<KeyRange> runs)
    {
        SeeingRows<TKernel> seeing = Seeing(in rows);
        int found = 0;
        for (int begin = 0; begin < count; begin += TKernel.RowKeyChunk)
        {
            int end = Math.Min(begin + TKernel.RowKeyChunk, count);
            if (seeing.Classify(first + begin, end - begin) == BlockVisibility.Empty)
                continue;
            if (found > 0 && runs[found - 1].End == begin)
                runs[found - 1] = new KeyRange(runs[found - 1].Begin, end);
            else
                runs[found++] = new KeyRange(begin, end);
        }
        return runs[..found];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int KeysOf(int batch, int block) => Math.Min(TKernel.RowKeyBlock, _problem.SeenKeysOf(batch) - (block * TKernel.RowKeyBlock));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BlockVisibility Classify(in HeadRows rows, int block)
    {
        int keys = KeysOf(rows.Batch, block);
        return keys <= 0 ? BlockVisibility.Empty : Classify(in rows, block * TKernel.RowKeyBlock, keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BlockVisibility Classify(in HeadRows rows, int firstKey, int keys) => Seeing(in rows).ClassifyHeads(firstKey, keys, rows.Heads);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SeeingRows<TKernel> Seeing(in HeadRows rows) => new(
        in _problem, rows.Batch, rows.KeyValueHead, _problem.PositionOf(rows.Batch, 0), _problem.PositionOf(rows.Batch, _problem.QueryLengthOf(rows.Batch) - 1));
}
