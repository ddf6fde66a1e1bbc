using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace SpecAttn.Kernels;

/// <summary>Hints to the processor about memory that will soon be used.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CacheLine
{
    /// <summary>fp32 elements in a cache line.</summary>
    public const int Elements = 16;

    /// <summary>
    /// Asks for the cache line of an element, which may lie outside of all memory: nothing is read. On Arm64, where .NET has no such
    /// instruction, nothing is done.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref float element)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref element));
    }
}
