using System.Runtime.InteropServices;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Memory from the operating system with an inaccessible page on one side. Linux only.</summary>
internal sealed class GuardedPages : IDisposable
{
    private const int NoAccess = 0;
    private const int ReadAndWrite = 1 | 2;
    private const int PrivateAnonymous = 0x02 | 0x20;

    private readonly nint _mapping;
    private readonly nint _mappingLength;

    public GuardedPages(int byteCount, GuardSide side)
    {
        nint page = Environment.SystemPageSize;
        nint dataLength = (Math.Max(byteCount, 1) + page - 1) / page * page;
        _mappingLength = dataLength + page;
        _mapping = Map(0, _mappingLength, ReadAndWrite, PrivateAnonymous, -1, 0);
        if (_mapping == -1)
            throw new InvalidOperationException($"mmap of {_mappingLength} bytes failed with error {Marshal.GetLastPInvokeError()}.");

        nint guard = side == GuardSide.Before ? _mapping : _mapping + dataLength;
        Data = side == GuardSide.Before ? _mapping + page : guard - byteCount;
        if (Protect(guard, page, NoAccess) != 0)
            throw new InvalidOperationException($"mprotect failed with error {Marshal.GetLastPInvokeError()}.");
    }

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Address of the first byte.</summary>
    public nint Data { get; }

    public void Dispose() => _ = Unmap(_mapping, _mappingLength);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static extern int Protect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nint length);
}
