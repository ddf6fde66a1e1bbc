using SpecAttn.Execution;

namespace SpecAttn.Caches;

/// <summary>
/// Pages of one size, each with the number of its users. A page goes to its first user when it is taken, and comes back when its last one
/// has left. All members may be called from any thread.
/// </summary>
internal sealed unsafe class PagePool
{
    private readonly object _gate = new();
    private readonly int[] _users;
    private readonly int[] _free;
    private int _freeCount;

    /// <param name="layout">How a page is divided.</param>
    /// <param name="pages">Number of pages.</param>
    public PagePool(BlockLayout layout, int pages)
    {
        Layout = layout;
        Memory = NativeBlock.Allocate(checked(layout.Bytes * (nuint)pages));
        _users = new int[pages];
        _free = new int[pages];
        _freeCount = pages;
        for (int i = 0; i < pages; i++)
            _free[i] = pages - 1 - i; // The first page goes out first.
    }

    public BlockLayout Layout { get; }

    /// <summary>The memory of all pages.</summary>
    public NativeBlock Memory { get; }

    public int Pages => _users.Length;

    public int FreePages
    {
        get
        {
            lock (_gate)
                return _freeCount;
        }
    }

    public byte* AddressOf(int page) => Memory.Address + ((nuint)page * Layout.Bytes);

    /// <summary>Takes pages, each with one user: all of them, or none.</summary>
    /// <param name="pages">Takes their numbers.</param>
    /// <param name="free">Free pages before.</param>
    public bool TryTake(Span<int> pages, out int free)
    {
        lock (_gate)
        {
            free = _freeCount;
            if (pages.Length > free)
                return false;
            for (int i = 0; i < pages.Length; i++)
            {
                pages[i] = _free[--_freeCount];
                _users[pages[i]] = 1;
            }
            return true;
        }
    }

    /// <summary>Adds a user to pages that have one.</summary>
    public void Share(ReadOnlySpan<int> pages)
    {
        lock (_gate)
        {
            foreach (int page in pages)
                _users[page]++;
        }
    }

    /// <summary>Takes a user away from pages.</summary>
    public void Return(ReadOnlySpan<int> pages)
    {
        lock (_gate)
        {
            // The first page goes out first again.
            for (int i = pages.Length - 1; i >= 0; i--)
            {
                if (--_users[pages[i]] == 0)
                    _free[_freeCount++] = pages[i];
            }
        }
    }

    /// <summary>Whether a page has more users than one. Only its users can make more of them.</summary>
    public bool IsShared(int page)
    {
        lock (_gate)
            return _users[page] > 1;
    }
}
