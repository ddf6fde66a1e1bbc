using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>Hands out consecutive pieces of a scratch block, each on its own cache lines.</summary>
internal unsafe struct ScratchLayout(nint start)
{
    private const int CacheLine = 64;

    /// <summary>Bytes handed out so far.</summary>
    public nuint Bytes { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Take<T>(int count)
        where T : unmanaged
    {
        var piece = (T*)(start + (nint)Bytes);
        Bytes += ((nuint)count * (nuint)sizeof(T) + CacheLine - 1) / CacheLine * CacheLine;
        return piece;
    }
}
