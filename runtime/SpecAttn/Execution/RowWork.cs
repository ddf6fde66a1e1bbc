using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Few rows (decoding): an item is one block of keys of one key/value head, for all its rows; of very few keys, several heads are one item.
/// The blocks have a fixed size and their results are merged in order, so that results do not depend on the number of threads.
/// </summary>
/// <param name="problem">The call.</param>
/// <param name="items">Items of each sequence, see <see cref="ItemsOf"/>.</param>
/// <param name="firstBlock">See <see cref="FirstBlockOf"/>.</param>
/// <param name="partials">Scratch memory of <see cref="Merge"/>, and behind it the results of the blocks, by item; 0 where every sequence is one block.</param>
internal readonly unsafe partial struct RowWork<TKernel>(in AttentionProblem problem, ItemTable items, int firstBlock, nint partials) : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    /// <summary>
    /// With so few keys the steps from queries to scores to weights to output are short, and each waits for the one before it: heads take
    /// them together, as many as there is memory for, so that the processor has others to go on with. Over 1 key that takes two thirds of the
    /// time, over 64 seven eighths. Several rows of a head ask for later keys and values, which heads together do not: from a chunk of keys on
    /// they gain nothing by it, and where keys come from memory asking takes two thirds to nine tenths of the time.
    /// </summary>
    private const int FewKeys = 128;

    private readonly AttentionProblem _problem = problem;
    private readonly ItemTable _items = items;
    private readonly int _firstBlock = firstBlock;
    private readonly nint _partials = partials;

    private readonly int _mostRows = MostRowsOf(in problem);

    public int Items => _items.Count;

    /// <summary>The first block of which any query of any sequence and head may see a key: a window leaves those before out of all consideration.</summary>
    public static int FirstBlockOf(in AttentionProblem problem)
    {
        int first = TKernel.HasMask ? (problem.KeyLength - 1) / TKernel.RowKeyBlock : 0;
        for (int batch = 0; batch < problem.Batch && first > 0; batch++)
        {
            int queries = problem.QueryLengthOf(batch);
            int keys = problem.SeenKeysOf(batch);
            for (int head = 0; head < problem.KeyValueHeads && queries > 0 && first > 0; head++)
            {
                var seeing = new SeeingRows<TKernel>(in problem, batch, head, problem.PositionOf(batch, 0), problem.PositionOf(batch, queries - 1));
                int block = 0;
                while (block < first && IsUnseen(block * TKernel.RowKeyBlock))
                    block++;
                first = block;

                bool IsUnseen(int key) => key >= keys || !seeing.MaySee(key, Math.Min(TKernel.RowKeyBlock, keys - key));
            }
        }
        return first;
    }

    /// <summary>Blocks of the keys of one head of a sequence; one that is alone writes the output itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BlocksOf(in AttentionProblem problem, int batch, int firstBlock) =>
        Math.Max(1, ((problem.PlannedKeysOf(batch) + TKernel.RowKeyBlock - 1) / TKernel.RowKeyBlock) - firstBlock);

    public static nuint ScratchBytes
    {
        get
        {
            RowScratch.Lay<TKernel>(0, out nuint bytes);
            return bytes;
        }
    }

    /// <summary>Items of a sequence.</summary>
    public static int ItemsOf(in AttentionProblem problem, int batch, int firstBlock)
    {
        int heads = HeadsPerItem(in problem, batch);
        return checked((problem.KeyValueHeads + heads - 1) / heads * BlocksOf(in problem, batch, firstBlock));
    }

    /// <summary>Key/value heads of an item: where they are more than one, there is one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HeadsPerItem(in AttentionProblem problem, int batch)
    {
        int rows = problem.QueryLengthOf(batch) * problem.ComputedGroup;
        int few = rows >= TKernel.FewestAskingRows ? Math.Min(TKernel.RowKeyChunk - 1, FewKeys) : FewKeys;
        if (problem.PlannedKeysOf(batch) > few || problem.PrunedHeadCount > 0)
            return 1;
        int most = rows == 0 ? 1 : Math.Max(1, RowScratch.MostRowsOfHeads / rows);
        int items = (problem.KeyValueHeads + most - 1) / most;
        return (problem.KeyValueHeads + items - 1) / items;
    }

    /// <summary>Most rows of one key/value head.</summary>
    private static int MostRowsOf(in AttentionProblem problem) =>
        (int)Math.Min((long)problem.QueryLength * problem.ComputedGroup, TKernel.MaximumRows);

    private static int ScoreStride
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TKernel.RowKeyBlock + TKernel.Lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int item, nint scratch)
    {
        (int batch, int itemOfSequence) = _items.Find(item);
        int blocks = BlocksOf(in _problem, batch, _firstBlock);
        (int group, int block) = Math.DivRem(itemOfSequence, blocks);
        block += _firstBlock;
        int heads = HeadsPerItem(in _problem, batch);
        int first = group * heads;
        var rows = new HeadRows(in _problem, batch, first, Math.Min(heads, _problem.KeyValueHeads - first));
        if (rows.Count == 0)
            return;

        BlockVisibility visibility = Classify(in rows, block);
        RowScratch memory = RowScratch.Lay<TKernel>(scratch, out _);
        if (rows.Heads == 1 || visibility == BlockVisibility.Full || !TKernel.TellsHeadsApart)
        {
            Execute(in rows, block, blocks, item, visibility, in memory);
            return;
        }

        // Heads may see different keys: each by itself.
        for (int head = first; head < first + rows.Heads; head++)
        {
            var rowsOfHead = new HeadRows(in _problem, batch, head);
            Execute(in rowsOfHead, block, blocks, item, Classify(in rowsOfHead, block), in memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Execute(in HeadRows rows, int block, int blocks, int item, BlockVisibility visibility, in RowScratch memory)
    {
        if (blocks > 1 && visibility == BlockVisibility.Empty)
        {
            KeepNothing(rows.Count, item);
            return;
        }

        Attend(in rows, block, visibility, in memory);
        if (blocks == 1)
            Store(in rows, in memory);
        else
            Keep(in rows, item, in memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(in HeadRows rows, int block, BlockVisibility visibility, in RowScratch memory)
    {
        int first = block * TKernel.RowKeyBlock;
        int count = KeysOf(rows.Batch, block);
        if (visibility == BlockVisibility.Empty)
        {
            ClearRows(rows.Count, in memory);
            return;
        }

        if (visibility == BlockVisibility.Full)
        {
            var all = new KeyRange(0, count);
            Attend(in rows, first, new ReadOnlySpan<KeyRange>(in all), visibility, in memory);
            return;
        }

        Span<KeyRange> runs = stackalloc KeyRange[MostRuns];
        Attend(in rows, first, SeenRuns(in rows, first, count, runs), visibility, in memory);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(in HeadRows rows, int first, ReadOnlySpan<KeyRange> runs, BlockVisibility visibility, in RowScratch memory)
    {
        Reading reading = LoadRows(in rows, in memory);
        Accumulate(in rows, first, runs, visibility, reading, visibleOnly: false, in memory);

        // As in the tile kernel: a NaN or infinity in a hidden value shows as NaN, and the block is done again without hidden values.
        if (TKernel.MayHide && Numbers.ContainsNaN(new ReadOnlySpan<float>(memory.Accumulators, rows.Count * TKernel.PaddedValueDim)))
            Accumulate(in rows, first, runs, visibility, reading, visibleOnly: true, in memory);
        if (LanePairs.AreOfValues<TKernel>(in _problem))
        {
            for (int row = 0; row < rows.Count; row++)
                LanePairs.Join<TKernel>(memory.Accumulators + (row * TKernel.PaddedValueDim), TKernel.ValueDim);
        }
    }

    /// <summary>Rows that see no key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearRows(int rows, in RowScratch memory)
    {
        Numbers.Fill(memory.Maximum, float.NegativeInfinity, rows);
        Numbers.Clear(memory.Sum, rows);
        Numbers.Clear(memory.Accumulators, rows * TKernel.PaddedValueDim);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Accumulate(
        in HeadRows rows, int first, ReadOnlySpan<KeyRange> runs, BlockVisibility visibility, Reading reading, bool visibleOnly, in RowScratch memory)
    {
        int begin = runs.IsEmpty ? 0 : runs[0].Begin;
        int count = runs.IsEmpty ? 0 : runs[^1].End - begin;
        if (count == 0)
        {
            ClearRows(rows.Count, in memory);
            return;
        }

        Numbers.Clear(memory.Accumulators, rows.Count * TKernel.PaddedValueDim);
        bool asks = (rows.OfHead >= TKernel.FewestAskingRows && rows.Heads == 1) || reading.InStreams;
        for (int i = 0; i < runs.Length; i++)
        {
            TokenPlace next = !asks ? TokenPlace.None
                : i + 1 < runs.Length ? new(IsOfKeys: true, first + runs[i + 1].Begin, rows.KeyValueHead)
                : new(IsOfKeys: false, first + begin, rows.KeyValueHead);
            ComputeScores(in rows, first, runs[i], next, reading, in memory);
        }

        RowCursor at = rows.From(0);
        for (int row = 0; row < rows.Count; row++)
        {
            float* scores = memory.Scores + (row * ScoreStride);
            if (reading.Keys == ElementType.SByte)
                MultiplyByScales(in _problem.Key, rows.Batch, at.KeyValueHead, first, runs, scores);
            if (TKernel.ChangesScores || (TKernel.HasMask && visibility != BlockVisibility.Full))
                ChangeAndMask(in rows, in at, first, runs, scores, in memory);
            if (visibleOnly)
                new ReadOnlySpan<float>(scores + begin, count).CopyTo(new Span<float>(memory.HiddenScores + begin, count));
            TKernel.RowSoftmax(count, ref scores[begin], ref memory.Maximum[row], ref memory.Sum[row]);
            if (reading.Values == ElementType.SByte)
                MultiplyByScales(in _problem.Value, rows.Batch, at.KeyValueHead, first, runs, scores);
            else if (reading.Values == ElementType.FiniteHalf)
                Numbers.Multiply(scores + begin, HalfFactor, scores + begin, count);
            if (visibleOnly)
                MarkHidden(memory.HiddenScores + begin, scores + begin, count);
            at.MoveNext();
        }

        for (int i = 0; i < runs.Length; i++)
        {
            TokenPlace next = !asks ? TokenPlace.None
                : i + 1 < runs.Length ? new(IsOfKeys: false, first + runs[i + 1].Begin, rows.KeyValueHead)
                : KeyAfter(in rows, first, runs[0]);
            AddValues(in rows, first, runs[i], next, reading, visibleOnly, in memory);
        }
    }

    /// <summary>Passes over the scores of one row; between the runs nothing is seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChangeAndMask(in HeadRows rows, in RowCursor at, int first, ReadOnlySpan<KeyRange> runs, float* scores, in RowScratch memory)
    {
        (int query, int head) = (at.Query, at.Head);
        int position = _problem.PositionOf(rows.Batch, query);
        ScoreInputs inputs = _problem.InputsOf(rows.Batch, at.KeyValueHead);
        inputs.PositionsPointer = &position;
        inputs.HeadsPointer = &head;
        inputs.SlopesPointer = _problem.Slopes + head;
        inputs.BiasPointer = memory.Bias;
        inputs.MaskPointer = memory.Mask;

        for (int i = 0; i < runs.Length; i++)
        {
            KeyRange run = runs[i];
            int firstKey = first + run.Begin;
            if (TKernel.HasBias)
                _problem.Bias.LoadBias(_problem.Bias.Row(rows.Batch, head, query), firstKey, run.Count, memory.Bias);
            if (TKernel.HasMaskTensor)
                _problem.Mask.LoadMask(_problem.Mask.Row(rows.Batch, head, query), firstKey, run.Count, memory.Mask);
            int keyPosition = _problem.KeyPositionOf(rows.Batch, firstKey);
            if (TKernel.HasMask && Classify(in rows, firstKey, run.Count) == BlockVisibility.Mixed)
                TKernel.MaskRowScores(in inputs, run.Count, keyPosition, ref scores[run.Begin]);
            else if (TKernel.ChangesScores)
                TKernel.ChangeRowScores(in inputs, run.Count, keyPosition, ref scores[run.Begin]);
            if (i + 1 < runs.Length)
                Numbers.Fill(scores + run.End, float.NegativeInfinity, runs[i + 1].Begin - run.End);
        }
    }

    /// <param name="rows">The rows.</param>
    /// <param name="first">First key of the block.</param>
    /// <param name="run">The keys, within the block.</param>
    /// <param name="next">What is read after them.</param>
    /// <param name="reading">How keys are read.</param>
    /// <param name="memory">Takes the scores.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ComputeScores(in HeadRows rows, int first, KeyRange run, TokenPlace next, Reading reading, in RowScratch memory)
    {
        fixed (AttentionProblem* problem = &_problem)
        {
            var pass = default(TokenPass<TKernel>);
            pass.Begin(problem, isOfKeys: true, reading.Keys, in rows, first, run, next, Processor.AwaitsManyLines, reading.InStreams, in memory);
            for (int head = 0; head < rows.Heads; head++)
            {
                int firstRow = head * rows.OfHead;
                int end = firstRow + rows.OfHead;
                pass.BeginHead(rows.KeyValueHead + head);
                while (pass.Next())
                {
                    float* scores = memory.Scores + (pass.First - first);
                    for (int row = firstRow, tile; row < end; row += tile)
                    {
                        tile = TokenPass<TKernel>.RowsAtOnce(end - row);
                        ref float queries = ref memory.Queries[row * TKernel.PaddedHeadDim];
                        ref float target = ref scores[row * ScoreStride];
                        TKernel.RowScores(pass.Element, tile, ref queries, in pass.Chunks, pass.Stride, pass.Count, ref target);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddValues(in HeadRows rows, int first, KeyRange run, TokenPlace next, Reading reading, bool visibleOnly, in RowScratch memory)
    {
        fixed (AttentionProblem* problem = &_problem)
        {
            var pass = default(TokenPass<TKernel>);
            pass.Begin(problem, isOfKeys: false, reading.Values, in rows, first, run, next, Processor.AwaitsManyLines, reading.InStreams, in memory);
            for (int head = 0; head < rows.Heads; head++)
            {
                int firstRow = head * rows.OfHead;
                int end = firstRow + rows.OfHead;
                pass.BeginHead(rows.KeyValueHead + head);
                while (pass.Next())
                {
                    for (int row = firstRow, tile; row < end; row += tile)
                    {
                        tile = TokenPass<TKernel>.RowsAtOnce(end - row);
                        ref float weights = ref memory.Scores[(row * ScoreStride) + (pass.First - first)];
                        ref float accumulators = ref memory.Accumulators[row * TKernel.PaddedValueDim];
                        if (visibleOnly)
                            TKernel.RowValuesOfVisible(pass.Element, tile, ref weights, in pass.Chunks, pass.Stride, pass.Count, ref accumulators);
                        else
                            TKernel.RowValues(pass.Element, tile, ref weights, in pass.Chunks, pass.Stride, pass.Count, ref accumulators);
                    }
                }
            }
        }
    }

    /// <summary>The first key that is read after a block, if there is one: of the next block of the head, or of the next head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TokenPlace KeyAfter(in HeadRows rows, int first, KeyRange seen)
    {
        int next = first + TKernel.RowKeyBlock;
        if (next < _problem.SeenKeysOf(rows.Batch))
            return new(IsOfKeys: true, next, rows.KeyValueHead);
        return rows.KeyValueHead + 1 < _problem.KeyValueHeads
            ? new(IsOfKeys: true, first == 0 ? seen.Begin : 0, rows.KeyValueHead + 1)
            : TokenPlace.None;
    }

    /// <summary>Scores of integers become those of the numbers they stand for, or weights what the integers are multiplied with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyByScales(in StridedTensor tensor, int batch, int keyValueHead, int first, ReadOnlySpan<KeyRange> runs, float* scores)
    {
        foreach (KeyRange run in runs)
            tensor.MultiplyByScales(batch, first + run.Begin, run.Count, keyValueHead, scores + run.Begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MarkHidden(float* scores, float* weights, int count)
    {
        for (int key = 0; key < count; key++)
        {
            if (float.IsNegativeInfinity(scores[key]))
                weights[key] = -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Store(in HeadRows rows, in RowScratch memory)
    {
        RowCursor at = rows.From(0);
        for (int row = 0; row < rows.Count; row++)
        {
            var state = new RowState(memory.Maximum[row], memory.Sum[row]);
            state.Store<TKernel>(in _problem, rows.Batch, at.Query, at.Head, memory.Accumulators + (row * TKernel.PaddedValueDim));
            at.MoveNext();
        }
    }
}
