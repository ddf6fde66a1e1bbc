using System.Runtime.InteropServices;

namespace SpecAttn.Caches;

/// <summary>
/// The pages of one sequence. They go back to the pool when the sequence has been disposed of (or forgotten) and the last call that reads
/// them has returned; for as long the pool's memory stays.
/// </summary>
internal sealed class PageList : SafeHandle
{
    private readonly PagePool _pool;
    private int[] _pages = [];
    private int _count;

    /// <exception cref="ObjectDisposedException">The pool has been disposed of.</exception>
    public PageList(PagePool pool)
        : base(0, ownsHandle: true)
    {
        _pool = pool;
        bool isLeased = false;
        pool.Memory.DangerousAddRef(ref isLeased);
        handle = 1; // Not an address; of pages there is something to release, even if there are none.
    }

    public override bool IsInvalid => handle == 0;

    public int Count => _count;

    public ReadOnlySpan<int> Pages => _pages.AsSpan(0, Math.Min(_count, _pages.Length));

    /// <summary>Makes sure that pages can be added without taking memory for it.</summary>
    public void Grow(int count)
    {
        if (_pages.Length - _count >= count)
            return;
        int size = checked(_count + count);
        Array.Resize(ref _pages, (int)Math.Clamp(2L * _pages.Length, Math.Max(size, 16), Array.MaxLength));
    }

    /// <summary>Adds pages that the pool has given out.</summary>
    public void Add(ReadOnlySpan<int> pages)
    {
        Grow(pages.Length);
        pages.CopyTo(_pages.AsSpan(_count));
        _count += pages.Length;
    }

    /// <summary>Takes pages out of the pool: all of them, or none.</summary>
    public bool TryTake(int count, out int free)
    {
        Grow(count);
        if (!_pool.TryTake(_pages.AsSpan(_count, count), out free))
            return false;
        _count += count;
        return true;
    }

    /// <summary>Puts the last page in the place of another one, which goes back.</summary>
    public void ReplaceByLast(int index)
    {
        int old = _pages[index];
        _pages[index] = _pages[--_count];
        _pool.Return([old]);
    }

    /// <summary>Gives all pages back but the first ones.</summary>
    public void Shorten(int count)
    {
        ReadOnlySpan<int> last = _pages.AsSpan(count, _count - count);
        _count = count;
        _pool.Return(last);
    }

    protected override bool ReleaseHandle()
    {
        Shorten(0);
        _pool.Memory.DangerousRelease();
        return true;
    }
}
