using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <content>The results of blocks, and what becomes of them.</content>
internal readonly unsafe partial struct RowWork<TKernel>
{
    /// <summary>Bytes of scratch memory for <see cref="Merge"/>.</summary>
    public static nuint MergeBytes(in AttentionProblem problem, int items) => ScratchBytes + ((nuint)items * (nuint)PartialFloats(MostRowsOf(in problem)) * sizeof(float));

    /// <summary>The result of one block: per row the accumulators, the maximum and the sum.</summary>
    private static int PartialFloats(int rows) => (TKernel.PaddedValueDim + 2) * rows;

    /// <summary>Merges the blocks of every row, first to last, and writes the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge()
    {
        RowScratch memory = RowScratch.Lay<TKernel>(_partials, out _);
        for (int batch = 0; batch < _problem.Batch; batch++)
        {
            int item = _items.FirstOf(batch);
            int blocks = BlocksOf(in _problem, batch, _firstBlock);
            if (blocks == 1 || item == _items.FirstOf(batch + 1))
                continue;
            for (int keyValueHead = 0; keyValueHead < _problem.KeyValueHeads; keyValueHead++, item += blocks)
            {
                var rows = new HeadRows(in _problem, batch, keyValueHead);
                if (rows.Count == 0)
                    continue;
                for (int row = 0; row < rows.Count; row++)
                    MergeRow(item, blocks, row, in memory);
                Store(in rows, in memory);
            }
        }
    }

    /// <summary>Puts the rows of one block where <see cref="Merge"/> finds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(in HeadRows rows, int item, in RowScratch memory)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            float* partial = Partial(item, row);
            new ReadOnlySpan<float>(memory.Accumulators + (row * TKernel.PaddedValueDim), TKernel.PaddedValueDim)
                .CopyTo(new Span<float>(partial, TKernel.PaddedValueDim));
            partial[TKernel.PaddedValueDim] = memory.Maximum[row];
            partial[TKernel.PaddedValueDim + 1] = memory.Sum[row];
        }
    }

    /// <summary>Of a block that no row sees: <see cref="MergeRow"/> passes over it, and reads nothing but the maximum and the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void KeepNothing(int rows, int item)
    {
        for (int row = 0; row < rows; row++)
        {
            float* partial = Partial(item, row);
            partial[TKernel.PaddedValueDim] = float.NegativeInfinity;
            partial[TKernel.PaddedValueDim + 1] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MergeRow(int firstItem, int blocks, int row, in RowScratch memory)
    {
        float maximum = float.NegativeInfinity;
        for (int block = 0; block < blocks; block++)
        {
            float candidate = Partial(firstItem + block, row)[TKernel.PaddedValueDim];
            if (!(candidate <= maximum))
                maximum = candidate;
        }

        float* total = memory.Accumulators + (row * TKernel.PaddedValueDim);
        new Span<float>(total, TKernel.PaddedValueDim).Clear();
        float sum = 0;
        for (int block = 0; block < blocks; block++)
        {
            float* partial = Partial(firstItem + block, row);
            float blockSum = partial[TKernel.PaddedValueDim + 1];
            if (blockSum == 0)
                continue;
            float factor = MathF.Pow(2, partial[TKernel.PaddedValueDim] - maximum);
            sum += factor * blockSum;
            Numbers.AddScaled(partial, factor, total, TKernel.PaddedValueDim);
        }

        memory.Maximum[row] = maximum;
        memory.Sum[row] = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Partial(int item, int row) =>
        (float*)(_partials + (nint)ScratchBytes) + ((nint)((item * (long)_mostRows) + row) * (TKernel.PaddedValueDim + 2));
}
