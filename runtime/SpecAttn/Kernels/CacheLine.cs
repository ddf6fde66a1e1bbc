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

    /// <summary>Whether the hints do anything: on Arm64 .NET has no such instruction.</summary>
    public static bool IsSupported => Sse.IsSupported;

    /// <summary>
    /// Asks for the cache line of an element, which may lie outside of all memory: nothing is read. Does nothing where it is not
    /// <see cref="IsSupported"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T element)
        where T : unmanaged
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref element));
    }

    /// <summary>
    /// As <see cref="Prefetch"/>, but no nearer than the second-level cache. For streams from memory: the first one has so few buffers for
    /// lines on their way that a loop which asks for many of them waits for each.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void PrefetchFar<T>(ref T element)
        where T : unmanaged
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(Unsafe.AsPointer(ref element));
    }
}
