using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>
/// Asks Linux for pages of 2 MB. A long context is read from end to end for every token: on pages of 4 KB, looking up the next page takes
/// about as long as reading it. Elsewhere, and where the system refuses, pages stay as they are.
/// </summary>
internal static unsafe class HugePages
{
    /// <summary>Bytes of a huge page, on which blocks begin.</summary>
    public const nuint Size = 2 * 1024 * 1024;

    // MADV_HUGEPAGE of linux/mman.h.
    private const int Wanted = 14;

    /// <summary>Whether a block holds whole huge pages.</summary>
    public static bool AreWorth(nuint bytes) => bytes >= Size && OperatingSystem.IsLinux();

    /// <summary>Asks for them before memory is used for the first time.</summary>
    public static void Advise(void* memory, nuint bytes)
    {
        try
        {
            _ = Advise(memory, bytes, Wanted); // Refusing is the system's right.
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* memory, nuint bytes, int advice);
}
