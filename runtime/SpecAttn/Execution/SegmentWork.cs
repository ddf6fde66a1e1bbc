using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// A ragged batch: sequences with many rows and sequences with few, each in the way it would be worked on alone. The items of both ways
/// stand in one list, so that the threads share all of them; the long ones come first.
/// </summary>
internal readonly struct SegmentWork<TKernel>(TileWork<TKernel> tiles, RowWork<TKernel> rows) : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    private readonly TileWork<TKernel> _tiles = tiles;
    private readonly RowWork<TKernel> _rows = rows;

    public static nuint ScratchBytes => Math.Max(TileWork<TKernel>.ScratchBytes, RowWork<TKernel>.ScratchBytes);

    public int Items => checked(_tiles.Items + _rows.Items);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int item, nint scratch)
    {
        if (item < _tiles.Items)
            _tiles.Execute(item, scratch);
        else
            _rows.Execute(item - _tiles.Items, scratch);
    }
}
