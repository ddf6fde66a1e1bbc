using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// Cache lines that will soon be used, to be asked for one at a time in a loop that goes on while they come. Of many requests in a row, each
/// would wait for the ones before.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct LinesAhead
{
    private readonly long* _end;
    private readonly bool _areFar;
    private long* _next;

    /// <summary>A list of addresses, which may lie outside of all memory: nothing is read.</summary>
    /// <param name="list">The addresses.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="areFar">Whether the lines come from memory, which has them brought less near: see <see cref="CacheLine.PrefetchFar"/>.</param>
    internal LinesAhead(long* list, int count, bool areFar)
    {
        _next = list;
        _end = list + count;
        _areFar = areFar;
    }

    /// <summary>How many have not been asked for.</summary>
    internal readonly int Count => (int)(_end - _next);

    /// <summary>Asks for the next line, if there is one and if <see cref="CacheLine.IsSupported"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AskForOne()
    {
        if (!CacheLine.IsSupported || _next == _end)
            return;
        ref byte line = ref *(byte*)*_next++;
        if (_areFar)
            CacheLine.PrefetchFar(ref line);
        else
            CacheLine.Prefetch(ref line);
    }

    /// <summary>Asks for all that are left.</summary>
    internal void AskForRest()
    {
        while (CacheLine.IsSupported && Count > 0)
            AskForOne();
    }
}
