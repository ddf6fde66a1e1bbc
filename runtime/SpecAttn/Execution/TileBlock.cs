using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// One block of rows of one key/value head, a row being a query of one of the heads that share it: all keys pass by, a block at a
/// time (Rabe and Staats 2021; Dao et al. 2022). Rows are in the lanes of the scores, the value dimension in the lanes of the output.
/// </summary>
internal readonly unsafe ref struct TileBlock<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private readonly ref readonly AttentionProblem _problem;
    private readonly int _batch;
    private readonly int _keyValueHead;
    private readonly int _firstRow;
    private readonly int _rows;
    private readonly int _columns;
    private readonly TileScratch _scratch;

    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">Key/value head.</param>
    /// <param name="firstRow">First row of the block; row r is query r / group of head r % group.</param>
    /// <param name="rows">1 to <c>BlockRows</c>.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> of memory, 64-byte aligned.</param>
    public TileBlock(ref readonly AttentionProblem problem, int batch, int keyValueHead, int firstRow, int rows, nint scratch)
    {
        _problem = ref problem;
        _batch = batch;
        _keyValueHead = keyValueHead;
        _firstRow = firstRow;
        _rows = rows;
        _columns = (rows + TKernel.Lanes - 1) / TKernel.Lanes;
        _scratch = TileScratch.Lay<TKernel>(scratch, out _);
    }

    public static nuint ScratchBytes
    {
        get
        {
            TileScratch.Lay<TKernel>(0, out nuint bytes);
            return bytes;
        }
    }

    public void Run()
    {
        LoadRows();

        // The fast path multiplies hidden values by 0, which is wrong only for NaN and infinity; those show as NaN, and the block
        // is done again in the way that steps over hidden values.
        bool anyHidden = Accumulate(visibleOnly: false);
        if (anyHidden && ContainsNaN())
            Accumulate(visibleOnly: true);

        StoreRows();
    }

    private void LoadRows()
    {
        int lanes = _columns * TKernel.Lanes;
        for (int lane = 0; lane < lanes; lane++)
        {
            // Lanes past the last row repeat it; nothing of them is stored.
            (int query, int head) = QueryAndHead(Math.Min(lane, _rows - 1));
            _scratch.RowOffsets[lane] = (nint)(_problem.Query.Head(_batch, query, head) - _problem.Query.Data);
            _scratch.Positions[lane] = _problem.PositionOf(_batch, query);
        }

        TKernel.LoadQueries(_columns, ref *_problem.Query.Data, ref *_scratch.RowOffsets, _problem.BinaryScale, ref *_scratch.Queries);
    }

    /// <summary>Takes in every key. Returns whether there was a block in which some row does not see some key.</summary>
    private bool Accumulate(bool visibleOnly)
    {
        new Span<float>(_scratch.Maximum, TKernel.BlockRows).Fill(float.NegativeInfinity);
        new Span<float>(_scratch.Sum, TKernel.BlockRows).Clear();
        new Span<float>(_scratch.Accumulators, TKernel.BlockRows * TKernel.PaddedValueDim).Clear();

        bool anyHidden = false;
        int keyLength = _problem.KeyLengthOf(_batch);
        for (int first = 0; first < keyLength; first += TKernel.KeyBlock)
        {
            int count = Math.Min(TKernel.KeyBlock, keyLength - first);
            switch (Classify(0, _rows, first, count))
            {
                case BlockVisibility.Full:
                    AddFullBlock(first, count);
                    break;
                case BlockVisibility.Mixed:
                    anyHidden = true;
                    AddMixedBlock(first, count, visibleOnly);
                    break;
            }
        }

        return anyHidden;
    }

    private void AddFullBlock(int first, int count)
    {
        new Span<float>(_scratch.BlockMaximum, TKernel.BlockRows).Fill(float.NegativeInfinity);
        ComputeScores(0, _columns, first, 0, count);
        for (int column = 0; column < _columns; column++)
            Softmax(column, new KeyRange(0, count));
        AddValues(0, _rows, first, new KeyRange(0, count), visibleOnly: false);
    }

    /// <summary>
    /// Narrows the work to what is seen: every column of scores to its own keys, and every tile of values to its own. On a causal
    /// diagonal this halves the work.
    /// </summary>
    private void AddMixedBlock(int first, int count, bool visibleOnly)
    {
        Span<KeyRange> ranges = stackalloc KeyRange[_columns];
        var union = new KeyRange(count, 0);
        for (int column = 0; column < _columns; column++)
        {
            ranges[column] = SeenKeys(column * TKernel.Lanes, TKernel.Lanes, first, new KeyRange(0, count));
            union = union.Or(ranges[column]);
        }

        ComputeScores(ranges, union, first);
        for (int column = 0; column < _columns; column++)
        {
            KeyRange range = ranges[column];
            int lane = column * TKernel.Lanes;
            if (range.IsEmpty)
            {
                new Span<float>(_scratch.Factor + lane, TKernel.Lanes).Fill(1);
            }
            else
            {
                TKernel.MaskScores(range.Count, first + range.Begin, ref _scratch.Positions[lane], ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane]);
                if (visibleOnly)
                    CopyScores(_scratch.HiddenScores, _scratch.Scores, lane, range);
                Softmax(column, range);
                if (visibleOnly)
                    MarkHidden(lane, range);
            }

            // Tiles of values can reach over two columns: outside its own keys a column has the weight of a hidden key.
            FillWeights(lane, new KeyRange(union.Begin, range.IsEmpty ? union.End : range.Begin), visibleOnly);
            FillWeights(lane, new KeyRange(range.IsEmpty ? union.End : range.End, union.End), visibleOnly);
        }

        for (int row = 0; row < _rows; row += TKernel.ValueTileRows)
        {
            int rows = Math.Min(TKernel.ValueTileRows, _rows - row);
            KeyRange range = SeenKeys(row, rows, first, union);
            if (!range.IsEmpty)
                AddValues(row, rows, first, range, visibleOnly);
        }
    }

    /// <summary>The keys of a range without those at either end that none of some rows sees.</summary>
    private KeyRange SeenKeys(int row, int rows, int first, KeyRange range)
    {
        int begin = range.Begin;
        int end = range.End;
        while (begin < end && Classify(row, rows, first + begin, Math.Min(TKernel.KeyTile, end - begin)) == BlockVisibility.Empty)
            begin += TKernel.KeyTile;
        while (begin < end)
        {
            int tile = Math.Max(begin, (end - 1) / TKernel.KeyTile * TKernel.KeyTile);
            if (Classify(row, rows, first + tile, end - tile) != BlockVisibility.Empty)
                return new KeyRange(begin, end);
            end = tile;
        }

        return new KeyRange(begin, begin);
    }

    /// <summary>Scores of the keys that each column sees: runs of keys that concern the same columns are computed together.</summary>
    private void ComputeScores(ReadOnlySpan<KeyRange> ranges, KeyRange union, int first)
    {
        int next;
        for (int key = union.Begin; key < union.End; key = next)
        {
            int firstColumn = -1;
            int lastColumn = -1;
            next = union.End;
            for (int column = 0; column < ranges.Length; column++)
            {
                if (ranges[column].IsEmpty)
                    continue;
                if (ranges[column].Contains(key))
                {
                    firstColumn = firstColumn < 0 ? column : firstColumn;
                    lastColumn = column;
                    next = Math.Min(next, ranges[column].End);
                }
                else if (ranges[column].Begin > key)
                {
                    next = Math.Min(next, ranges[column].Begin);
                }
            }

            if (firstColumn >= 0)
                ComputeScores(firstColumn, lastColumn - firstColumn + 1, first, key, next - key);
        }
    }

    private void ComputeScores(int firstColumn, int columns, int first, int begin, int count)
    {
        int lane = firstColumn * TKernel.Lanes;
        float* keys = _problem.Key.Head(_batch, first + begin, _keyValueHead);
        TKernel.Scores(
            columns, ref _scratch.Queries[lane], ref *keys, _problem.Key.TokenStride, count, ref *Score(begin, lane), ref _scratch.BlockMaximum[lane]);
    }

    private void Softmax(int column, KeyRange range)
    {
        int lane = column * TKernel.Lanes;
        TKernel.Softmax(
            range.Count, ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane], ref _scratch.Maximum[lane], ref _scratch.Sum[lane], ref _scratch.Factor[lane]);
    }

    private void AddValues(int row, int rows, int first, KeyRange range, bool visibleOnly)
    {
        ref float weights = ref *Score(range.Begin, row);
        ref float values = ref *_problem.Value.Head(_batch, first + range.Begin, _keyValueHead);
        ref float accumulators = ref _scratch.Accumulators[row * TKernel.PaddedValueDim];
        if (visibleOnly)
            TKernel.ValuesOfVisible(rows, ref weights, ref values, _problem.Value.TokenStride, range.Count, ref _scratch.Factor[row], ref accumulators);
        else
            TKernel.Values(rows, ref weights, ref values, _problem.Value.TokenStride, range.Count, ref _scratch.Factor[row], ref accumulators);
    }

    /// <summary>A hidden key has a weight of 0 for the fast path, and a negative one where hidden values are stepped over.</summary>
    private void FillWeights(int lane, KeyRange range, bool visibleOnly)
    {
        for (int key = range.Begin; key < range.End; key++)
            new Span<float>(Score(key, lane), TKernel.Lanes).Fill(visibleOnly ? -1 : 0);
    }

    private static void CopyScores(float* target, float* source, int lane, KeyRange range)
    {
        for (int key = range.Begin; key < range.End; key++)
        {
            int offset = (key * TKernel.BlockRows) + lane;
            new ReadOnlySpan<float>(source + offset, TKernel.Lanes).CopyTo(new Span<float>(target + offset, TKernel.Lanes));
        }
    }

    private void MarkHidden(int lane, KeyRange range)
    {
        for (int key = range.Begin; key < range.End; key++)
        {
            float* weights = Score(key, lane);
            float* scores = _scratch.HiddenScores + (weights - _scratch.Scores);
            for (int i = 0; i < TKernel.Lanes; i++)
            {
                if (float.IsNegativeInfinity(scores[i]))
                    weights[i] = -1;
            }
        }
    }

    private bool ContainsNaN() => Numbers.ContainsNaN(new ReadOnlySpan<float>(_scratch.Accumulators, _rows * TKernel.PaddedValueDim));

    private void StoreRows()
    {
        for (int row = 0; row < _rows; row++)
        {
            (int query, int head) = QueryAndHead(row);
            var state = new RowState(_scratch.Maximum[row], _scratch.Sum[row]);
            state.Store<TKernel>(in _problem, _batch, query, head, _scratch.Accumulators + (row * TKernel.PaddedValueDim));
        }
    }

    private BlockVisibility Classify(int row, int rows, int firstKey, int keys)
    {
        if (!TKernel.HasMask)
            return BlockVisibility.Full;
        // Rows are ordered by query, so the first and the last one have the extreme positions.
        int last = Math.Min(row + rows, _rows) - 1;
        return TKernel.Classify(_scratch.Positions[Math.Min(row, last)], _scratch.Positions[last], firstKey, firstKey + keys - 1);
    }

    private (int Query, int Head) QueryAndHead(int row)
    {
        (int query, int headInGroup) = Math.DivRem(_firstRow + row, _problem.Group);
        return (query, (_keyValueHead * _problem.Group) + headInGroup);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Score(int key, int lane) => _scratch.Scores + (key * TKernel.BlockRows) + lane;
}
