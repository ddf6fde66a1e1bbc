using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Runs a validated call on one kernel: chooses between its two ways of working, and cuts the work into items. Specialised per kernel
/// by the JIT, so that everything a kernel states about itself is a constant here.
/// </summary>
internal static unsafe class AttentionDriver
{
    /// <param name="problem">The call.</param>
    /// <param name="parallelism">Most threads; 0 = as many as are worth it.</param>
    public static void Run<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        ClearPrunedHeads<TKernel>(in problem);
        if (problem.ComputedGroup == 0)
            return;

        if (problem.IsUneven)
            RunSegments<TKernel>(in problem, parallelism);
        else if (IsForRows<TKernel>(in problem, 0))
            RunRows<TKernel>(in problem, parallelism);
        else
            RunTiles<TKernel>(in problem, parallelism);
        if (problem.HasWeights)
            RunWeights<TKernel>(in problem, parallelism);
    }

    private static void RunWeights<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        var work = new WeightsWork<TKernel>(in problem);
        int threads = WorkScheduler.ThreadsFor(parallelism, work.Items, Flops<TKernel>(in problem));
        WorkScheduler.Run(in work, work.Items, WeightsWork<TKernel>.ScratchBytes, threads);
    }

    /// <summary>The choice depends on one sequence alone: it gives the same bits alone and anywhere in a batch.</summary>
    private static bool IsForRows<TKernel>(in AttentionProblem problem, int batch)
        where TKernel : struct, IAttentionKernel
    {
        long rows = (long)problem.QueryLengthOf(batch) * problem.ComputedGroup;
        if (rows <= TKernel.MaximumNearRows)
            return true;
        bool isScattered = problem.Key.TokenStride >= 2 * TKernel.HeadDim || problem.Value.TokenStride >= 2 * TKernel.ValueDim;
        if (rows > (isScattered ? TKernel.MaximumScatteredRows : TKernel.MaximumRows))
            return false;
        return problem.PlannedBytesOf<TKernel>(batch) > TKernel.NearBytes;
    }

    private static void ClearPrunedHeads<TKernel>(in AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        foreach (int head in new ReadOnlySpan<int>(problem.PrunedHeads, problem.PrunedHeadCount))
        {
            for (int batch = 0; batch < problem.Batch; batch++)
            {
                int queries = problem.QueryLengthOf(batch);
                for (int query = 0; query < queries; query++)
                    RowState.StorePruned<TKernel>(in problem, batch, query, head);
            }
        }
    }

    private static void RunTiles<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        int blocks = checked(problem.Batch * problem.KeyValueHeads * TileWork<TKernel>.BlocksOf(in problem, 0));
        int threads = WorkScheduler.ThreadsFor(parallelism, blocks, Flops<TKernel>(in problem));
        int blocksPerItem = TileWork<TKernel>.BlocksPerItem(blocks, threads);
        var items = ItemTable.Uniform(problem.Batch, TileWork<TKernel>.ItemsOf(in problem, 0, blocksPerItem));
        WorkScheduler.Run(new TileWork<TKernel>(in problem, items, blocksPerItem, threads), items.Count, TileWork<TKernel>.ScratchBytes, threads);
    }

    private static void RunRows<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        int firstBlock = RowWork<TKernel>.FirstBlockOf(in problem);
        int blocks = RowWork<TKernel>.BlocksOf(in problem, 0, firstBlock);
        var items = ItemTable.Uniform(problem.Batch, RowWork<TKernel>.ItemsOf(in problem, 0, firstBlock));
        int threads = WorkScheduler.ThreadsFor(parallelism, items.Count, Flops<TKernel>(in problem));
        if (blocks == 1)
        {
            WorkScheduler.Run(new RowWork<TKernel>(in problem, items, firstBlock, partials: 0), items.Count, RowWork<TKernel>.ScratchBytes, threads);
            return;
        }

        ScratchBlock partials = ScratchPool.Rent(RowWork<TKernel>.MergeBytes(in problem, items.Count));
        try
        {
            var work = new RowWork<TKernel>(in problem, items, firstBlock, partials.Address);
            WorkScheduler.Run(in work, items.Count, RowWork<TKernel>.ScratchBytes, threads);
            work.Merge();
        }
        finally
        {
            ScratchPool.Return(partials);
        }
    }

    private static void RunSegments<TKernel>(in AttentionProblem problem, int parallelism)
        where TKernel : struct, IAttentionKernel
    {
        ScratchBlock tables = ScratchPool.Rent((nuint)(2 * ((long)problem.Batch + 1) * sizeof(int)));
        try
        {
            int* firstTileItems = (int*)tables.Address;
            int* firstRowItems = firstTileItems + problem.Batch + 1;
            RunSegments<TKernel>(in problem, parallelism, firstTileItems, firstRowItems);
        }
        finally
        {
            ScratchPool.Return(tables);
        }
    }

    private static void RunSegments<TKernel>(in AttentionProblem problem, int parallelism, int* firstTileItems, int* firstRowItems)
        where TKernel : struct, IAttentionKernel
    {
        int firstBlock = RowWork<TKernel>.FirstBlockOf(in problem);
        int blocks = 0;
        int rowItems = 0;
        bool isAnySplit = false;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            firstRowItems[batch] = rowItems;
            if (problem.QueryLengthOf(batch) == 0)
                continue;
            if (IsForRows<TKernel>(in problem, batch))
            {
                rowItems = checked(rowItems + RowWork<TKernel>.ItemsOf(in problem, batch, firstBlock));
                isAnySplit |= RowWork<TKernel>.BlocksOf(in problem, batch, firstBlock) > 1;
            }
            else
            {
                blocks = checked(blocks + (problem.KeyValueHeads * TileWork<TKernel>.BlocksOf(in problem, batch)));
            }
        }

        firstRowItems[problem.Batch] = rowItems;
        int threads = WorkScheduler.ThreadsFor(parallelism, checked(blocks + rowItems), Flops<TKernel>(in problem));
        int blocksPerItem = TileWork<TKernel>.BlocksPerItem(blocks, threads);
        int tileItems = 0;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            firstTileItems[batch] = tileItems;
            if (!IsForRows<TKernel>(in problem, batch))
                tileItems += TileWork<TKernel>.ItemsOf(in problem, batch, blocksPerItem);
        }

        firstTileItems[problem.Batch] = tileItems;
        var tiles = new TileWork<TKernel>(in problem, ItemTable.Ragged(problem.Batch, firstTileItems), blocksPerItem, threads);
        ScratchBlock partials = ScratchPool.Rent(RowWork<TKernel>.MergeBytes(in problem, isAnySplit ? rowItems : 0));
        try
        {
            var rows = new RowWork<TKernel>(in problem, ItemTable.Ragged(problem.Batch, firstRowItems), firstBlock, partials.Address);
            var work = new SegmentWork<TKernel>(tiles, rows);
            WorkScheduler.Run(in work, work.Items, SegmentWork<TKernel>.ScratchBytes, threads);
            rows.Merge();
        }
        finally
        {
            ScratchPool.Return(partials);
        }
    }

    /// <summary>Multiplications and additions of the two products, without regard to masks.</summary>
    private static double Flops<TKernel>(in AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        double pairs = 0;
        if (problem.IsUneven)
        {
            for (int batch = 0; batch < problem.Batch; batch++)
                pairs += (double)problem.QueryLengthOf(batch) * problem.KeyLengthOf(batch);
        }
        else
        {
            pairs = (double)problem.Batch * problem.QueryLength * problem.KeyLength;
        }

        return 2 * pairs * (problem.Heads - problem.PrunedHeadCount) * (TKernel.HeadDim + TKernel.ValueDim);
    }
}
