using System.Runtime.InteropServices;
using SpecAttn.Caches;
using SpecAttn.Execution;

namespace SpecAttn;

/// <summary>The keys and values of one sequence, in pages of a pool that it shares with others.</summary>
/// <typeparam name="T"><inheritdoc cref="KeyValueCache{T}" path="/typeparam"/></typeparam>
/// <inheritdoc cref="KeyValueCache" path="/remarks"/>
public sealed unsafe class PagedKeyValueCache<T> : KeyValueCache
    where T : unmanaged
{
    private readonly PagePool _pool;
    private readonly PageList _pages;

    /// <summary>An empty cache, without a page yet.</summary>
    /// <param name="pool">Where its pages come from, and what says how tokens are stored.</param>
    /// <exception cref="ObjectDisposedException">The pool has been disposed of.</exception>
    public PagedKeyValueCache(KeyValuePagePool<T> pool)
        : base((pool ?? throw new ArgumentNullException(nameof(pool))).Format)
    {
        _pool = pool.Pool;
        _pages = pool.NewList();
        Pool = pool;
    }

    /// <summary>Where the pages come from.</summary>
    public KeyValuePagePool<T> Pool { get; }

    /// <summary>Pages in use, shared ones included.</summary>
    public int PageCount => _pages.Count;

    private protected override SafeHandle Owner => _pages;

    private protected override (BlockLayout Layout, int Slots) Block => (_pool.Layout, Pool.PageTokens);

    internal override int BlockCount => _pages.Count;

    /// <summary>
    /// A cache with the same tokens, which goes on by itself: for beams, or for many sequences that begin alike. Pages are shared; one that is
    /// not full is copied by the first of its users that adds a token.
    /// </summary>
    /// <exception cref="ObjectDisposedException">This cache, or the pool, has been disposed of.</exception>
    public PagedKeyValueCache<T> Fork()
    {
        Lease();
        try
        {
            var fork = new PagedKeyValueCache<T>(Pool);
            fork._pages.Grow(_pages.Count);
            _pool.Share(_pages.Pages);
            fork._pages.Add(_pages.Pages);
            fork.ShareContents(this);
            return fork;
        }
        finally
        {
            Release();
        }
    }

    internal override void Describe(byte** blocks, int count, out BlockTable keys, out BlockTable values)
    {
        ReadOnlySpan<int> pages = _pages.Pages[..count];
        for (int i = 0; i < pages.Length; i++)
            blocks[i] = _pool.AddressOf(pages[i]);
        Describe(blocks, int.MaxValue, 0, out keys, out values);
    }

    private protected override void Reserve(int tokens)
    {
        if (tokens == 0)
            return;
        if (tokens > int.MaxValue - Length)
            CacheError.ThrowFull(int.MaxValue, Length, tokens);

        int pageTokens = Pool.PageTokens;
        int last = Length / pageTokens;
        bool mustCopy = Length % pageTokens != 0 && _pool.IsShared(_pages.Pages[last]);
        int pages = (int)(((long)Length + tokens + pageTokens - 1) / pageTokens);
        int missing = pages - _pages.Count + (mustCopy ? 1 : 0);
        if (missing <= 0)
            return;
        if (!_pages.TryTake(missing, out int free))
            CacheError.ThrowPoolExhausted(missing, free, _pool.Pages, pageTokens);
        if (mustCopy)
            CopyPage(last);
    }

    /// <summary>Puts a copy in the place of a page that others use as well.</summary>
    private void CopyPage(int index)
    {
        ReadOnlySpan<int> pages = _pages.Pages;
        NativeMemory.Copy(_pool.AddressOf(pages[index]), _pool.AddressOf(pages[^1]), _pool.Layout.Bytes);
        _pages.ReplaceByLast(index);
    }

    private protected override (nint Block, int Slot, int Run) PlaceOf(int token)
    {
        (int page, int slot) = Math.DivRem(Length + token, Pool.PageTokens);
        return ((nint)_pool.AddressOf(_pages.Pages[page]), slot, Pool.PageTokens - slot);
    }

    private protected override void Commit(int tokens) => Length += tokens;

    private protected override void Shorten(int length)
    {
        Length = length;
        _pages.Shorten((int)(((long)length + Pool.PageTokens - 1) / Pool.PageTokens));
    }

    private protected override void Reset() => Shorten(0);
}
