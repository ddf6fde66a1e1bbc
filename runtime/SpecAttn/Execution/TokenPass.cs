using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// The row kernel's way through consecutive keys, or values, of one head: in as few calls as can be, each over tokens that lie equally far
/// apart. They ask for others equally far ahead, wherever those lie, and the last ones for what is read after the pass.
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
    private int _first;
    private int _end;
    private float* _loaded;
    private byte* _next;
    private bool _asks;
    private int _askedTokens;
    private int _mostTokens;
    private nint _tokenBytes;

    // Where the pass is, what comes behind it, and what else has been looked up.
    private Piece _here;
    private Piece _behind;
    private Piece _far;

    /// <summary>Consecutive tokens one behind the other in memory.</summary>
    private struct Piece
    {
        /// <summary>The token behind the last one.</summary>
        public int End;

        /// <summary>Where token 0 would lie if the piece reached as far.</summary>
        public byte* Origin;
    }

    /// <summary>Prepares passes, one for each of some heads. No constructor: the compiler copies what one makes, as a whole, which waits until all its fields are in the cache.</summary>
    /// <param name="problem">The call.</param>
    /// <param name="isOfKeys">Whether it is keys, or values.</param>
    /// <param name="stored">How they are stored, if the kernel reads them so; null if they are turned into fp32 first.</param>
    /// <param name="rows">Of which sequence; many of them read every chunk several times.</param>
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
        _dim = isOfKeys ? TKernel.HeadDim : TKernel.ValueDim;
        _first = first + run.Begin;
        _end = first + run.End;
        _loaded = loaded;
        _next = next;
        _mostTokens = rows.OfHead > TKernel.RowTile ? MostChunks * TKernel.RowKeyChunk : int.MaxValue;
        _asks = rows.OfHead >= TKernel.FewestAskingRows;
        _tokenBytes = _tensor->TokenStride << _tensor->Element.SizeShift();
        if (_asks)
            _askedTokens = ((AskedBytes >> _tensor->Element.SizeShift()) + _dim - 1) / _dim;
    }

    /// <summary>Begins the pass of a key/value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginHead(int keyValueHead)
    {
        _head = keyValueHead;
        Token = _first;
        Count = 0;
        _here.End = _first;
        _behind.End = 0;
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
            while (Token >= _here.End)
                GoOn();
            run = Math.Min(left, _here.End - Token);
            if (run < left)
                run -= run % TKernel.RowKeyChunk;
        }

        if (run == 0)
        {
            Count = Math.Min(TKernel.RowKeyChunk, left);
            Load();
            return;
        }

        Count = Math.Min(run, _mostTokens);
        Stride = _tensor->TokenStride;
        Address = _here.Origin + (Token * _tokenBytes);
        if (_asks)
        {
            Ask(_askedTokens, ref Ahead.Again);
            Ask(2 * _askedTokens, ref Ahead.First);
            Ahead.Page = _tensor->Tables == null ? AskedPageBytes >> _tensor->Element.SizeShift() : 0;
        }
    }

    /// <summary>Goes on to the next piece.</summary>
    private void GoOn()
    {
        if (_behind.End > 0)
            _here = _behind;
        else
            FindPiece(_here.End, ref _here);
        if (_asks)
            FindPiece(_here.End, ref _behind);
    }

    /// <summary>Finds the piece from a token on; behind the pass, what is read next.</summary>
    private readonly void FindPiece(int token, ref Piece piece)
    {
        if (token < _end)
        {
            piece.End = token + _tensor->RunOf(_batch, token, _end - token);
            piece.Origin = _tensor->Head(_batch, token, _head) - (token * _tokenBytes);
        }
        else
        {
            piece.End = int.MaxValue;
            piece.Origin = _next != null ? _next - (_end * _tokenBytes) : _here.Origin;
        }
    }

    /// <summary>The piece that holds a later token.</summary>
    [UnscopedRef]
    private ref readonly Piece PieceOf(int token)
    {
        if (token < _here.End)
            return ref _here;
        if (token < _behind.End)
            return ref _behind;
        FindPiece(token, ref _far);
        return ref _far;
    }

    /// <summary>Has every token of the call ask for one so many tokens ahead.</summary>
    private void Ask(int tokens, ref TokenDistance distance)
    {
        ref readonly Piece piece = ref PieceOf(Token + tokens);
        distance.Before = DistanceTo(in piece, tokens);
        distance.Turn = piece.End - tokens - Token;
        if (distance.Turn < Count)
            distance.Behind = DistanceTo(in PieceOf(piece.End), tokens);
    }

    /// <summary>Elements from a token of the call to one of a piece, so many tokens ahead.</summary>
    private readonly nint DistanceTo(ref readonly Piece piece, int tokens) =>
        (tokens * Stride) + ((nint)(piece.Origin - _here.Origin) >> _tensor->Element.SizeShift());

    private void Load()
    {
        Address = (byte*)_loaded;
        Stride = KeyValueBlock.PackedStride(_dim);
        Ahead = default;
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
}
