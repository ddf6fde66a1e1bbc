using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>
/// Scratch memory for the threads of all kernels. A thread rents one block for as long as it works on one call; what comes back last
/// goes out first, while it is still in a cache.
/// </summary>
/// <remarks>
/// Idle memory is bounded twice: there are never more blocks with memory than threads have worked at the same time, and together the
/// idle ones keep at most <see cref="IdleLimit"/> bytes; a block that comes back on top of that gives its memory to the system.
/// The block objects are made in advance, so that renting allocates nothing on the managed heap, up to <see cref="Blocks"/> at a time.
/// </remarks>
internal static class ScratchPool
{
    /// <summary>Blocks that are kept. More can be rented; the surplus is freed when it comes back.</summary>
    internal static readonly int Blocks = Math.Max(64, 2 * Environment.ProcessorCount);

    /// <summary>Most bytes in idle blocks: 1 MB per core, at least 64 MB.</summary>
    internal static readonly nuint IdleLimit = (nuint)Math.Max(64, Environment.ProcessorCount) << 20;

    private static readonly object s_gate = new();
    private static readonly ScratchBlock[] s_idle = CreateBlocks();
    private static int s_idleCount = Blocks;
    private static nuint s_idleBytes;

    /// <summary>Bytes in idle blocks.</summary>
    internal static nuint IdleBytes
    {
        get
        {
            lock (s_gate)
                return s_idleBytes;
        }
    }

    /// <summary>A block of at least <paramref name="bytes"/> bytes, contents undefined. Give it back with <see cref="Return"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such memory; nothing is rented.</exception>
    public static ScratchBlock Rent(nuint bytes)
    {
        ScratchBlock? block = null;
        lock (s_gate)
        {
            if (s_idleCount > 0)
            {
                block = s_idle[--s_idleCount];
                s_idleBytes -= block.Bytes;
            }
        }
        block ??= new ScratchBlock();
        try
        {
            block.Grow(bytes);
        }
        catch
        {
            Return(block);
            throw;
        }
        return block;
    }

    /// <summary>Gives a rented block back; it may not be used afterwards.</summary>
    public static void Return(ScratchBlock block)
    {
        lock (s_gate)
        {
            if (s_idleCount < s_idle.Length && block.Bytes <= IdleLimit - s_idleBytes)
            {
                s_idleBytes += block.Bytes;
                s_idle[s_idleCount++] = block;
                return;
            }
        }
        block.Free();
        lock (s_gate)
        {
            if (s_idleCount < s_idle.Length)
                s_idle[s_idleCount++] = block;
        }
    }

    private static ScratchBlock[] CreateBlocks()
    {
        var blocks = new ScratchBlock[Blocks];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = new ScratchBlock();
        return blocks;
    }
}

/// <summary>Owner of one piece of native memory.</summary>
internal sealed unsafe class ScratchBlock
{
    // A multiple of every cache line in use (64 bytes; 128 on some Arm64) and of the pairs of lines that x64 prefetches together:
    // starting and ending on it, no two blocks share a line.
    private const nuint Granularity = 128;

    private void* _memory;

    /// <summary>Frees the memory of a block that was never given back.</summary>
    ~ScratchBlock() => Free();

    /// <summary>Start of the memory, aligned to 128 bytes; 0 if there is none.</summary>
    public nint Address => (nint)_memory;

    /// <summary>Size of the memory.</summary>
    public nuint Bytes { get; private set; }

    /// <summary>Makes sure of at least <paramref name="bytes"/> bytes; the contents are lost when there were fewer.</summary>
    public void Grow(nuint bytes)
    {
        if (bytes <= Bytes)
            return;
        nuint rounded = checked(bytes + (Granularity - 1)) & ~(Granularity - 1);
        Free();
        _memory = NativeMemory.AlignedAlloc(rounded, Granularity);
        Bytes = rounded;
    }

    /// <summary>Gives the memory to the system; the block is as good as new.</summary>
    public void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Bytes = 0;
    }
}
