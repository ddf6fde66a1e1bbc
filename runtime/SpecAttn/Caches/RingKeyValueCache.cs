using System.Runtime.InteropServices;
using SpecAttn.Caches;
using SpecAttn.Execution;

namespace SpecAttn;

/// <summary>
/// The keys and values of the last tokens of one sequence, for sliding windows: memory is bounded for ever, while positions keep
/// counting. A call with n queries reads the last <see cref="Window"/> + n − 1 tokens, as far as they are held; the attention method gives
/// what it gives over a <see cref="KeyValueCache{T}"/> with <c>Window</c> set to <see cref="Window"/> or less.
/// </summary>
/// <remarks>
/// <para>A call with one query needs nothing more. A call with n queries (a prompt in pieces, speculative decoding) comes after n tokens were added,
/// the first of which have pushed out what its first queries should still see: to give exactly what a longer cache gives, make the ring with
/// <c>mostQueries</c> = n.</para>
/// <para>Positions are ints in kernels. They are those of the sequence for its first 2³¹ − 1 tokens (with ALiBi 2²³ − 1, or as many as
/// two windows if that is more); from then on they are less by a multiple of a power of two, so that differences stay right: only score and visibility functions
/// that look at absolute positions notice.</para>
/// <inheritdoc cref="KeyValueCache" path="/remarks"/>
/// </remarks>
/// <typeparam name="T"><inheritdoc cref="KeyValueCache{T}" path="/typeparam"/></typeparam>
public sealed unsafe class RingKeyValueCache<T> : KeyValueCache
    where T : unmanaged
{
    private const int MostSlots = 1 << 30;

    private readonly NativeBlock _memory;
    private readonly BlockLayout _layout;
    private readonly int _window;

    /// <summary>An empty cache.</summary>
    /// <param name="keyValueHeads">Number of key/value heads.</param>
    /// <param name="headDim">Elements of a key head, 1 to 1024.</param>
    /// <param name="window">Tokens that one query sees, its own included.</param>
    /// <param name="valueDim">Elements of a value head, 1 to 1024; 0 (the default) means <paramref name="headDim"/>.</param>
    /// <param name="rotary">How keys are turned by their positions as they are stored. With <see cref="RotaryStyle.None"/> (the default) they are
    /// stored as they come, and kernels with <c>Rotary</c> turn them at every call.</param>
    /// <param name="rotaryDim">Leading elements of a key head that are turned, even; 0 (the default) means all.</param>
    /// <param name="mostQueries">Queries of a call, and tokens added before it, for which all is held that they see: the ring has
    /// room for <paramref name="window"/> + mostQueries − 1 tokens.</param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="NotSupportedException">Caches cannot hold <typeparamref name="T"/>.</exception>
    public RingKeyValueCache(
        int keyValueHeads,
        int headDim,
        int window,
        int valueDim = 0,
        RotaryStyle rotary = RotaryStyle.None,
        int rotaryDim = 0,
        int mostQueries = 1)
        : base(CacheFormat.Create<T>(keyValueHeads, headDim, valueDim, rotary, rotaryDim))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostQueries, 1);
        long slots = (long)window + mostQueries - 1;
        if (slots > MostSlots)
            throw new ArgumentOutOfRangeException(nameof(window), window, $"window + mostQueries − 1 must be at most 2³⁰ = {MostSlots}.");
        _window = window;
        Capacity = (int)slots;
        _layout = Format.LayOut(Capacity);
        _memory = NativeBlock.Allocate(_layout.Bytes);
    }

    /// <summary>Tokens that one query sees, its own included.</summary>
    public int Window => _window;

    /// <summary>Most tokens that are held: the window, and mostQueries − 1.</summary>
    public int Capacity { get; }

    /// <summary>Tokens since the beginning of the sequence, held or not: the position of the next one.</summary>
    public long Position { get; internal set; }

    private protected override SafeHandle Owner => _memory;

    internal override long FirstPosition => Position - Length;

    internal override int QueryWindow => _window;

    private protected override (BlockLayout Layout, int Slots) Block => (_layout, Capacity);

    internal override void Describe(byte** blocks, int count, out BlockTable keys, out BlockTable values)
    {
        *blocks = _memory.Address;
        Describe(blocks, Capacity, SlotOf(FirstPosition), out keys, out values);
    }

    private protected override void Reserve(int tokens)
    {
    }

    private protected override int FirstKept(int tokens) => Math.Max(0, tokens - Capacity);

    private protected override (nint Block, int Slot, int Run) PlaceOf(int token)
    {
        int slot = SlotOf(Position + token);
        return ((nint)_memory.Address, slot, Capacity - slot);
    }

    private protected override void Commit(int tokens)
    {
        Position += tokens;
        Length = (int)Math.Min((long)Length + tokens, Capacity);
    }

    private protected override void Shorten(int length)
    {
        Position -= Length - length;
        Length = length;
    }

    private protected override void Reset()
    {
        Position = 0;
        Length = 0;
    }

    private int SlotOf(long position) => (int)(position % Capacity);
}
