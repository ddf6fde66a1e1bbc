using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>
/// Asks Linux for pages of 2 MB. A long context is read from end to end for every token: on pages of 4 KB, looking them up took
/// a fifth of the time over 4096 tokens. Elsewhere, and where the system refuses, pages stay as they are.
/// </summary>
internal static unsafe class HugePages
{
    /// <summary>Bytes of a huge page, on which blocks begin.</summary>
    public const nuint Size = 2 * 1024 * 1024;

    // MADV_HUGEPAGE of linux/mman.h.
    private const int Wanted = 14;

    private static readonly nint s_advise = Find();

    /// <summary>Whether a block holds whole huge pages.</summary>
    public static bool AreWorth(nuint bytes) => bytes >= Size && OperatingSystem.IsLinux();

    /// <summary>Asks for them before memory is used for the first time. To refuse is the system's right.</summary>
    public static void Advise(void* memory, nuint bytes)
    {
        if (s_advise != 0)
            _ = ((delegate* unmanaged<void*, nuint, int, int>)s_advise)(memory, bytes, Wanted);
    }

    /// <summary>madvise, or 0 where there is none.</summary>
    private static nint Find() =>
        NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "madvise", out nint advise) ? advise : 0;
}
