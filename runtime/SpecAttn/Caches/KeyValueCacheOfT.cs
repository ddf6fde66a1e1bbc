using System.Runtime.InteropServices;
using SpecAttn.Caches;
using SpecAttn.Execution;

namespace SpecAttn;

/// <summary>
/// The keys and values of one sequence, contiguous per head: [keyValueHeads, capacity, headDim] and [keyValueHeads, capacity, valueDim], in
/// native memory.
/// </summary>
/// <typeparam name="T">How elements are stored: <see cref="float"/>, <see cref="Half"/>, <see cref="BFloat16"/>, or <see cref="sbyte"/> with a
/// scale for every token and head. Kernels compute in fp32.</typeparam>
/// <inheritdoc cref="KeyValueCache" path="/remarks"/>
public sealed unsafe class KeyValueCache<T> : KeyValueCache
    where T : unmanaged
{
    private readonly NativeBlock _memory;
    private readonly BlockLayout _layout;

    /// <summary>An empty cache.</summary>
    /// <param name="keyValueHeads">Number of key/value heads.</param>
    /// <param name="headDim">Elements of a key head, 1 to 1024.</param>
    /// <param name="capacity">Most tokens; memory for all of them is taken at once.</param>
    /// <param name="valueDim">Elements of a value head, 1 to 1024; 0 (the default) means <paramref name="headDim"/>.</param>
    /// <param name="rotary">How keys are turned by their positions as they are stored. With <see cref="RotaryStyle.None"/> (the default) they are
    /// stored as they come, and kernels with <c>Rotary</c> turn them at every call.</param>
    /// <param name="rotaryDim">Leading elements of a key head that are turned, even; 0 (the default) means all.</param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="NotSupportedException">Caches cannot hold <typeparamref name="T"/>.</exception>
    public KeyValueCache(
        int keyValueHeads, int headDim, int capacity, int valueDim = 0, RotaryStyle rotary = RotaryStyle.None, int rotaryDim = 0)
        : base(CacheFormat.Create<T>(keyValueHeads, headDim, valueDim, rotary, rotaryDim))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _layout = Format.LayOut(capacity);
        _memory = NativeBlock.Allocate(_layout.Bytes);
    }

    /// <summary>Most tokens.</summary>
    public int Capacity { get; }

    private protected override SafeHandle Owner => _memory;

    private protected override (BlockLayout Layout, int Slots) Block => (_layout, Capacity);

    internal override void Describe(byte** blocks, int count, out BlockTable keys, out BlockTable values)
    {
        *blocks = _memory.Address;
        Describe(blocks, Capacity, 0, out keys, out values);
    }

    private protected override void Reserve(int tokens)
    {
        if (tokens > Capacity - Length)
            CacheError.ThrowFull(Capacity, Length, tokens);
    }

    private protected override (nint Block, int Slot, int Run) PlaceOf(int token) =>
        ((nint)_memory.Address, Length + token, Capacity - Length - token);

    private protected override void Commit(int tokens) => Length += tokens;

    private protected override void Shorten(int length) => Length = length;

    private protected override void Reset() => Length = 0;
}
