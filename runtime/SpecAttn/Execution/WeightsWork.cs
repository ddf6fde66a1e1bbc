using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>The weights output: an item is one block of rows of one key/value head, against all keys. There are no weights of a ragged batch.</summary>
internal readonly struct WeightsWork<TKernel>(in AttentionProblem problem) : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    private readonly AttentionProblem _problem = problem;
    private readonly int _blocks = TileWork<TKernel>.BlocksOf(in problem, batch: 0);

    public static nuint ScratchBytes
    {
        get
        {
            var layout = new ScratchLayout(0);
            TileScratch.Lay<TKernel>(ref layout, blocks: 1);
            TileState.Lay<TKernel>(ref layout);
            return layout.Bytes;
        }
    }

    public int Items => checked(_problem.Batch * _problem.KeyValueHeads * _blocks);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int item, nint scratch)
    {
        (int head, int block) = Math.DivRem(item, _blocks);
        (int batch, int keyValueHead) = Math.DivRem(head, _problem.KeyValueHeads);
        var headRows = new HeadRows(in _problem, batch, keyValueHead);
        if (block * TKernel.BlockRows >= headRows.Count)
            return;

        var layout = new ScratchLayout(scratch);
        TileScratch shared = TileScratch.Lay<TKernel>(ref layout, blocks: 1);
        TileState state = TileState.Lay<TKernel>(ref layout);
        var rows = new TileBlock<TKernel>(in _problem, in headRows, block * TKernel.BlockRows, shared, state);
        rows.Begin();
        rows.WriteWeights();
    }
}
