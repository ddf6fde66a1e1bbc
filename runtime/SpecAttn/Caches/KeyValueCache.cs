using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SpecAttn.Caches;
using SpecAttn.Execution;
using SpecAttn.Kernels;

namespace SpecAttn;

/// <summary>
/// The keys and values of the tokens of one sequence, kept for decoding. What all caches have in common; see
/// <see cref="KeyValueCache{T}"/>, <see cref="RingKeyValueCache{T}"/> and <see cref="PagedKeyValueCache{T}"/>.
/// </summary>
/// <remarks>
/// Any number of calls may read a cache at the same time. Whatever changes it needs it alone, as with other collections; except for
/// <see cref="Dispose()"/>, which may come at any time: calls that have begun end in peace, and those after it throw.
/// </remarks>
public abstract unsafe class KeyValueCache : IDisposable
{
    private readonly CacheFormat _format;
    private volatile bool _isDisposed;

    // Whether every Half that was stored since the cache was empty is finite: kernels read these faster.
    private bool _isFinite = true;

    private protected KeyValueCache(CacheFormat format) => _format = format;

    /// <summary>Tokens that are held.</summary>
    public int Length { get; private protected set; }

    /// <summary>Number of key/value heads.</summary>
    public int KeyValueHeads => _format.KeyValueHeads;

    /// <summary>Elements of a key head.</summary>
    public int HeadDim => _format.HeadDim;

    /// <summary>Elements of a value head.</summary>
    public int ValueDim => _format.ValueDim;

    /// <summary>How keys are turned by their positions as they are stored; with <see cref="RotaryStyle.None"/> they are stored as they come.</summary>
    public RotaryStyle Rotary => _format.Rotary;

    /// <summary>Leading elements of a key head that are turned as they are stored; 0 for none.</summary>
    public int RotaryDim => _format.RotaryDim;

    /// <summary>
    /// Bytes that one token takes: keyValueHeads · (headDim + valueDim) · size of an element, and with <see cref="sbyte"/> keyValueHeads · 8
    /// for the scales.
    /// </summary>
    public long BytesPerToken => _format.BytesPerToken;

    /// <summary>Adds tokens at the end.</summary>
    /// <param name="key">[tokens, keyValueHeads, headDim].</param>
    /// <param name="value">[tokens, keyValueHeads, valueDim].</param>
    /// <exception cref="ArgumentException">The lengths are not those of whole tokens, or not of as many keys as values.</exception>
    /// <exception cref="InvalidOperationException">There is no room for so many tokens, or the cache turns keys as it stores them and so needs
    /// <c>cos</c> and <c>sin</c>; nothing is changed.</exception>
    /// <exception cref="ObjectDisposedException">The cache has been disposed of.</exception>
    public void Append(ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        if (Rotary != RotaryStyle.None)
            throw new InvalidOperationException($"This cache turns keys as it stores them (rotary {Rotary}): append them with cos and sin.");
        Append(key, value, default, CountTokens(key, value));
    }

    /// <summary>Adds tokens at the end, and turns their keys by their positions; the first token of the sequence has position 0.</summary>
    /// <param name="key">[tokens, keyValueHeads, headDim].</param>
    /// <param name="value">[tokens, keyValueHeads, valueDim].</param>
    /// <param name="cos">[positions, rotaryDim / 2] cosines of the angles, for all positions up to that of the last token.</param>
    /// <param name="sin">[positions, rotaryDim / 2] sines of the angles.</param>
    /// <exception cref="ArgumentException">The lengths are not those of whole tokens, or not of as many keys as values, or the tables are too short.</exception>
    /// <exception cref="InvalidOperationException">There is no room for so many tokens, or the cache does not turn keys; nothing is changed.</exception>
    /// <exception cref="ObjectDisposedException">The cache has been disposed of.</exception>
    public void Append(ReadOnlySpan<float> key, ReadOnlySpan<float> value, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin)
    {
        if (Rotary == RotaryStyle.None)
            throw new InvalidOperationException("This cache stores keys as they come: append them without cos and sin, or make it with a rotary style.");
        int tokens = CountTokens(key, value);
        CheckTables(cos.Length, sin.Length, tokens);
        fixed (float* cosines = cos, sines = sin)
            Append(key, value, new RotaryTable { Style = Rotary, Pairs = RotaryDim / 2, Cos = cosines, Sin = sines }, tokens);
    }

    /// <summary>Forgets the last tokens.</summary>
    /// <param name="length">Tokens that stay, the oldest of those that are held; at most <see cref="Length"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative or more than there are.</exception>
    /// <exception cref="ObjectDisposedException">The cache has been disposed of.</exception>
    public void Truncate(int length)
    {
        Lease();
        try
        {
            if ((uint)length > (uint)Length)
                throw new ArgumentOutOfRangeException(nameof(length), length, $"Must be 0 to Length = {Length}.");
            Shorten(length);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Forgets all tokens; the next one is the first of a sequence.</summary>
    /// <exception cref="ObjectDisposedException">The cache has been disposed of.</exception>
    public void Clear()
    {
        Lease();
        try
        {
            Reset();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Gives the memory back. Calls that read the cache at this time end as if nothing had happened; later ones throw.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Owner.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What is stored, and how.</summary>
    internal CacheFormat Format => _format;

    /// <summary>What must live as long as a call uses the cache.</summary>
    private protected abstract SafeHandle Owner { get; }

    /// <summary>Position of the token at index 0 in its sequence.</summary>
    internal virtual long FirstPosition => 0;

    /// <summary>Tokens that a call with one query reads at most, its own included; 0 for all.</summary>
    internal virtual int QueryWindow => 0;

    /// <summary>Keeps the memory for the length of a call.</summary>
    internal void Lease()
    {
        bool isLeased = false;
        try
        {
            Owner.DangerousAddRef(ref isLeased);
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(Name);
        }

        // A handle that others have leased can still be leased after it was disposed of.
        if (_isDisposed)
        {
            Release();
            throw new ObjectDisposedException(Name);
        }
    }

    /// <summary>Ends a lease.</summary>
    internal void Release() => Owner.DangerousRelease();

    /// <summary>Blocks of memory that hold tokens.</summary>
    internal virtual int BlockCount => 1;

    /// <summary>Where the keys and the values lie.</summary>
    /// <param name="blocks">Takes the addresses of the blocks, [<see cref="BlockCount"/>].</param>
    /// <param name="count">What <see cref="BlockCount"/> was.</param>
    /// <param name="keys">Set.</param>
    /// <param name="values">Set.</param>
    internal abstract void Describe(byte** blocks, int count, out BlockTable keys, out BlockTable values);

    /// <summary>Makes room for tokens, or throws and changes nothing.</summary>
    private protected abstract void Reserve(int tokens);

    /// <summary>Where a token goes for which there is room: its block, its slot there, and how many slots follow without a gap, itself included.</summary>
    /// <param name="token">Counted from <see cref="Length"/>.</param>
    private protected abstract (nint Block, int Slot, int Run) PlaceOf(int token);

    /// <summary>How a block is divided, and how many slots it has.</summary>
    private protected abstract (BlockLayout Layout, int Slots) Block { get; }

    /// <summary>Notes that the tokens of another cache are in this one as well.</summary>
    private protected void ShareContents(KeyValueCache other)
    {
        _isFinite = other._isFinite;
        Length = other.Length;
    }

    /// <summary>Counts stored tokens in.</summary>
    private protected abstract void Commit(int tokens);

    /// <summary>The first of the tokens that are stored at all.</summary>
    private protected virtual int FirstKept(int tokens) => 0;

    private protected abstract void Shorten(int length);

    private protected abstract void Reset();

    /// <summary>The tables of a cache whose tokens lie in blocks of one size.</summary>
    private protected void Describe(byte** blocks, int slots, int firstSlot, out BlockTable keys, out BlockTable values)
    {
        (BlockLayout layout, int blockTokens) = Block;
        int size = _format.Element.Size();
        keys = new BlockTable
        {
            Blocks = blocks,
            BlockTokens = blockTokens,
            Slots = slots,
            FirstSlot = firstSlot,
            TokenBytes = HeadDim * size,
            ScaleOffset = (nint)layout.KeyScaleOffset,
            IsFinite = _isFinite,
        };
        values = keys;
        values.Offset = (nint)layout.ValueOffset;
        values.TokenBytes = ValueDim * size;
        values.ScaleOffset = (nint)layout.ValueScaleOffset;
    }

    private string Name => GetType().Name;

    private int CountTokens(ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        long tokens = key.Length / ((long)KeyValueHeads * HeadDim);
        if (tokens * KeyValueHeads * HeadDim != key.Length)
            CacheError.ThrowTokens("key", key.Length, KeyValueHeads, "headDim", HeadDim);
        if (tokens * KeyValueHeads * ValueDim != value.Length)
            CacheError.ThrowValues(value.Length, tokens, KeyValueHeads, ValueDim);
        return (int)tokens;
    }

    private void CheckTables(int cos, int sin, int tokens)
    {
        int pairs = RotaryDim / 2;
        if (cos % pairs != 0)
            ShapeError.ThrowRotary("cos", cos, pairs);
        if (sin != cos)
            ShapeError.ThrowSin(sin, cos, pairs);
        long needed = FirstPosition + Length + tokens;
        if (tokens != 0 && needed > cos / pairs)
            CacheError.ThrowPositions(cos, cos / pairs, needed, pairs);
    }

    private void Append(ReadOnlySpan<float> key, ReadOnlySpan<float> value, in RotaryTable rotary, int tokens)
    {
        Lease();
        try
        {
            Reserve(tokens);
            _isFinite |= Length == 0;
            fixed (float* keys = key, values = value)
            {
                for (int token = FirstKept(tokens); token < tokens;)
                {
                    (nint block, int slot, int run) = PlaceOf(token);
                    run = Math.Min(run, tokens - token);
                    Store((byte*)block, slot, keys + ((nint)token * KeyValueHeads * HeadDim), values + ((nint)token * KeyValueHeads * ValueDim), run, in rotary, token);
                    token += run;
                }
            }
            Commit(tokens);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Stores consecutive tokens in consecutive slots of a block.</summary>
    [SkipLocalsInit]
    private void Store(byte* block, int slot, float* keys, float* values, int tokens, in RotaryTable rotary, int token)
    {
        (BlockLayout layout, int slots) = Block;
        ElementType element = _format.Element;
        int size = element.Size();
        float* turned = stackalloc float[rotary.IsUsed ? HeadDim : 1];
        for (int head = 0; head < KeyValueHeads; head++)
        {
            for (int i = 0; i < tokens; i++)
            {
                nint index = ((nint)head * slots) + slot + i;
                nint row = ((nint)i * KeyValueHeads) + head;
                float* source = keys + (row * HeadDim);
                if (rotary.IsUsed)
                {
                    new ReadOnlySpan<float>(source, HeadDim).CopyTo(new Span<float>(turned, HeadDim));
                    rotary.Apply(turned, (int)(FirstPosition + Length + token + i));
                    source = turned;
                }

                _isFinite &= StoredNumbers.StoreRow(
                    element, source, block + (index * HeadDim * size), HeadDim, (float*)(block + layout.KeyScaleOffset) + index);
                _isFinite &= StoredNumbers.StoreRow(
                    element,
                    values + (row * ValueDim),
                    block + layout.ValueOffset + (index * ValueDim * size),
                    ValueDim,
                    (float*)(block + layout.ValueScaleOffset) + index);
            }
        }
    }
}
