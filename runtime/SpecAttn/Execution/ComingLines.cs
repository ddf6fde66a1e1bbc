using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Memory that the tile kernel will soon read or write, asked for line by line while it multiplies weights with values, so that it comes
/// from the last cache or from memory while the core computes. The processor does not foresee it: between the rows of a head lie those of
/// all others.
/// </summary>
/// <param name="streams">Memory for <see cref="MostStreams"/>.</param>
/// <param name="list">Memory for <see cref="ListLength"/> addresses.</param>
/// <param name="areFar">Whether they come from memory, and not from the last cache.</param>
internal unsafe struct ComingLines(LineStream* streams, long* list, bool areFar)
{
    /// <summary>Runs of keys, and of values, beyond these are left to the moment they are needed.</summary>
    public const int MostStreams = 12;

    /// <summary>Lines that one block of rows asks for, at most; the rest is left likewise.</summary>
    public const int MostLines = 2048;

    /// <summary>Addresses are written four at a time.</summary>
    public const int ListLength = MostLines + 3;

    private readonly LineStream* _streams = streams;
    private readonly long* _list = list;
    private readonly bool _areFar = areFar;
    private int _count;
    private int _first;
    private int _linesPerBlock;

    /// <summary>Forgets what was expected.</summary>
    public void Clear() => _count = _first = 0;

    /// <summary>Keys, or values, of a head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Expect(ref readonly StridedTensor tensor, int batch, int head, int token, int count, int dim)
    {
        int size = tensor.Element.Size();
        while (count > 0)
        {
            int run = tensor.RunOf(batch, token, count);
            Expect(new LineStream(tensor.Head(batch, token, head), dim * size, tensor.TokenStride * size, run));
            token += run;
            count -= run;
        }
    }

    /// <summary>Queries, or their outputs, of neighbouring heads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ExpectRows(ref readonly StridedTensor tensor, int batch, int firstHead, int heads, int firstQuery, int queries, int dim)
    {
        int size = tensor.Element.Size();
        byte* first = tensor.Head(batch, firstQuery, firstHead);
        if (tensor.HeadStride == dim)
            Expect(new LineStream(first, heads * dim * size, tensor.TokenStride * size, queries));
        else if (tensor.TokenStride == dim)
            Expect(new LineStream(first, queries * dim * size, tensor.HeadStride * size, heads));
    }

    /// <summary>Spreads what is expected over some blocks of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Spread(int blocks)
    {
        int lines = 0;
        for (int i = 0; i < _count; i++)
            lines += _streams[i].Lines;
        _linesPerBlock = Math.Min((lines + blocks - 1) / blocks, MostLines);
    }

    /// <summary>What the next block of rows asks for. The list before is no longer needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LinesAhead Take()
    {
        int count = 0;
        while (count < _linesPerBlock && _first < _count)
        {
            count += _streams[_first].Take(_list + count, _linesPerBlock - count);
            if (count < _linesPerBlock)
                _first++;
        }

        return new LinesAhead(_list, count, _areFar);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Expect(LineStream stream)
    {
        if (_count < MostStreams)
            _streams[_count++] = stream;
    }
}

/// <summary>The cache lines of pieces of memory that lie a stride apart.</summary>
internal unsafe struct LineStream
{
    private const int LineBytes = CacheLine.Elements * sizeof(float);

    private readonly nint _stride;
    private readonly int _linesPerPiece;
    private byte* _piece;
    private int _pieces;
    private int _line;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LineStream(byte* first, int bytes, nint stride, int pieces)
    {
        _piece = first;
        _stride = stride;
        _pieces = pieces;
        _linesPerPiece = (bytes + LineBytes - 1) / LineBytes;
    }

    /// <summary>Lines that are in no list yet.</summary>
    public readonly int Lines => (_pieces * _linesPerPiece) - _line;

    /// <summary>Lists so many lines, if there are as many, and overwrites up to 3 behind them; returns how many there were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Take(long* list, int most)
    {
        // Locals: the list could be anywhere, so that fields would be read again after every line.
        byte* piece = _piece;
        int pieces = _pieces;
        int line = _line;
        long* next = list;
        long* end = list + most;
        while (pieces > 0 && next != end)
        {
            int count = Math.Min(_linesPerPiece - line, (int)(end - next));
            Vector256<long> addresses = Vector256.Create((long)(piece + (line * LineBytes))) + Vector256.Create(0L, LineBytes, 2 * LineBytes, 3 * LineBytes);
            for (int i = 0; i < count; i += 4)
            {
                addresses.Store(next + i);
                addresses += Vector256.Create(4L * LineBytes);
            }

            next += count;
            line += count;
            if (line == _linesPerPiece)
            {
                line = 0;
                piece += _stride;
                pieces--;
            }
        }

        _piece = piece;
        _pieces = pieces;
        _line = line;
        return (int)(next - list);
    }
}
