using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Few rows (decoding): an item is one block of keys of one key/value head, for all its rows. The blocks have a fixed size and their
/// results are merged in order, so that results do not depend on the number of threads.
/// </summary>
internal readonly unsafe struct RowWork<TKernel>(in AttentionProblem problem, nint partials) : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    private readonly AttentionProblem _problem = problem;

    /// <summary>[item] results of blocks, or 0 when one block holds all keys and can write the output itself.</summary>
    private readonly nint _partials = partials;

    private readonly int _mostRows = MostRowsOf(in problem);

    public static int BlocksOf(in AttentionProblem problem) => Math.Max(1, (problem.KeyLength + TKernel.RowKeyBlock - 1) / TKernel.RowKeyBlock);

    /// <summary>Bytes of the result of one block: per row the accumulators, the maximum and the sum.</summary>
    public static nuint PartialBytesOf(in AttentionProblem problem) => (nuint)((TKernel.PaddedValueDim + 2) * MostRowsOf(in problem)) * sizeof(float);

    public static nuint ScratchBytes
    {
        get
        {
            RowScratch.Lay<TKernel>(0, out nuint bytes);
            return bytes;
        }
    }

    public static int ItemsOf(in AttentionProblem problem) => checked(problem.Batch * problem.KeyValueHeads * BlocksOf(in problem));

    /// <summary>Most rows of one key/value head.</summary>
    private static int MostRowsOf(in AttentionProblem problem) => problem.QueryLength * problem.ComputedGroup;

    private static int ScoreStride => TKernel.RowKeyBlock + TKernel.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int item, nint scratch)
    {
        (int head, int block) = Math.DivRem(item, BlocksOf(in _problem));
        (int batch, int keyValueHead) = Math.DivRem(head, _problem.KeyValueHeads);
        var rows = new HeadRows(in _problem, batch, keyValueHead);
        if (rows.Count == 0)
            return;
        RowScratch memory = RowScratch.Lay<TKernel>(scratch, out _);

        Attend(in rows, block, in memory);
        if (_partials == 0)
            Store(in rows, in memory);
        else
            Keep(in rows, item, in memory);
    }

    /// <summary>Merges the blocks of every row, first to last, and writes the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge(nint scratch)
    {
        RowScratch memory = RowScratch.Lay<TKernel>(scratch, out _);
        int blocks = BlocksOf(in _problem);
        for (int head = 0; head < _problem.Batch * _problem.KeyValueHeads; head++)
        {
            (int batch, int keyValueHead) = Math.DivRem(head, _problem.KeyValueHeads);
            var rows = new HeadRows(in _problem, batch, keyValueHead);
            for (int row = 0; row < rows.Count; row++)
                MergeRow(head * blocks, blocks, row, in memory);
            Store(in rows, in memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(in HeadRows rows, int block, in RowScratch memory)
    {
        LoadRows(in rows, in memory);

        int first = block * TKernel.RowKeyBlock;
        int count = Math.Min(TKernel.RowKeyBlock, _problem.KeyLengthOf(rows.Batch) - first);
        KeyRange seen = SeenKeys(rows.Batch, first, count);
        if (seen.IsEmpty)
        {
            ClearRows(rows.Count, in memory);
            return;
        }

        first += seen.Begin;
        bool anyHidden = Classify(rows.Batch, first, seen.Count) == BlockVisibility.Mixed;
        Accumulate(in rows, first, seen.Count, anyHidden, visibleOnly: false, in memory);

        // As in the tile kernel: a NaN or infinity in a hidden value shows as NaN, and the block is done again without hidden values.
        int accumulators = rows.Count * TKernel.PaddedValueDim;
        if (anyHidden && Numbers.ContainsNaN(new ReadOnlySpan<float>(memory.Accumulators, accumulators)))
            Accumulate(in rows, first, seen.Count, anyHidden, visibleOnly: true, in memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadRows(in HeadRows rows, in RowScratch memory)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            (int query, int head) = rows.QueryAndHead(row);
            float* target = memory.Queries + (row * TKernel.PaddedHeadDim);
            float* source = target;
            if (_problem.MustLoadQueries)
                _problem.LoadQuery(rows.Batch, query, head, target, TKernel.HeadDim);
            else
                source = _problem.Query.FloatHead(rows.Batch, query, head);
            Numbers.Multiply(source, _problem.BinaryScale, target, TKernel.HeadDim);
            new Span<float>(target + TKernel.HeadDim, TKernel.PaddedHeadDim - TKernel.HeadDim).Clear();
        }
    }

    private static void ClearRows(int rows, in RowScratch memory)
    {
        new Span<float>(memory.Maximum, rows).Fill(float.NegativeInfinity);
        new Span<float>(memory.Sum, rows).Clear();
        new Span<float>(memory.Factor, rows).Fill(1);
        new Span<float>(memory.Accumulators, rows * TKernel.PaddedValueDim).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Accumulate(in HeadRows rows, int first, int count, bool anyHidden, bool visibleOnly, in RowScratch memory)
    {
        ClearRows(rows.Count, in memory);
        ComputeScores(in rows, first, count, in memory);
        for (int row = 0; row < rows.Count; row++)
        {
            ref float scores = ref memory.Scores[row * ScoreStride];
            if (anyHidden)
                TKernel.MaskRowScores(count, first, _problem.PositionOf(rows.Batch, rows.QueryOf(row)), ref scores);
            if (visibleOnly)
                new ReadOnlySpan<float>(memory.Scores + (row * ScoreStride), count).CopyTo(new Span<float>(memory.HiddenScores, count));

            // The accumulators are still empty, so the factor that the step asks for is of no use.
            float factor = 0;
            TKernel.RowSoftmax(count, ref scores, ref memory.Maximum[row], ref memory.Sum[row], ref factor);
            if (visibleOnly)
                MarkHidden(memory.HiddenScores, memory.Scores + (row * ScoreStride), count);
        }

        AddValues(in rows, first, count, visibleOnly, in memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeScores(in HeadRows rows, int first, int count, in RowScratch memory)
    {
        bool mustLoad = _problem.MustLoadKeys;
        int chunk = KeyChunk(rows.Count, mustLoad);
        for (int begin = 0; begin < count; begin += chunk)
        {
            int keys = Math.Min(chunk, count - begin);
            float* key = memory.Loaded;
            nint stride = KeyValueBlock.PackedStride(TKernel.HeadDim);
            if (mustLoad)
            {
                _problem.LoadKeys(rows.Batch, first + begin, keys, rows.KeyValueHead, key, stride, TKernel.HeadDim);
            }
            else
            {
                key = _problem.Key.FloatHead(rows.Batch, first + begin, rows.KeyValueHead);
                stride = _problem.Key.TokenStride;
            }

            for (int row = 0; row < rows.Count; row += TKernel.RowTile)
            {
                TKernel.RowScores(
                    Math.Min(TKernel.RowTile, rows.Count - row),
                    ref memory.Queries[row * TKernel.PaddedHeadDim],
                    ref *key,
                    stride,
                    keys,
                    ref memory.Scores[(row * ScoreStride) + begin]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddValues(in HeadRows rows, int first, int count, bool visibleOnly, in RowScratch memory)
    {
        bool mustLoad = _problem.MustLoadValues;
        int chunk = KeyChunk(rows.Count, mustLoad);
        for (int begin = 0; begin < count; begin += chunk)
        {
            int keys = Math.Min(chunk, count - begin);
            float* value = memory.Loaded;
            nint stride = KeyValueBlock.PackedStride(TKernel.ValueDim);
            if (mustLoad)
            {
                _problem.LoadValues(rows.Batch, first + begin, keys, rows.KeyValueHead, value, stride, TKernel.ValueDim);
            }
            else
            {
                value = _problem.Value.FloatHead(rows.Batch, first + begin, rows.KeyValueHead);
                stride = _problem.Value.TokenStride;
            }

            for (int row = 0; row < rows.Count; row += TKernel.RowTile)
            {
                int tile = Math.Min(TKernel.RowTile, rows.Count - row);
                ref float weights = ref memory.Scores[(row * ScoreStride) + begin];
                ref float accumulators = ref memory.Accumulators[row * TKernel.PaddedValueDim];
                if (visibleOnly)
                    TKernel.RowValuesOfVisible(tile, ref weights, ref *value, stride, keys, ref memory.Factor[row], ref accumulators);
                else
                    TKernel.RowValues(tile, ref weights, ref *value, stride, keys, ref memory.Factor[row], ref accumulators);
            }
        }
    }

    /// <summary>
    /// Keys are read once per tile of rows; when there are several tiles, or they must be loaded first, in chunks that stay in the nearest
    /// cache meanwhile.
    /// </summary>
    private static int KeyChunk(int rows, bool mustLoad) => rows <= TKernel.RowTile && !mustLoad ? TKernel.RowKeyBlock : TKernel.RowKeyChunk;

    private static void MarkHidden(float* scores, float* weights, int count)
    {
        for (int key = 0; key < count; key++)
        {
            if (float.IsNegativeInfinity(scores[key]))
                weights[key] = -1;
        }
    }

    /// <summary>The keys of a block without those at either end that no row sees.</summary>
    private KeyRange SeenKeys(int batch, int first, int count)
    {
        int begin = 0;
        int end = Math.Max(0, count);
        while (begin < end && Classify(batch, first + begin, Math.Min(TKernel.RowKeyChunk, end - begin)) == BlockVisibility.Empty)
            begin += TKernel.RowKeyChunk;
        while (begin < end)
        {
            int chunk = Math.Max(begin, (end - 1) / TKernel.RowKeyChunk * TKernel.RowKeyChunk);
            if (Classify(batch, first + chunk, end - chunk) != BlockVisibility.Empty)
                break;
            end = chunk;
        }

        return new KeyRange(begin, end);
    }

    private BlockVisibility Classify(int batch, int firstKey, int keys) =>
        TKernel.HasMask
            ? TKernel.Classify(_problem.PositionOf(batch, 0), _problem.PositionOf(batch, _problem.QueryLength - 1), firstKey, firstKey + keys - 1)
            : BlockVisibility.Full;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(in HeadRows rows, in RowScratch memory)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            (int query, int head) = rows.QueryAndHead(row);
            var state = new RowState(memory.Maximum[row], memory.Sum[row]);
            state.Store<TKernel>(in _problem, rows.Batch, query, head, memory.Accumulators + (row * TKernel.PaddedValueDim));
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
            float blockMaximum = partial[TKernel.PaddedValueDim];
            if (float.IsNegativeInfinity(blockMaximum))
                continue;
            float factor = MathF.Pow(2, blockMaximum - maximum);
            sum += factor * partial[TKernel.PaddedValueDim + 1];
            Numbers.AddScaled(partial, factor, total, TKernel.PaddedValueDim);
        }

        memory.Maximum[row] = maximum;
        memory.Sum[row] = sum;
    }

    private float* Partial(int item, int row) =>
        (float*)_partials + ((nint)((item * (long)_mostRows) + row) * (TKernel.PaddedValueDim + 2));
}
