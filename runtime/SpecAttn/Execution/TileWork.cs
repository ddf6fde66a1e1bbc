using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Many rows: an item is one block of rows of one key/value head, against all the keys it sees. Items are independent, so neither
/// their order nor the number of threads can change a result.
/// </summary>
internal readonly struct TileWork<TKernel>(in AttentionProblem problem) : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    private readonly AttentionProblem _problem = problem;

    public int Items => checked(_problem.Batch * _problem.KeyValueHeads * Blocks);

    private int Rows => _problem.QueryLength * _problem.Group;

    private int Blocks => (Rows + TKernel.BlockRows - 1) / TKernel.BlockRows;

    public void Execute(int item, nint scratch)
    {
        // Under a causal mask the last blocks see the most keys: they go first, so that no thread ends with a long one.
        (int head, int block) = Math.DivRem(item, Blocks);
        block = Blocks - 1 - block;
        (int batch, int keyValueHead) = Math.DivRem(head, _problem.KeyValueHeads);

        int firstRow = block * TKernel.BlockRows;
        int rows = Math.Min(TKernel.BlockRows, Rows - firstRow);
        new TileBlock<TKernel>(in _problem, batch, keyValueHead, firstRow, rows, scratch).Run();
    }
}
