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
    /// <summary>What blocks keep between two blocks of keys must stay in a core's second cache, beside the copy of the keys.</summary>
    private const int MostStateBytes = 300 * 1024;

    /// <summary>Blocks that share a copy of the keys: the more, the less copying.</summary>
    private static int MostBlocksPerItem =>
        Math.Max(2, MostStateBytes / (sizeof(float) * TKernel.BlockRows * (TKernel.HeadDim + TKernel.PaddedValueDim)));

    private readonly AttentionProblem _problem;
    private readonly ItemTable _items;
    private readonly int _blocksPerItem;

    /// <param name="problem">The call.</param>
    /// <param name="items">Items of each sequence, see <see cref="ItemsOf"/>.</param>
    /// <param name="blocksPerItem">See <see cref="BlocksPerItem"/>.</param>
    public TileWork(in AttentionProblem problem, ItemTable items, int blocksPerItem)
    {
        _problem = problem;
        _items = items;
        _blocksPerItem = blocksPerItem;
    }

    public int Items => _items.Count;

    public static nuint ScratchBytes
    {
        get
        {
            var layout = new ScratchLayout(0);
            TileScratch.Lay<TKernel>(ref layout);
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
    /// <param name="threads">Threads that will share the work: where blocks are few, items are made smaller for them.</param>
    public static int BlocksPerItem(int blocks, int threads) =>
        threads == 1 ? MostBlocksPerItem : (int)Math.Clamp(blocks / (4L * threads), 1, MostBlocksPerItem);

    /// <summary>Items of a sequence.</summary>
    public static int ItemsOf(in AttentionProblem problem, int batch, int blocksPerItem) =>
        checked(problem.KeyValueHeads * ItemsPerHead(BlocksOf(in problem, batch), blocksPerItem));

    private static int ItemsPerHead(int blocks, int blocksPerItem) => (blocks + blocksPerItem - 1) / blocksPerItem;

    private static int BlocksOfRows(int rows) => (rows + TKernel.BlockRows - 1) / TKernel.BlockRows;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int item, nint scratch)
    {
        // Under a causal mask the last blocks see the most keys: they go first, so that no thread ends with a long one.
        (int batch, int itemOfSequence) = _items.Find(item);
        int itemsPerHead = ItemsPerHead(BlocksOf(in _problem, batch), _blocksPerItem);
        (int keyValueHead, int itemOfHead) = Math.DivRem(itemOfSequence, itemsPerHead);
        int firstBlock = (itemsPerHead - 1 - itemOfHead) * _blocksPerItem;
        int blocks = Math.Min(_blocksPerItem, BlocksOfRows(new HeadRows(in _problem, batch, keyValueHead).Count) - firstBlock);
        if (blocks <= 0)
            return;

        var layout = new ScratchLayout(scratch);
        TileScratch shared = TileScratch.Lay<TKernel>(ref layout);
        Span<TileState> states = stackalloc TileState[blocks];
        for (int i = 0; i < blocks; i++)
        {
            states[i] = TileState.Lay<TKernel>(ref layout);
            Block(batch, keyValueHead, firstBlock + i, shared, states[i]).Begin();
        }

        SeeingRows<TKernel> all = Seeing(batch, keyValueHead, firstBlock, blocks);
        int keyLength = _problem.SeenKeysOf(batch);
        for (int first = 0; first < keyLength; first += TKernel.KeyBlock)
        {
            // All blocks at once before each by itself: of many keys few are near.
            int count = Math.Min(TKernel.KeyBlock, keyLength - first);
            if (all.Classify(first, count) == BlockVisibility.Empty)
                continue;
            bool isSeen = false;
            for (int i = 0; i < blocks && !isSeen; i++)
                isSeen = Block(batch, keyValueHead, firstBlock + i, shared, states[i]).Classify(first, count) != BlockVisibility.Empty;
            if (!isSeen)
                continue;

            KeyValueBlock keysAndValues = KeyValueBlock.Load<TKernel>(in _problem, batch, keyValueHead, first, count, shared);
            for (int i = 0; i < blocks; i++)
                Block(batch, keyValueHead, firstBlock + i, shared, states[i]).Add(in keysAndValues);
        }

        for (int i = 0; i < blocks; i++)
            Block(batch, keyValueHead, firstBlock + i, shared, states[i]).Finish();
    }

    private SeeingRows<TKernel> Seeing(int batch, int keyValueHead, int firstBlock, int blocks)
    {
        var rows = new HeadRows(in _problem, batch, keyValueHead);
        int first = firstBlock * TKernel.BlockRows;
        int last = Math.Min((firstBlock + blocks) * TKernel.BlockRows, rows.Count) - 1;
        return new(
            in _problem, batch, keyValueHead, _problem.PositionOf(batch, rows.QueryOf(first)), _problem.PositionOf(batch, rows.QueryOf(last)));
    }

    /// <summary>A block is but a view of its memory: making it anew costs nothing.</summary>
    [UnscopedRef]
    private TileBlock<TKernel> Block(int batch, int keyValueHead, int block, TileScratch shared, TileState state) =>
        new(in _problem, batch, keyValueHead, block * TKernel.BlockRows, shared, state);
}
