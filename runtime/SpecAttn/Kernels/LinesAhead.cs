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
    private long* _next;

    /// <summary>A list of addresses, which may lie outside of all memory: nothing is read.</summary>
    internal LinesAhead(long* list, int count)
    {
        _next = list;
        _end = list + count;
    }

    /// <summary>How many have not been asked for.</summary>
    internal readonly int Count => (int)(_end - _next);

    /// <summary>Asks for the next line, if there is one and if <see cref="CacheLine.IsSupported"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AskForOne()
    {
        if (CacheLine.IsSupported && _next != _end)
            CacheLine.PrefetchFar(ref *(byte*)*_next++);
    }

    /// <summary>Asks for all that are left.</summary>
    internal void AskForRest()
    {
        while (CacheLine.IsSupported && Count > 0)
            AskForOne();
    }
}
