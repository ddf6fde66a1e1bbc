using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// What a call needs to know of its caches, in scratch memory, and their memory itself, kept for the length of the call. The tables are
/// copies: whatever becomes of a cache meanwhile, the call reads memory that is there.
/// </summary>
internal unsafe ref struct CacheLease
{
    private readonly CacheArgument _caches;
    private ScratchBlock? _scratch;
    private int _leased;

    private CacheLease(CacheArgument caches) => _caches = caches;

    /// <summary>[caches] where the keys lie.</summary>
    public BlockTable* Keys { get; private set; }

    /// <summary>[caches] where the values lie.</summary>
    public BlockTable* Values { get; private set; }

    /// <summary>[caches] tokens of each.</summary>
    public int* Lengths { get; private set; }

    /// <summary>[caches] where the tokens of each stand in their sequence.</summary>
    public KeyOrigin* Origins { get; private set; }

    /// <summary>Leases caches that have been checked.</summary>
    /// <exception cref="ObjectDisposedException">One of them has been disposed of; nothing is leased.</exception>
    public static CacheLease Take(CacheArgument caches)
    {
        var lease = new CacheLease(caches);
        try
        {
            lease.LeaseAll();
            lease.DescribeAll();
            return lease;
        }
        catch
        {
            lease.Release();
            throw;
        }
    }

    /// <summary>Leaves out the first tokens of a ring, as far as no query sees them, and says where the others stand.</summary>
    /// <param name="number">Number of the cache.</param>
    /// <param name="queries">Queries of its sequence.</param>
    /// <param name="forFloats">Whether positions are turned into floats.</param>
    public readonly void Narrow(int number, int queries, bool forFloats)
    {
        KeyValueCache cache = _caches[number]!;
        int unseen = cache.QueryWindow == 0 ? 0 : (int)Math.Max(0, Lengths[number] - ((long)cache.QueryWindow + Math.Max(queries, 1) - 1));
        if (unseen > 0)
        {
            Keys[number].Skip(unseen);
            Values[number].Skip(unseen);
            Lengths[number] -= unseen;
        }
        Origins[number] = KeyOrigin.Of(cache.FirstPosition + unseen, Lengths[number], forFloats);
    }

    public void Release()
    {
        if (_scratch != null)
            ScratchPool.Return(_scratch);
        _scratch = null;
        while (_leased > 0)
            _caches[--_leased]!.Release();
    }

    private void LeaseAll()
    {
        for (; _leased < _caches.Count; _leased++)
            _caches[_leased]!.Lease();
    }

    private void DescribeAll()
    {
        int caches = _caches.Count;
        long blocks = 0;
        for (int i = 0; i < caches; i++)
            blocks += _caches[i]!.BlockCount;

        var layout = new ScratchLayout(0);
        byte** addresses = Take(ref layout, caches, checked((int)blocks));
        _scratch = ScratchPool.Rent(layout.Bytes);
        layout = new ScratchLayout(_scratch.Address);
        addresses = Take(ref layout, caches, (int)blocks);
        byte** end = addresses + blocks;
        for (int i = 0; i < caches; i++)
        {
            KeyValueCache cache = _caches[i]!;
            int length = cache.Length;
            int count = (int)Math.Min(cache.BlockCount, end - addresses);
            cache.Describe(addresses, count, out Keys[i], out Values[i]);
            addresses += count;

            // Of a cache that another thread changes meanwhile, against the rules, nothing outside of its blocks may be read.
            Lengths[i] = (int)Math.Min(length, (long)count * Keys[i].BlockTokens);
        }
    }

    private byte** Take(ref ScratchLayout layout, int caches, int blocks)
    {
        Keys = layout.Take<BlockTable>(caches);
        Values = layout.Take<BlockTable>(caches);
        Lengths = layout.Take<int>(caches);
        Origins = layout.Take<KeyOrigin>(caches);
        return (byte**)layout.Take<nint>(blocks);
    }
}
