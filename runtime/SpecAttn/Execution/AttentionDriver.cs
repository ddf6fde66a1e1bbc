using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Runs a validated call on one kernel: chooses between its two ways of working, and cuts the work into items. Specialised per kernel
/// by the JIT, so that everything a kernel states about itself is a constant here.
/// </summary>
internal static class AttentionDriver
{
    /// <param name="problem">The call.</param>
    /// <param name="parallelism">Most threads; 0 = as many as are worth it.</param>
    public static void Run<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        ClearPrunedHeads<TKernel>(in problem);
        int group = problem.ComputedGroup;
        if (group == 0)
            return;

        // The choice depends on the shape of one sequence alone: a sequence gives the same bits alone and anywhere in a batch.
        if ((long)problem.QueryLength * group <= TKernel.MaximumRows)
            RunRows<TKernel>(in problem, parallelism);
        else
            RunTiles<TKernel>(in problem, parallelism);
    }

    private static unsafe void ClearPrunedHeads<TKernel>(in AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        foreach (int head in new ReadOnlySpan<int>(problem.PrunedHeads, problem.PrunedHeadCount))
        {
            for (int batch = 0; batch < problem.Batch; batch++)
            for (int query = 0; query < problem.QueryLength; query++)
                RowState.StorePruned<TKernel>(in problem, batch, query, head);
        }
    }

    private static void RunTiles<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        int blocks = checked(problem.Batch * problem.KeyValueHeads * TileWork<TKernel>.BlocksOf(in problem, problem.ComputedGroup));
        int threads = WorkScheduler.ThreadsFor(parallelism, blocks, Flops<TKernel>(in problem));
        var work = new TileWork<TKernel>(in problem, threads);
        WorkScheduler.Run(in work, work.Items, TileWork<TKernel>.ScratchBytes, threads);
    }

    private static void RunRows<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        nuint scratchBytes = RowWork<TKernel>.ScratchBytes;
        int items = RowWork<TKernel>.ItemsOf(in problem);
        int threads = WorkScheduler.ThreadsFor(parallelism, items, Flops<TKernel>(in problem));
        if (RowWork<TKernel>.BlocksOf(in problem) == 1)
        {
            WorkScheduler.Run(new RowWork<TKernel>(in problem, partials: 0), items, scratchBytes, threads);
            return;
        }

        // Blocks of keys leave their results behind the scratch memory of the merge, which comes when all are there.
        ScratchBlock partials = ScratchPool.Rent(scratchBytes + ((nuint)items * RowWork<TKernel>.PartialBytesOf(in problem)));
        try
        {
            var work = new RowWork<TKernel>(in problem, partials.Address + (nint)scratchBytes);
            WorkScheduler.Run(in work, items, scratchBytes, threads);
            work.Merge(partials.Address);
        }
        finally
        {
            ScratchPool.Return(partials);
        }
    }

    /// <summary>Multiplications and additions of the two products, without regard to masks.</summary>
    private static double Flops<TKernel>(in AttentionProblem problem)
        where TKernel : struct, IAttentionKernel =>
        2.0 * problem.Batch * (problem.Heads - problem.PrunedHeadCount) * problem.QueryLength * problem.KeyLength * (TKernel.HeadDim + TKernel.ValueDim);
}
