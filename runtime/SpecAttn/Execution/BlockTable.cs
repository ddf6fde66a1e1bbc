using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>
/// Where the keys, or the values, of one cached sequence lie. Tokens stand in blocks of memory, each <c>[heads][slots][elements]</c>: a
/// contiguous cache is one block, a ring is one block in which token 0 may stand anywhere, a paged cache is a list of blocks.
/// </summary>
internal unsafe struct BlockTable
{
    /// <summary>First bytes of the blocks.</summary>
    public byte** Blocks;

    /// <summary>Tokens of a block.</summary>
    public int BlockTokens;

    /// <summary>Slots of all blocks; behind the last one follows the first.</summary>
    public int Slots;

    /// <summary>Slot of token 0.</summary>
    public int FirstSlot;

    /// <summary>Bytes from the start of a block to its first head.</summary>
    public nint Offset;

    /// <summary>Bytes of one token of one head.</summary>
    public int TokenBytes;

    /// <summary>Bytes from the start of a block to the scales, [heads][slots], where tokens have scales.</summary>
    public nint ScaleOffset;

    /// <summary>Whether no <see cref="Half"/> is infinite or NaN.</summary>
    public bool IsFinite;

    /// <summary>First byte of a token of a head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Address(int token, int head)
    {
        byte* block = Find(token, head, out nint index);
        return block + Offset + (index * TokenBytes);
    }

    /// <summary>Scale of a token of a head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Scale(int token, int head)
    {
        byte* block = Find(token, head, out nint index);
        return (float*)(block + ScaleOffset) + index;
    }

    /// <summary>How many of some consecutive tokens lie one behind the other in memory, at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int RunOf(int token, int count)
    {
        int slot = SlotOf(token);
        int slotOfBlock = slot < BlockTokens ? slot : slot % BlockTokens;
        return Math.Min(count, Math.Min(Slots - slot, BlockTokens - slotOfBlock));
    }

    /// <summary>Whether the tokens of a chunk lie one behind the other in memory, in all chunks of some consecutive tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasWhole(int token, int count, int chunk)
    {
        int slot = SlotOf(token);
        return RunOf(token, count) == count || (slot + count <= Slots && BlockTokens % chunk == 0 && slot % chunk == 0);
    }

    /// <summary>Leaves out the first tokens of a ring.</summary>
    public void Skip(int tokens) => FirstSlot = SlotOf(tokens);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Find(int token, int head, out nint index)
    {
        // Mostly there is but one block: a division would be much of the work on a short context.
        int slot = SlotOf(token);
        int block = 0;
        if (slot >= BlockTokens)
            (block, slot) = Math.DivRem(slot, BlockTokens);
        index = ((nint)head * BlockTokens) + slot;
        return Blocks[block];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SlotOf(int token)
    {
        int slot = FirstSlot + token;
        return slot < Slots ? slot : slot - Slots;
    }
}
