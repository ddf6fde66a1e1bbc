using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// One block of rows of one key/value head, a row being a query of one of the heads that share it: all keys pass by, a block at a
/// time (Rabe and Staats 2021; Dao et al. 2022). Rows are in the lanes of the scores, the value dimension in the lanes of the output.
/// </summary>
internal readonly unsafe ref partial struct TileBlock<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private readonly ref readonly AttentionProblem _problem;
    private readonly HeadRows _headRows;
    private readonly int _firstRow;
    private readonly int _rows;
    private readonly int _columns;
    private readonly TileScratch _scratch;
    private readonly TileState _state;

    /// <param name="problem">The call.</param>
    /// <param name="headRows">All rows of the key/value head.</param>
    /// <param name="firstRow">First row of the block; row r is query r / heads of the group's computed head r % heads.</param>
    /// <param name="scratch">Memory that blocks use one after the other.</param>
    /// <param name="state">Memory of this block.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileBlock(ref readonly AttentionProblem problem, in HeadRows headRows, int firstRow, TileScratch scratch, TileState state)
    {
        _problem = ref problem;
        _headRows = headRows;
        _firstRow = firstRow;
        _rows = Math.Min(TKernel.BlockRows, _headRows.Count - firstRow);
        _columns = (_rows + TKernel.Lanes - 1) / TKernel.Lanes;
        _scratch = scratch;
        _state = state;
    }

    /// <summary>Takes in the queries; no key has been seen yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin()
    {
        LoadRows();
        Reset();
    }

    /// <summary>Takes in a block of keys and values.</summary>
    /// <param name="block">The keys and values.</param>
    /// <param name="visibility">Which of them the rows see.</param>
    /// <param name="coming">What is needed next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in KeyValueBlock block, BlockVisibility visibility, ref ComingLines coming) =>
        Add(in block, visibility, visibleOnly: false, ref coming);

    /// <summary>Writes the output. Until now, hidden values have been multiplied by 0, which is wrong for NaN and infinity only;
    /// those show as NaN here, and everything is done again in the way that steps over hidden values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish()
    {
        if (TKernel.MayHide && ContainsNaN())
        {
            Reset();
            var coming = default(ComingLines);
            int keyLength = _problem.SeenKeysOf(_headRows.Batch);
            for (int first = 0; first < keyLength; first += TKernel.KeyBlock)
            {
                int count = Math.Min(TKernel.KeyBlock, keyLength - first);
                Add(
                    KeyValueBlock.Load<TKernel>(in _problem, _headRows.Batch, _headRows.KeyValueHead, first, count, _scratch),
                    Classify(first, count),
                    visibleOnly: true,
                    ref coming);
            }
        }

        StoreRows();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reset()
    {
        Numbers.Fill(_state.Maximum, float.NegativeInfinity, TKernel.BlockRows);
        Numbers.Clear(_state.Sum, TKernel.BlockRows);
        Numbers.Clear(_state.Accumulators, TKernel.BlockRows * TKernel.PaddedValueDim);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadRows()
    {
        bool mustLoad = _problem.MustLoadQueries;
        nint stride = KeyValueBlock.PackedStride(TKernel.HeadDim);
        int lanes = _columns * TKernel.Lanes;
        long firstPosition = _problem.FirstPositionOf(_headRows.Batch);
        RowCursor at = _headRows.From(_firstRow);
        for (int lane = 0; lane < lanes; lane++)
        {
            // Lanes past the last row repeat it; nothing of them is stored.
            int row = Math.Min(lane, _rows - 1);
            if (mustLoad && lane == row)
                _problem.LoadQuery(_headRows.Batch, at.Query, at.Head, _scratch.LoadedQueries + (row * stride), TKernel.HeadDim);
            _state.RowOffsets[lane] = mustLoad ? row * stride : _problem.Query.OffsetOf(_headRows.Batch, at.Query, at.Head);
            if (!mustLoad && lane == row)
                Numbers.Prefetch((float*)_problem.Query.Data + _state.RowOffsets[lane], TKernel.HeadDim);
            if (TKernel.HasMask || TKernel.ChangesScores)
                SetScoreInputs(lane, at.Query, at.Head, firstPosition);
            if (lane + 1 < _rows)
                at.MoveNext();
        }

        float* queries = mustLoad ? _scratch.LoadedQueries : (float*)_problem.Query.Data;
        TKernel.LoadQueries(_columns, ref *queries, ref *_state.RowOffsets, _problem.QueryScale(TKernel.ChangesScores), ref *_state.Queries);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(in KeyValueBlock block, BlockVisibility visibility, bool visibleOnly, ref ComingLines coming)
    {
        if (visibility == BlockVisibility.Empty)
            return;
        if (TKernel.HasBias || TKernel.HasMaskTensor)
            LoadBiasAndMask(block.First, block.Count);
        if (visibility == BlockVisibility.Full && !visibleOnly)
            AddSeenByAll(in block, new KeyRange(0, block.Count), ref coming);
        else
            AddMixedBlock(in block, visibleOnly, ref coming);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSeenByAll(in KeyValueBlock block, KeyRange range, ref ComingLines coming)
    {
        Numbers.Fill(_scratch.BlockMaximum, float.NegativeInfinity, TKernel.BlockRows);
        ComputeScores(0, _columns, in block, range);
        for (int column = 0; column < _columns; column++)
        {
            if (TKernel.ChangesScores)
                Change(column, in block, range);
            Softmax(column, range);
        }

        LinesAhead ahead = coming.Take();
        AddValues(0, _rows, in block, range, visibleOnly: false, ref ahead);
        ahead.AskForRest();
    }

    /// <summary>
    /// Narrows the work to what is seen: every column of scores to its own keys, and every tile of values to its own. On a causal
    /// diagonal this halves the work.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddMixedBlock(in KeyValueBlock block, bool visibleOnly, ref ComingLines coming)
    {
        var ranges = new Span<KeyRange>(_scratch.SeenKeys, _columns);
        var union = new KeyRange(block.Count, 0);
        SeeingRows<TKernel> seeing = Seeing();
        var seen = default(KeyRange);
        for (int column = 0; column < _columns; column++)
        {
            seen = SeenKeys(ref seeing, column * TKernel.Lanes, TKernel.Lanes, block.First, new KeyRange(0, block.Count), seen);
            ranges[column] = seen;
            union = union.Or(seen);
        }

        if (!visibleOnly && !union.IsEmpty && ranges.IndexOfAnyExcept(union) < 0 && Classify(block.First + union.Begin, union.Count) == BlockVisibility.Full)
        {
            AddSeenByAll(in block, union, ref coming);
            return;
        }

        ComputeScores(ranges, union, in block);
        for (int column = 0; column < _columns; column++)
        {
            KeyRange range = ranges[column];
            int lane = column * TKernel.Lanes;
            if (range.IsEmpty)
            {
                Numbers.Fill(_scratch.Factor + lane, 1, TKernel.Lanes);
            }
            else
            {
                if (TKernel.HasMask)
                    Mask(column, in block, range);
                else if (TKernel.ChangesScores)
                    Change(column, in block, range);
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

        LinesAhead ahead = coming.Take();
        seen = default;
        for (int row = 0; row < _rows; row += TKernel.ValueTileRows)
        {
            int rows = Math.Min(TKernel.ValueTileRows, _rows - row);
            seen = SeenKeys(ref seeing, row, rows, block.First, union, seen);
            if (!seen.IsEmpty)
                AddValues(row, rows, in block, seen, visibleOnly, ref ahead);
        }

        ahead.AskForRest();
    }

    /// <summary>Scores of the keys that each column sees: runs of keys that concern the same columns are computed together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeScores(ReadOnlySpan<KeyRange> ranges, KeyRange union, in KeyValueBlock block)
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
                ComputeScores(firstColumn, lastColumn - firstColumn + 1, in block, new KeyRange(key, next));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ComputeScores(int firstColumn, int columns, in KeyValueBlock block, KeyRange range)
    {
        int lane = firstColumn * TKernel.Lanes;
        ref float keys = ref *(block.Keys + (range.Begin * block.KeyStride));
        TKernel.Scores(
            columns, ref _state.Queries[lane], ref keys, block.KeyStride, range.Count, ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Change(int column, in KeyValueBlock block, KeyRange range)
    {
        int lane = column * TKernel.Lanes;
        ScoreInputs inputs = InputsOf(lane, range.Begin);
        TKernel.ChangeScores(in inputs, range.Count, PositionOf(block.First + range.Begin), ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mask(int column, in KeyValueBlock block, KeyRange range)
    {
        int lane = column * TKernel.Lanes;
        ScoreInputs inputs = InputsOf(lane, range.Begin);
        TKernel.MaskScores(in inputs, range.Count, PositionOf(block.First + range.Begin), ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane]);
    }

    /// <summary>What the passes over the scores read, from a lane and a key of the block on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ScoreInputs InputsOf(int lane, int key)
    {
        ScoreInputs inputs = _problem.InputsOf(_headRows.Batch, _headRows.KeyValueHead);
        inputs.PositionsPointer = _state.Positions + lane;
        inputs.HeadsPointer = _state.Heads + lane;
        inputs.SlopesPointer = _state.Slopes + lane;
        if (TKernel.HasBias)
            inputs.BiasPointer = _scratch.Bias + (key * TKernel.BlockRows) + lane;
        if (TKernel.HasMaskTensor)
            inputs.MaskPointer = _scratch.Mask + (key * TKernel.BlockRows) + lane;
        return inputs;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetScoreInputs(int lane, int query, int head, long firstPosition)
    {
        _state.Positions[lane] = AttentionProblem.PositionFrom(firstPosition, query);
        _state.Heads[lane] = head;
        if (_problem.Slopes != null)
            _state.Slopes[lane] = _problem.Slopes[head];
        if (TKernel.HasBias)
            _state.BiasOffsets[lane] = _problem.Bias.Row(_headRows.Batch, head, query);
        if (TKernel.HasMaskTensor)
            _state.MaskOffsets[lane] = _problem.Mask.Row(_headRows.Batch, head, query);
    }

    /// <summary>Brings bias and mask of some keys into the layout of the scores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadBiasAndMask(int firstKey, int keys)
    {
        if (TKernel.HasBias)
        {
            float* bias = (float*)_problem.Bias.Data;
            if (_problem.Bias.KeyStride == 0)
                SpreadBias(bias, keys);
            else
                TKernel.TransposeRows(_columns, keys, ref bias[firstKey], ref *_state.BiasOffsets, ref *_scratch.Bias);
        }

        if (TKernel.HasMaskTensor)
        {
            nint* offsets = stackalloc nint[TKernel.BlockRows];
            for (int lane = 0; lane < _columns * TKernel.Lanes; lane++)
            {
                offsets[lane] = lane * TKernel.KeyBlock;
                _problem.Mask.LoadMask(_state.MaskOffsets[lane], firstKey, keys, _scratch.MaskRows + offsets[lane]);
            }
            TKernel.TransposeRows(_columns, keys, ref *(float*)_scratch.MaskRows, ref *offsets, ref *(float*)_scratch.Mask);
        }
    }

    /// <summary>One element is the bias of all keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadBias(float* bias, int keys)
    {
        for (int key = 0; key < keys; key++)
        for (int lane = 0; lane < _columns * TKernel.Lanes; lane++)
            _scratch.Bias[(key * TKernel.BlockRows) + lane] = bias[_state.BiasOffsets[lane]];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Softmax(int column, KeyRange range)
    {
        int lane = column * TKernel.Lanes;
        TKernel.Softmax(
            range.Count, ref *Score(range.Begin, lane), ref _scratch.BlockMaximum[lane], ref _state.Maximum[lane], ref _state.Sum[lane], ref _scratch.Factor[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddValues(int row, int rows, in KeyValueBlock block, KeyRange range, bool visibleOnly, ref LinesAhead ahead)
    {
        ref float weights = ref *Score(range.Begin, row);
        ref float values = ref *(block.Values + (range.Begin * block.ValueStride));
        ref float accumulators = ref _state.Accumulators[row * TKernel.PaddedValueDim];
        if (visibleOnly)
            TKernel.ValuesOfVisible(rows, ref weights, ref values, block.ValueStride, range.Count, ref _scratch.Factor[row], ref accumulators);
        else
            TKernel.Values(rows, ref weights, ref values, block.ValueStride, range.Count, ref _scratch.Factor[row], ref accumulators, ref ahead);
    }

    /// <summary>A hidden key has a weight of 0 for the fast path, and a negative one where hidden values are stepped over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillWeights(int lane, KeyRange range, bool visibleOnly)
    {
        Vector128<float> weight = Vector128.Create(visibleOnly ? -1f : 0f);
        for (int key = range.Begin; key < range.End; key++)
        {
            float* weights = Score(key, lane);
            for (int i = 0; i < TKernel.Lanes; i += Vector128<float>.Count)
                weight.Store(weights + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyScores(float* target, float* source, int lane, KeyRange range)
    {
        for (int key = range.Begin; key < range.End; key++)
        {
            int offset = (key * TKernel.BlockRows) + lane;
            new ReadOnlySpan<float>(source + offset, TKernel.Lanes).CopyTo(new Span<float>(target + offset, TKernel.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ContainsNaN() => Numbers.ContainsNaN(new ReadOnlySpan<float>(_state.Accumulators, _rows * TKernel.PaddedValueDim));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreRows()
    {
        RowCursor at = _headRows.From(_firstRow);
        RowCursor ahead = at;
        for (int row = -Numbers.PrefetchRows; row < _rows; row++)
        {
            if (row + Numbers.PrefetchRows < _rows)
            {
                Numbers.Prefetch(_problem.Output.FloatHead(_headRows.Batch, ahead.Query, ahead.Head), TKernel.ValueDim);
                ahead.MoveNext();
            }

            if (row < 0)
                continue;
            var state = new RowState(_state.Maximum[row], _state.Sum[row]);
            state.Store<TKernel>(in _problem, _headRows.Batch, at.Query, at.Head, _state.Accumulators + (row * TKernel.PaddedValueDim));
            at.MoveNext();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PositionOf(int key) => _problem.KeyPositionOf(_headRows.Batch, key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (int Query, int Head) QueryAndHead(int row) => _headRows.QueryAndHead(_firstRow + row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Score(int key, int lane) => _scratch.Scores + (key * TKernel.BlockRows) + lane;
}
