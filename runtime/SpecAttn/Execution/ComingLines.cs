using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Memory that the tile kernel will soon read or write, asked for a few cache lines at a time between other work, so that it comes from
/// the last cache or from memory while the core computes. The processor does not foresee it: between the rows of a head lie those of
/// all others.
/// </summary>
internal unsafe struct ComingLines(LineStream* streams)
{
    /// <summary>Runs of keys, and of values, beyond these are left to the moment they are needed.</summary>
    public const int MostStreams = 12;

    private readonly LineStream* _streams = streams;
    private int _count;
    private int _first;
    private int _linesPerCall;

    /// <summary>Forgets what was expected.</summary>
    public void Clear() => _count = _first = 0;

    /// <summary>Keys, or values, of a head.</summary>
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
    public void ExpectRows(ref readonly StridedTensor tensor, int batch, int firstHead, int heads, int firstQuery, int queries, int dim)
    {
        int size = tensor.Element.Size();
        byte* first = tensor.Head(batch, firstQuery, firstHead);
        if (tensor.HeadStride == dim)
            Expect(new LineStream(first, heads * dim * size, tensor.TokenStride * size, queries));
        else if (tensor.TokenStride == dim)
            Expect(new LineStream(first, queries * dim * size, tensor.HeadStride * size, heads));
    }

    /// <summary>Spreads what is expected over some calls of <see cref="Ask"/>.</summary>
    public void Spread(int calls)
    {
        int lines = 0;
        for (int i = 0; i < _count; i++)
            lines += _streams[i].Lines;
        _linesPerCall = (lines + calls - 1) / calls;
    }

    /// <summary>Asks for the next few lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Ask()
    {
        int lines = _linesPerCall;
        while (lines > 0 && _first < _count)
        {
            lines = _streams[_first].Ask(lines);
            if (lines > 0)
                _first++;
        }
    }

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

    public LineStream(byte* first, int bytes, nint stride, int pieces)
    {
        _piece = first;
        _stride = stride;
        _pieces = pieces;
        _linesPerPiece = (bytes + LineBytes - 1) / LineBytes;
    }

    /// <summary>Lines that have not been asked for.</summary>
    public readonly int Lines => (_pieces * _linesPerPiece) - _line;

    /// <summary>Asks for so many lines, if there are as many; returns how many there were too few.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Ask(int lines)
    {
        while (lines > 0 && _pieces > 0)
        {
            int end = Math.Min(_linesPerPiece, _line + lines);
            lines -= end - _line;
            for (; _line < end; _line++)
                CacheLine.PrefetchFar(ref _piece[_line * LineBytes]);
            if (_line == _linesPerPiece)
            {
                _line = 0;
                _piece += _stride;
                _pieces--;
            }
        }

        return lines;
    }
}
