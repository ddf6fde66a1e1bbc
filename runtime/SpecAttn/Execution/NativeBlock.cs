using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>
/// Native memory that lives until its owner has disposed of it (or forgot it) and the last call that uses it has returned:
/// <see cref="SafeHandle.DangerousAddRef"/> is the call's lease.
/// </summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    // A multiple of every cache line in use, and of the pairs of lines that x64 prefetches together.
    private const nuint Alignment = 128;

    private readonly long _bytes;

    private NativeBlock(void* memory, long bytes)
        : base(0, ownsHandle: true)
    {
        handle = (nint)memory;
        _bytes = bytes;
        GC.AddMemoryPressure(bytes);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>First byte, aligned to 128. Valid for as long as a lease lasts.</summary>
    public byte* Address => (byte*)handle;

    /// <param name="bytes">Size, at least 1. The contents are undefined.</param>
    /// <exception cref="OutOfMemoryException">The system has no such memory.</exception>
    public static NativeBlock Allocate(nuint bytes)
    {
        if (bytes > (nuint)nint.MaxValue)
            throw new OutOfMemoryException($"A cache of {bytes} bytes is beyond the address space.");
        if (!HugePages.AreWorth(bytes))
            return new NativeBlock(NativeMemory.AlignedAlloc(bytes, Alignment), (long)bytes);
        void* memory = NativeMemory.AlignedAlloc(bytes, HugePages.Size);
        HugePages.Advise(memory, bytes);
        return new NativeBlock(memory, (long)bytes);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(_bytes);
        return true;
    }
}
