using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>What is the same for every kernel's <see cref="TokenPass{TKernel}"/>.</summary>
internal static class TokenPass
{
    /// <summary>Most chunks ahead of which tokens are asked for the first time.</summary>
    public const int MostChunksAhead = 24;
}

/// <summary>
/// The row kernel's way through some consecutive keys, or values, of one head: in as few calls as can be, each over chunks that the kernel can
/// read where they lie, or over one that had to be copied. Meanwhile the kernel asks for chunks that come later, the last ones for what is
/// read after the pass.
/// </summary>
/// <typeparam name="TKernel">The kernel: its chunks are what sums are made of, so calls are cut between them.</typeparam>
internal unsafe struct TokenPass<TKernel>
    where TKernel : struct, IAttentionKernel
{
    /// <summary>
    /// How far ahead tokens are asked for the second time, at least: in whole chunks, for those of one need not lie behind those of another.
    /// The first time is twice as far. Both matter: while all the processor's buffers for lines on their way are taken it passes over what it
    /// is asked for, and a line that then has to be waited for costs more than asking again for those that have come. Of 134 MB, one request
    /// at 16 KB brought 18 to 20 GB/s, two bring 20 to 22.
    /// </summary>
    private const int AskedTwiceBytes = 12 * 1024;

    /// <summary>
    /// The same where once is enough, see <see cref="Processor.AwaitsManyLines"/>. Twice as far takes up to 18 % longer,
    /// presumably as more comes into the nearest cache than there is room for beside what is in use.
    /// </summary>
    private const int AskedOnceBytes = 8 * 1024;

    /// <summary>
    /// How far ahead of what is asked for its page is made known: seven pages. The processor's own prefetchers stop at the end of a page, and
    /// a prefetch of which the page is not known waits for it, with all after it. Caches have large pages, and behind the end of one of their
    /// blocks lies something else.
    /// </summary>
    private const int AskedPageBytes = 7 * 4096;

    /// <summary>Chunks of a call that more rows follow: they are read again while they still are in the nearest caches.</summary>
    private const int MostChunks = 2;

    /// <summary>
    /// Fewer tokens are not worth a stream. Where memory is the limit, four streams a quarter of a block apart bring half as much again as
    /// one, and the nearer they are to each other, the less: 128 tokens, 16 KB apart, a fifth, and 64 of them nothing.
    /// </summary>
    private const int FewestTokensOfStream = 32;

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
    private byte** _list;
    private TokenPlace _next;
    private bool _asks;
    private int _again;
    private int _mostTokens;

    // The first tokens are taken from four streams of so many each; 0 if there is but one.
    private int _streamTokens;

    // Calls are cut between so many tokens.
    private int _unit;

    // The chunks of tokens before this one are listed.
    private int _listedEnd;

    /// <summary>Prepares passes, one for each of some heads. No constructor: the compiler copies what one makes, as a whole, which waits until all its fields are in the cache.</summary>
    /// <param name="problem">The call.</param>
    /// <param name="isOfKeys">Whether it is keys, or values.</param>
    /// <param name="stored">How they are stored, if the kernel reads them so; null if they are turned into fp32 first.</param>
    /// <param name="rows">Of which sequence; many of them read every chunk several times.</param>
    /// <param name="first">First token of the block.</param>
    /// <param name="run">The tokens, within the block.</param>
    /// <param name="next">What is read after the pass.</param>
    /// <param name="asksOnce">Whether later tokens are asked for once, see <see cref="Processor.AwaitsManyLines"/>, or twice.</param>
    /// <param name="takesStreams">Whether they are to be read in four streams, if the kernel reads them where they lie and they are not too few.</param>
    /// <param name="memory">Takes lists of chunks, and those that the kernel cannot read where they lie.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(
        AttentionProblem* problem,
        bool isOfKeys,
        ElementType? stored,
        in HeadRows rows,
        int first,
        KeyRange run,
        TokenPlace next,
        bool asksOnce,
        bool takesStreams,
        in RowScratch memory)
    {
        _problem = problem;
        _tensor = TensorOf(isOfKeys);
        _isOfKeys = isOfKeys;
        Element = stored ?? ElementType.Single;
        _isRead = stored.HasValue;
        _batch = rows.Batch;
        _dim = isOfKeys ? TKernel.HeadDim : TKernel.ValueDim;
        _first = first + run.Begin;
        _end = first + run.End;
        _loaded = memory.Loaded;
        _list = memory.Chunks;
        _next = next;
        _unit = TKernel.RowKeyChunk * (isOfKeys ? 1 : TKernel.RowChunksOfSums(Element));
        _mostTokens = RowsAtOnce(rows.OfHead) < rows.OfHead ? Math.Max(MostChunks * TKernel.RowKeyChunk, _unit) : int.MaxValue;
        _streamTokens = takesStreams && _isRead ? StreamTokensOf(_first, _end) : 0;
        _asks = rows.OfHead >= TKernel.FewestAskingRows || _streamTokens > 0;
        if (_asks)
        {
            int chunkBytes = (TKernel.RowKeyChunk * _dim) << _tensor->Element.SizeShift();
            Chunks.AsksOnce = asksOnce;
            int askedBytes = asksOnce ? AskedOnceBytes : AskedTwiceBytes;
            _again = Math.Min((askedBytes + chunkBytes - 1) / chunkBytes, TokenPass.MostChunksAhead / 2);
            Chunks.PageBytes = _tensor->Tables == null ? AskedPageBytes : 0;
        }
    }

    /// <summary>How many of some rows the kernel takes at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowsAtOnce(int rows) => rows >= TKernel.RowTile ? TKernel.RowTile : Math.Min(rows, TKernel.SmallRowTile);

    /// <summary>Begins the pass of a key/value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginHead(int keyValueHead)
    {
        _head = keyValueHead;
        Token = _first;
        Count = 0;
        _listedEnd = _first;
    }

    /// <summary>How the elements are stored that the kernel reads.</summary>
    public ElementType Element { get; private set; }

    /// <summary>First token of the pass, and as many more as have been taken before the next call.</summary>
    public int Token { get; private set; }

    /// <summary>First token of the next call; the others see <see cref="TokenChunks.Place"/>.</summary>
    public readonly int First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Token < StreamsEnd ? _first + ((Token - _first) / TokenChunks.Streams) : Token;
    }

    /// <summary>How many tokens the call takes.</summary>
    public int Count { get; private set; }

    /// <summary>Elements from one token of a chunk to the next.</summary>
    public nint Stride { get; private set; }

    /// <summary>Where they lie.</summary>
    public TokenChunks Chunks;

    /// <summary>Goes on to the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next()
    {
        Token += Count;
        if (Token == _end)
            return false;
        if (Token < _listedEnd)
            Chunks.First += _mostTokens / TKernel.RowKeyChunk * (Chunks.AreStreams ? TokenChunks.Streams : 1);
        else
            List();
        Count = Math.Min(_listedEnd - Token, _mostTokens);
        return true;
    }

    /// <summary>Lists chunks that one call can take, and what it is to ask for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void List()
    {
        Chunks.First = _list;
        Stride = _tensor->TokenStride;
        Chunks.AreStreams = Token < StreamsEnd;
        if (Chunks.AreStreams)
        {
            ListOfStreams();
            return;
        }

        Chunks.StepTokens = TKernel.RowKeyChunk;
        byte** end = _list;
        bool isInTwoPieces = false;
        while (_isRead && _listedEnd < _end && !isInTwoPieces)
        {
            int run = _tensor->RunOf(_batch, _listedEnd, _end - _listedEnd);
            int rest = _listedEnd + run < _end ? run % TKernel.RowKeyChunk : 0;
            end = List(end, _tensor, _head, _listedEnd, run - rest);
            _listedEnd += run - rest;
            isInTwoPieces = rest > 0;
        }

        if (isInTwoPieces)
        {
            int begun = (_listedEnd - Token) % _unit;
            _listedEnd -= begun;
            end -= begun / TKernel.RowKeyChunk;
        }

        Chunks.Again = _again;
        if (end == _list)
        {
            _listedEnd = Math.Min(Token + _unit, _end);
            Load(_listedEnd - Token);
            for (int chunk = 0; chunk <= _unit / TKernel.RowKeyChunk; chunk++)
                *end++ = (byte*)_loaded + ((chunk * TKernel.RowKeyChunk * Stride) << Element.SizeShift());
            Chunks.Again = 0; // What is copied lies at other distances than what it would ask for: it asks for itself.
        }
        else if (_asks)
        {
            ListAhead(end);
        }
    }

    /// <summary>
    /// The same where there are streams. How many tokens there are decides what the streams are, not where they lie: sums have the same bits
    /// in every kind of cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ListOfStreams()
    {
        Chunks.StepTokens = TKernel.RowKeyChunk / TokenChunks.Streams;
        Chunks.StreamTokens = _streamTokens;
        Chunks.Again = _again * TokenChunks.Streams;
        _listedEnd = StreamsEnd;
        byte** end = _tensor->HasWhole(_batch, _first, StreamsEnd - _first, Chunks.StepTokens)
            ? ListStreams(_list, int.MaxValue, _tensor, _head, _first, _streamTokens)
            : ListPieces();
        if (!_asks)
            return;

        // What is in no streams, such as the last few tokens of a pass, is not asked for.
        int rounds = 2 * _again;
        byte** last = end + (rounds * TokenChunks.Streams);
        StridedTensor* tensor = TensorOf(_next.IsOfKeys);
        int blockEnd = (int)Math.Min(((_next.Token / TKernel.RowKeyBlock) + 1L) * TKernel.RowKeyBlock, _problem->SeenKeysOf(_batch));
        int streamTokens = StreamTokensOf(_next.Token, blockEnd);
        if (streamTokens > 0 && _listedEnd == StreamsEnd)
            end = ListStreams(end, rounds, tensor, _next.KeyValueHead, _next.Token, streamTokens);
        for (; end < last; end++)
            *end = end[-TokenChunks.Streams];
    }

    /// <summary>Lists the chunks of four streams that lie one behind the other, in turn. Of those in two pieces it lists the first, to be asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte** ListStreams(byte** list, int mostRounds, StridedTensor* tensor, int head, int token, int streamTokens)
    {
        const int streams = TokenChunks.Streams;
        int chunkTokens = TKernel.RowKeyChunk / streams;
        int rounds = Math.Min(streamTokens / chunkTokens, mostRounds);
        int tokens = ((streams - 1) * streamTokens) + (rounds * chunkTokens);
        if (tensor->RunOf(_batch, token, tokens) == tokens)
            return ListStreamsOfRun(list, list + (rounds * streams), tensor, head, token, streamTokens);

        for (int stream = 0; stream < streams; stream++)
        {
            byte** at = list + stream;
            int first = token + (stream * streamTokens);
            int left = rounds * chunkTokens;
            while (left > 0)
            {
                int run = Math.Max(tensor->RunOf(_batch, first, left) / chunkTokens, 1) * chunkTokens;
                at = List(at, tensor, head, first, run, chunkTokens, streams);
                first += run;
                left -= run;
            }
        }
        return list + (rounds * streams);
    }

    /// <summary>The same where all lies in one piece, which it mostly does: in one loop, for the ends of short ones take as long as they do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte** ListStreamsOfRun(byte** list, byte** end, StridedTensor* tensor, int head, int token, int streamTokens)
    {
        nint tokenBytes = tensor->TokenStride << tensor->Element.SizeShift();
        nint streamBytes = streamTokens * tokenBytes;
        byte* chunk = tensor->Head(_batch, token, head);
        for (; list < end; list += TokenChunks.Streams)
        {
            list[0] = chunk;
            list[1] = chunk + streamBytes;
            list[2] = chunk + (2 * streamBytes);
            list[3] = chunk + (3 * streamBytes);
            chunk += TKernel.RowKeyChunk / TokenChunks.Streams * tokenBytes;
        }
        return list;
    }

    /// <summary>
    /// Lists chunks of streams of which some are in two pieces: these are copied, as many as there is room for, and the call ends with the last
    /// sum that is complete.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private byte** ListPieces()
    {
        int chunkTokens = Chunks.StepTokens;
        nint chunkBytes = (chunkTokens * Stride) << Element.SizeShift();
        byte* copy = (byte*)_loaded;
        byte* lastCopy = copy + (_unit / chunkTokens * chunkBytes);
        byte** end = _list;
        byte** endOfSum = end;
        for (int token = Token; token < StreamsEnd; token += TKernel.RowKeyChunk)
        {
            if ((token - Token) % _unit == 0)
            {
                _listedEnd = token;
                endOfSum = end;
            }

            int first = _first + ((token - _first) / TokenChunks.Streams);
            for (int stream = 0; stream < TokenChunks.Streams; stream++, first += _streamTokens)
            {
                if (_tensor->RunOf(_batch, first, chunkTokens) == chunkTokens)
                {
                    *end++ = _tensor->Head(_batch, first, _head);
                    continue;
                }

                if (copy == lastCopy)
                    return endOfSum;
                _tensor->CopyRows(_batch, first, chunkTokens, _head, copy, Stride, _dim);
                *end++ = copy;
                copy += chunkBytes;
            }
        }

        _listedEnd = StreamsEnd;
        return end;
    }

    /// <summary>How many tokens each of four streams has, a multiple of a quarter of a chunk; 0 if these tokens are taken as they lie.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StreamTokensOf(int token, int end)
    {
        int tokens = (end - token) / TKernel.RowKeyChunk * (TKernel.RowKeyChunk / TokenChunks.Streams);
        return tokens >= FewestTokensOfStream ? tokens : 0;
    }

    private readonly int StreamsEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _first + (TokenChunks.Streams * _streamTokens);
    }

    /// <summary>Lists what comes after the chunks of a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void ListAhead(byte** end)
    {
        byte** last = end + (2 * _again);
        end = ListAhead(end, last, _tensor, _head, _listedEnd, _end);
        end = ListAhead(end, last, TensorOf(_next.IsOfKeys), _next.KeyValueHead, _next.Token, _problem->SeenKeysOf(_batch));
        for (; end < last; end++)
            *end = end[-1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte** ListAhead(byte** end, byte** last, StridedTensor* tensor, int head, int token, int tokenEnd)
    {
        while (end < last && token < tokenEnd)
        {
            int run = tensor->RunOf(_batch, token, Math.Min(tokenEnd - token, (int)(last - end) * TKernel.RowKeyChunk));
            byte** listed = end;
            end = List(end, tensor, head, token, run);
            token += (int)(end - listed) * TKernel.RowKeyChunk;
        }
        return end;
    }

    /// <summary>Lists chunks of some tokens that lie in one piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte** List(byte** end, StridedTensor* tensor, int head, int token, int count) =>
        List(end, tensor, head, token, count, TKernel.RowKeyChunk, step: 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte** List(byte** end, StridedTensor* tensor, int head, int token, int count, int chunkTokens, int step)
    {
        nint chunkBytes = (chunkTokens * tensor->TokenStride) << tensor->Element.SizeShift();
        byte* chunk = tensor->Head(_batch, token, head);
        for (; count > 0; count -= chunkTokens)
        {
            *end = chunk;
            end += step;
            chunk += chunkBytes;
        }
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly StridedTensor* TensorOf(bool isOfKeys) => isOfKeys ? &_problem->Key : &_problem->Value;

    /// <summary>Copies what the kernel cannot read where it lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Load(int count)
    {
        Stride = KeyValueBlock.PackedStride(_dim);
        if (_isRead)
        {
            _tensor->CopyRows(_batch, Token, count, _head, (byte*)_loaded, Stride, _dim);
            return;
        }

        if (_isOfKeys)
            _problem->LoadKeys(_batch, Token, count, _head, _loaded, Stride, _dim);
        else
            _problem->LoadValues(_batch, Token, count, _head, _loaded, Stride, _dim);
        if (_isOfKeys ? LanePairs.AreOfKeys<TKernel>(in *_problem) : LanePairs.AreOfValues<TKernel>(in *_problem))
        {
            for (int token = 0; token < count; token++)
                LanePairs.Separate<TKernel>(_loaded + (token * Stride), _dim);
        }
    }
}
