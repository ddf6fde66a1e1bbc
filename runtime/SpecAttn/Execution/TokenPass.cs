using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// The row kernel's way through consecutive keys, or values, of one head: in as few calls as can be, each over tokens that lie equally far
/// apart and ask for others equally far ahead. The last ones ask for what is read after the pass.
/// </summary>
/// <typeparam name="TKernel">The kernel: its chunks are what sums are made of, so calls are cut between them.</typeparam>
internal unsafe struct TokenPass<TKernel>
    where TKernel : struct, IAttentionKernel
{
    /// <summary>
    /// How far ahead tokens are asked for the second time; the first time is twice as far. Both matter: while all the processor's buffers for
    /// lines on their way are taken it passes over what it is asked for, and a line that then has to be waited for costs more than asking
    /// again for those that have come. Of 134 MB, one request at 16 KB brought 18 to 20 GB/s, two bring 20 to 22.
    /// </summary>
    private const int AskedBytes = 12 * 1024;

    /// <summary>
    /// How far ahead of what is asked for its page is made known: seven pages. The processor's own prefetchers stop at the end of a page, and
    /// a prefetch of which the page is not known waits for it, with all after it. Caches have large pages, and behind the end of one of their
    /// blocks lies something else.
    /// </summary>
    private const int AskedPageBytes = 7 * 4096;

    /// <summary>Chunks of a call that more rows follow: they are read again while they still are in the nearest caches.</summary>
    private const int MostChunks = 2;

    private AttentionProblem* _problem;
    private StridedTensor* _tensor;
    private bool _isOfKeys;
    private bool _isRead;
    private int _batch;
    private int _head;
    private int _dim;
    private int _end;
    private float* _loaded;
    private byte* _next;
    private bool _asks;
    private int _askedTokens;
    private int _mostTokens;

    // What the first token of the call asks for; where calls take as many tokens as they ask ahead, that of the next call and of the one after it.
    private byte* _askedAgain;
    private byte* _askedFirst;

    /// <summary>Begins a pass. No constructor: the compiler copies what one makes, as a whole, which waits until all its fields are in the cache.</summary>
    /// <param name="problem">The call.</param>
    /// <param name="isOfKeys">Whether it is keys, or values.</param>
    /// <param name="stored">How they are stored, if the kernel reads them so; null if they are turned into fp32 first.</param>
    /// <param name="rows">Of which sequence and head; many of them read every chunk several times.</param>
    /// <param name="first">First token of the block.</param>
    /// <param name="run">The tokens, within the block.</param>
    /// <param name="loaded">Takes chunks that the kernel cannot read where they lie.</param>
    /// <param name="next">What is read after the pass, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(
        AttentionProblem* problem, bool isOfKeys, ElementType? stored, in HeadRows rows, int first, KeyRange run, float* loaded, byte* next)
    {
        _problem = problem;
        _tensor = isOfKeys ? &problem->Key : &problem->Value;
        _isOfKeys = isOfKeys;
        Element = stored ?? ElementType.Single;
        _isRead = stored.HasValue;
        _batch = rows.Batch;
        _head = rows.KeyValueHead;
        _dim = isOfKeys ? TKernel.HeadDim : TKernel.ValueDim;
        Token = first + run.Begin;
        _end = first + run.End;
        _loaded = loaded;
        _next = next;
        _mostTokens = rows.Count > TKernel.RowTile ? MostChunks * TKernel.RowKeyChunk : int.MaxValue;
        _asks = rows.Count >= TKernel.FewestAskingRows;
        if (_asks)
            _askedTokens = _tensor->AskedTokens(rows.Batch, ((AskedBytes >> _tensor->Element.SizeShift()) + _dim - 1) / _dim);
    }

    /// <summary>How the elements are stored that the kernel reads.</summary>
    public ElementType Element { get; private set; }

    /// <summary>First token of the next call.</summary>
    public int Token { get; private set; }

    /// <summary>How many tokens the call takes.</summary>
    public int Count { get; private set; }

    /// <summary>Their first element.</summary>
    public byte* Address { get; private set; }

    /// <summary>Elements from one of them to the next.</summary>
    public nint Stride { get; private set; }

    /// <summary>What each of them asks for.</summary>
    public TokensAhead Ahead;

    /// <summary>Goes on to the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next()
    {
        Token += Count;
        if (Token == _end)
            return false;
        Find(_end - Token);
        return true;
    }

    /// <summary>Finds what the next call takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(int left)
    {
        int run = 0;
        if (_isRead)
        {
            run = _tensor->RunOf(_batch, Token, UntilNext(left));
            if (run < left)
                run -= run % TKernel.RowKeyChunk;
        }

        if (run == 0)
        {
            Count = Math.Min(TKernel.RowKeyChunk, left);
            Load();
            return;
        }

        // A page mostly follows on one that has asked for it, and need not be looked up again.
        bool isAsked = Count == _askedTokens && _askedAgain != null;
        Count = Math.Min(run, _mostTokens);
        Stride = _tensor->TokenStride;
        Address = isAsked ? _askedAgain : _tensor->Head(_batch, Token, _head);
        if (_asks)
        {
            _askedAgain = isAsked ? _askedFirst : AskedAddress(_askedTokens);
            _askedFirst = AskedAddress(2 * _askedTokens);
            int shift = _tensor->Element.SizeShift();
            Ahead.Again = (nint)(_askedAgain - Address) >> shift;
            Ahead.First = (nint)(_askedFirst - Address) >> shift;
            Ahead.Page = Ahead.First + (_tensor->Tables == null ? AskedPageBytes >> shift : 0);
        }
    }

    private void Load()
    {
        Address = (byte*)_loaded;
        Stride = KeyValueBlock.PackedStride(_dim);
        Ahead = default;
        _askedAgain = null;
        if (_isRead)
        {
            _tensor->CopyRows(_batch, Token, Count, _head, Address, Stride, _dim);
            return;
        }

        if (_isOfKeys)
            _problem->LoadKeys(_batch, Token, Count, _head, _loaded, Stride, _dim);
        else
            _problem->LoadValues(_batch, Token, Count, _head, _loaded, Stride, _dim);
        if (_isOfKeys ? LanePairs.AreOfKeys<TKernel>(in *_problem) : LanePairs.AreOfValues<TKernel>(in *_problem))
        {
            for (int token = 0; token < Count; token++)
                LanePairs.Separate<TKernel>(_loaded + (token * Stride), _dim);
        }
    }

    /// <summary>
    /// How many tokens ask alike, in whole chunks if not all that are left: first those both of whose requests are for tokens of the pass, then
    /// those of which the second one is, then the last ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int UntilNext(int left)
    {
        int inside = left - (left > 2 * _askedTokens ? 2 * _askedTokens : _askedTokens);
        int tokens = (inside + TKernel.RowKeyChunk - 1) / TKernel.RowKeyChunk * TKernel.RowKeyChunk;
        return tokens > 0 ? Math.Min(tokens, left) : left;
    }

    /// <summary>What the first token of a call asks for, so many tokens ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* AskedAddress(int tokens)
    {
        int asked = Token + tokens;
        if (asked < _end)
            return _tensor->Head(_batch, asked, _head);
        nint tokenBytes = _tensor->TokenStride * _tensor->Element.Size();
        if (_next == null)
            return Address + (tokens * tokenBytes);

        // Of the pages that are read next only the first is known.
        int after = asked - _end;
        if (_tensor->Tables != null && after >= _askedTokens)
            after -= _askedTokens;
        return _next + (after * tokenBytes);
    }
}
