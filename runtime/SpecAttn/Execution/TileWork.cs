using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Many rows: an item is a few neighbouring blocks of rows of one key/value head, against all the keys they see. A block's result
/// depends on nothing but the block, so neither the number of blocks in an item nor the number of threads can change it.
/// </summary>
internal readonly struct TileWork<TKernel> : IParallelWork
    where TKernel : struct, IAttentionKernel
{
    /// <summary>
    /// What blocks keep between two blocks of keys must stay in a core's second cache, beside the copy of the keys. With half as much again
    /// as 300 KB, 512 queries of up to 96 elements are one item and not two, and 1 to 2 % faster; with twice as much, nothing more is gained.
    /// </summary>
    private const int MostStateBytes = 450 * 1024;

    /// <summary>Blocks that share a copy of the keys: the more, the less copying.</summary>
    private static int MostBlocksPerItem =>
        Math.Max(2, MostStateBytes / (sizeof(float) * TKernel.BlockRows * (TKernel.HeadDim + TKernel.PaddedValueDim)));

    /// <summary>
    /// Inputs and outputs of so many bytes are asked for ahead. With fewer, as measured, asking takes as long as waiting, and so it does with
    /// any where the processor <see cref="Processor.AwaitsManyLines"/>.
    /// </summary>
    private const long FewestAskedBytes = 3L << 20;

    private readonly AttentionProblem _problem;
    private readonly ItemTable _items;
    private readonly int _blocksPerItem;
    private readonly int _threads;
    private readonly bool _asksAhead;
    private readonly bool _areFar;

    /// <param name="problem">The call.</param>
    /// <param name="items">Items of each sequence, see <see cref="ItemsOf"/>.</param>
    /// <param name="blocksPerItem">See <see cref="BlocksPerItem"/>.</param>
    /// <param name="threads">Threads that share the work.</param>
    public TileWork(in AttentionProblem problem, ItemTable items, int blocksPerItem, int threads)
    {
        _problem = problem;
        _items = items;
        _blocksPerItem = blocksPerItem;
        _threads = threads;
        long bytes = BytesOf(in problem);
        _asksAhead = CacheLine.IsSupported && !Processor.AwaitsManyLines && bytes >= FewestAskedBytes;
        _areFar = bytes > TKernel.NearBytes;
    }

    public int Items => _items.Count;

    public static nuint ScratchBytes
    {
        get
        {
            var layout = new ScratchLayout(0);
            TileScratch.Lay<TKernel>(ref layout, MostBlocksPerItem);
            for (int i = 0; i < MostBlocksPerItem; i++)
                TileState.Lay<TKernel>(ref layout);
            return layout.Bytes;
        }
    }

    /// <summary>Blocks of rows of one key/value head of a sequence, at most.</summary>
    public static int BlocksOf(in AttentionProblem problem, int batch) =>
        BlocksOfRows(checked(problem.QueryLengthOf(batch) * problem.ComputedGroup));

    /// <summary>Blocks in an item.</summary>
    /// <param name="blocks">Blocks of all sequences.</param>
    /// <param name="threads">
    /// Threads that will share the work: items are so small then that little is left to wait for at the end, but two blocks share their keys
    /// as long as there is an item for every thread.
    /// </param>
    public static int BlocksPerItem(int blocks, int threads) => threads == 1
        ? MostBlocksPerItem
        : (int)Math.Clamp(blocks / (16L * threads), Math.Clamp(blocks / threads, 1, 2), MostBlocksPerItem);

    /// <summary>Items of a sequence.</summary>
    public static int ItemsOf(in AttentionProblem problem, int batch, int blocksPerItem) =>
        checked(problem.KeyValueHeads * ItemsPerHead(BlocksOf(in problem, batch), blocksPerItem));

    private static long BytesOf(in AttentionProblem problem) => (long)problem.Batch * (TKernel.HeadDim + TKernel.ValueDim) * sizeof(float)
        * (((long)problem.QueryLength * problem.Heads) + ((long)problem.KeyLength * problem.KeyValueHeads));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ItemsPerHead(int blocks, int blocksPerItem) => (blocks + blocksPerItem - 1) / blocksPerItem;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BlocksOfRows(int rows) => (rows + TKernel.BlockRows - 1) / TKernel.BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Execute(int item, nint scratch)
    {
        Blocks blocks = BlocksOf(item);
        if (blocks.Count <= 0)
            return;

        var layout = new ScratchLayout(scratch);
        TileScratch shared = TileScratch.Lay<TKernel>(ref layout, MostBlocksPerItem);
        var rows = new HeadRows(in _problem, blocks.Batch, blocks.KeyValueHead);
        for (int i = 0; i < blocks.Count; i++)
        {
            shared.States[i] = TileState.Lay<TKernel>(ref layout);
            Block(in blocks, in rows, i, shared).Begin();
        }

        var coming = new ComingLines(shared.Streams, shared.Lines, _areFar);
        SeeingRows<TKernel> all = Seeing(in blocks);
        int keyLength = _problem.SeenKeysOf(blocks.Batch);
        for (int first = NextSeen(in all, 0, keyLength), next; first < keyLength; first = next)
        {
            next = NextSeen(in all, first + TKernel.KeyBlock, keyLength);
            int count = Math.Min(TKernel.KeyBlock, keyLength - first);
            int seeing = Classify(in blocks, in rows, shared, first, count);
            if (seeing == 0)
                continue;
            if (_asksAhead)
            {
                coming.Clear();
                if (next < keyLength)
                    ExpectKeys(in blocks, next, keyLength, ref coming);
                else
                    ExpectItem(item + _threads, in blocks, ref coming);
                coming.Spread(seeing);
            }

            KeyValueBlock keysAndValues = KeyValueBlock.Load<TKernel>(in _problem, blocks.Batch, blocks.KeyValueHead, first, count, shared);
            Add(in blocks, in rows, shared, in keysAndValues, ref coming);
        }

        for (int i = 0; i < blocks.Count; i++)
            Block(in blocks, in rows, i, shared).Finish();
    }

    /// <summary>What each block of rows sees of some keys; returns how many see any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe int Classify(in Blocks blocks, in HeadRows rows, TileScratch shared, int first, int count)
    {
        int seeing = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            shared.Visibilities[i] = Block(in blocks, in rows, i, shared).Classify(first, count);
            seeing += shared.Visibilities[i] == BlockVisibility.Empty ? 0 : 1;
        }
        return seeing;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Add(in Blocks blocks, in HeadRows rows, TileScratch shared, in KeyValueBlock keysAndValues, ref ComingLines coming)
    {
        for (int i = 0; i < blocks.Count; i++)
            Block(in blocks, in rows, i, shared).Add(in keysAndValues, shared.Visibilities[i], ref coming);
    }

    /// <summary>The first block of keys from one on that the rows may see: all at once before each by itself, since of many keys few are near.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NextSeen(in SeeingRows<TKernel> rows, int first, int keyLength)
    {
        while (first < keyLength && rows.Classify(first, Math.Min(TKernel.KeyBlock, keyLength - first)) == BlockVisibility.Empty)
            first += TKernel.KeyBlock;
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ExpectKeys(in Blocks blocks, int first, int keyLength, ref ComingLines coming)
    {
        int count = Math.Min(TKernel.KeyBlock, keyLength - first);
        coming.Expect(in _problem.Key, blocks.Batch, blocks.KeyValueHead, first, count, TKernel.HeadDim);
        coming.Expect(in _problem.Value, blocks.Batch, blocks.KeyValueHead, first, count, TKernel.ValueDim);
    }

    /// <summary>The outputs of this item, and what the next one begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ExpectItem(int next, in Blocks current, ref ComingLines coming)
    {
        ExpectRows(in _problem.Output, in current, TKernel.ValueDim, ref coming);
        if (next >= Items)
            return;
        Blocks blocks = BlocksOf(next);
        if (blocks.Count <= 0)
            return;
        ExpectRows(in _problem.Query, in blocks, TKernel.HeadDim, ref coming);
        int keyLength = _problem.SeenKeysOf(blocks.Batch);
        int first = NextSeen(Seeing(in blocks), 0, keyLength);
        if (first < keyLength)
            ExpectKeys(in blocks, first, keyLength, ref coming);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ExpectRows(ref readonly StridedTensor tensor, in Blocks blocks, int dim, ref ComingLines coming)
    {
        (int first, int last) = QueriesOf(in blocks);
        coming.ExpectRows(in tensor, blocks.Batch, blocks.KeyValueHead * _problem.Group, _problem.Group, first, last - first + 1, dim);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private SeeingRows<TKernel> Seeing(in Blocks blocks)
    {
        (int first, int last) = QueriesOf(in blocks);
        return new(in _problem, blocks.Batch, blocks.KeyValueHead, _problem.PositionOf(blocks.Batch, first), _problem.PositionOf(blocks.Batch, last));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private (int First, int Last) QueriesOf(in Blocks blocks)
    {
        var rows = new HeadRows(in _problem, blocks.Batch, blocks.KeyValueHead);
        int first = blocks.First * TKernel.BlockRows;
        int last = Math.Min(first + (blocks.Count * TKernel.BlockRows), rows.Count) - 1;
        return (rows.QueryOf(first), rows.QueryOf(last));
    }

    /// <summary>Nearly as many for every item. Under a causal mask the last blocks see the most keys: they go first, so that no thread ends with a long one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private Blocks BlocksOf(int item)
    {
        (int batch, int itemOfSequence) = _items.Find(item);
        int itemsPerHead = ItemsPerHead(BlocksOf(in _problem, batch), _blocksPerItem);
        (int keyValueHead, int itemOfHead) = Math.DivRem(itemOfSequence, itemsPerHead);
        long blocks = BlocksOfRows(new HeadRows(in _problem, batch, keyValueHead).Count);
        int part = itemsPerHead - 1 - itemOfHead;
        int first = (int)(blocks * part / itemsPerHead);
        return new Blocks(batch, keyValueHead, first, (int)(blocks * (part + 1) / itemsPerHead) - first);
    }

    /// <summary>A block is but a view of its memory: making it anew costs nothing.</summary>
    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe TileBlock<TKernel> Block(in Blocks blocks, in HeadRows rows, int index, TileScratch shared) =>
        new(in _problem, in rows, (blocks.First + index) * TKernel.BlockRows, shared, shared.States[index]);

    /// <summary>Neighbouring blocks of rows of one key/value head. There may be none, where heads are pruned.</summary>
    private readonly record struct Blocks(int Batch, int KeyValueHead, int First, int Count);
}
