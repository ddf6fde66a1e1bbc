using SpecAttn.Caches;

namespace SpecAttn;

/// <summary>
/// Memory for the keys and values of many sequences, in pages of a fixed number of tokens: <see cref="PagedKeyValueCache{T}"/> takes
/// pages as it grows and gives them back. A page is [keyValueHeads, pageTokens, headDim] keys, then [keyValueHeads, pageTokens, valueDim]
/// values. All members may be called from any thread.
/// </summary>
/// <typeparam name="T"><inheritdoc cref="KeyValueCache{T}" path="/typeparam"/></typeparam>
public sealed class KeyValuePagePool<T> : IDisposable
    where T : unmanaged
{
    private volatile bool _isDisposed;

    /// <summary>A pool whose pages are all free. Memory for all of them is taken at once.</summary>
    /// <param name="keyValueHeads">Number of key/value heads.</param>
    /// <param name="headDim">Elements of a key head, 1 to 1024.</param>
    /// <param name="pageTokens">
    /// Tokens of a page. A sequence leaves half a page unused on average. Decoding is fastest with multiples of 16, and of 2048 /
    /// <paramref name="headDim"/>: of other pages it copies the tokens around their ends.
    /// </param>
    /// <param name="pages">Number of pages.</param>
    /// <param name="valueDim">Elements of a value head, 1 to 1024; 0 (the default) means <paramref name="headDim"/>.</param>
    /// <param name="rotary">How keys are turned by their positions as they are stored. With <see cref="RotaryStyle.None"/> (the default) they are
    /// stored as they come, and kernels with <c>Rotary</c> turn them at every call.</param>
    /// <param name="rotaryDim">Leading elements of a key head that are turned, even; 0 (the default) means all.</param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="NotSupportedException">Caches cannot hold <typeparamref name="T"/>.</exception>
    public KeyValuePagePool(
        int keyValueHeads, int headDim, int pageTokens, int pages, int valueDim = 0, RotaryStyle rotary = RotaryStyle.None, int rotaryDim = 0)
    {
        Format = CacheFormat.Create<T>(keyValueHeads, headDim, valueDim, rotary, rotaryDim);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        PageTokens = pageTokens;
        Pool = new PagePool(Format.LayOut(pageTokens), pages);
    }

    /// <summary>Number of key/value heads.</summary>
    public int KeyValueHeads => Format.KeyValueHeads;

    /// <summary>Elements of a key head.</summary>
    public int HeadDim => Format.HeadDim;

    /// <summary>Elements of a value head.</summary>
    public int ValueDim => Format.ValueDim;

    /// <summary>Tokens of a page.</summary>
    public int PageTokens { get; }

    /// <summary>Number of pages, free or in use.</summary>
    public int Pages => Pool.Pages;

    /// <summary>Pages that no sequence uses.</summary>
    public int FreePages => Pool.FreePages;

    /// <summary>Pages that sequences use; one that several share counts once.</summary>
    public int UsedPages => Pages - FreePages;

    /// <inheritdoc cref="KeyValueCache.BytesPerToken"/>
    public long BytesPerToken => Format.BytesPerToken;

    internal CacheFormat Format { get; }

    internal PagePool Pool { get; }

    /// <summary>
    /// Ends the pool: no cache can be made of it any more. Its memory goes when the last of its caches has been disposed of; until then they
    /// work on.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        Pool.Memory.Dispose();
    }

    /// <summary>A list for the pages of a new sequence.</summary>
    internal PageList NewList() => _isDisposed ? throw new ObjectDisposedException(GetType().Name) : new PageList(Pool);
}
