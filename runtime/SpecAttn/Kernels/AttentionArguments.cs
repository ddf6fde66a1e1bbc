using System.ComponentModel;
using SpecAttn.Execution;

namespace SpecAttn.Kernels;

/// <summary>
/// The arguments of one call, as generated code hands them over: constants of the method in the constructor, its parameters as
/// properties. A property that is not set is a parameter that the method does not have, which is not the same as an empty one.
/// </summary>
/// <remarks>
/// In the shapes below the layout is <see cref="AttentionLayout.TokenMajor"/>; with <see cref="AttentionLayout.HeadMajor"/> length and
/// heads change places, in spans and in tensor spans.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref partial struct AttentionArguments
{
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly int _headDim;
    private readonly int _valueDim;
    private readonly AttentionLayout _layout;
    private readonly CausalAlignment _alignment;

    private Present _present;
    private TensorView _query;
    private TensorView _key;
    private TensorView _value;
    private TensorView _queryKeyValue;
    private TensorView _output;
    private Span<float> _logSumExp;
    private ReadOnlySpan<int> _keyLengths;
    private ReadOnlySpan<int> _queryOffsets;
    private ReadOnlySpan<int> _prunedHeads;
    private ReadOnlySpan<float> _sinks;
    private ReadOnlySpan<float> _cos;
    private ReadOnlySpan<float> _sin;
    private RotaryStyle _rotaryStyle;
    private int _rotaryDim;
    private int _queryOffset;
    private int _batch;
    private int _parallelism;
    private float _scale;

    /// <summary>A call of a method with these constants, which the generator has checked.</summary>
    /// <param name="heads">Number of query heads.</param>
    /// <param name="keyValueHeads">Number of key/value heads; divides <paramref name="heads"/>.</param>
    /// <param name="headDim">Elements of a query or key head.</param>
    /// <param name="valueDim">Elements of a value or output head.</param>
    /// <param name="layout">Order of the dimensions.</param>
    /// <param name="alignment">Where query 0 stands when no offset says so.</param>
    public AttentionArguments(int heads, int keyValueHeads, int headDim, int valueDim, AttentionLayout layout, CausalAlignment alignment)
    {
        _heads = heads;
        _keyValueHeads = keyValueHeads;
        _headDim = headDim;
        _valueDim = valueDim;
        _layout = layout;
        _alignment = alignment;
        _scale = 1 / MathF.Sqrt(headDim);
    }

    [Flags]
    private enum Present
    {
        QueryKeyValue = 1,
        Batch = 2,
        KeyLengths = 4,
        QueryOffset = 8,
        QueryOffsets = 16,
        LogSumExp = 32,
        Sinks = 64,
    }

    /// <summary>[batch, queryLength, heads, headDim].</summary>
    public InputTensor Query
    {
        init => _query = value.View;
    }

    /// <summary>[batch, keyLength, keyValueHeads, headDim].</summary>
    public InputTensor Key
    {
        init => _key = value.View;
    }

    /// <summary>[batch, keyLength, keyValueHeads, valueDim].</summary>
    public InputTensor Value
    {
        init => _value = value.View;
    }

    /// <summary>[batch, length, heads + 2·keyValueHeads, headDim]: query heads, key heads, value heads. Instead of the three.</summary>
    public InputTensor QueryKeyValue
    {
        init
        {
            _queryKeyValue = value.View;
            _present |= Present.QueryKeyValue;
        }
    }

    /// <summary>[batch, queryLength, heads, valueDim].</summary>
    public OutputTensor Output
    {
        init => _output = value.View;
    }

    /// <summary>Number of sequences in the spans; not set, that of a query tensor of rank 4, or 1.</summary>
    public int Batch
    {
        init
        {
            _batch = value;
            _present |= Present.Batch;
        }
    }

    /// <summary>[batch] valid keys of each sequence, 0 to keyLength; not set, all are.</summary>
    public ReadOnlySpan<int> KeyLengths
    {
        init
        {
            _keyLengths = value;
            _present |= Present.KeyLengths;
        }
    }

    /// <summary>Position of query 0 of every sequence among the keys; not set, the alignment decides.</summary>
    public int QueryOffset
    {
        init
        {
            _queryOffset = value;
            _present |= Present.QueryOffset;
        }
    }

    /// <summary>[batch] position of query 0 of each sequence among the keys; goes before <see cref="QueryOffset"/>.</summary>
    public ReadOnlySpan<int> QueryOffsets
    {
        init
        {
            _queryOffsets = value;
            _present |= Present.QueryOffsets;
        }
    }

    /// <summary>Factor on the scores; not set, 1/sqrt(headDim).</summary>
    public float Scale
    {
        init => _scale = value;
    }

    /// <summary>Query heads that are not computed, ascending; their output is 0, their logSumExp −∞.</summary>
    public ReadOnlySpan<int> PrunedHeads
    {
        init => _prunedHeads = value;
    }

    /// <summary>How queries and keys are turned by their positions; not set, they are not.</summary>
    public RotaryStyle RotaryStyle
    {
        init => _rotaryStyle = value;
    }

    /// <summary>Leading elements of a head that are turned, an even number.</summary>
    public int RotaryDim
    {
        init => _rotaryDim = value;
    }

    /// <summary>[positions, rotaryDim/2] cosines of the angles.</summary>
    public ReadOnlySpan<float> Cos
    {
        init => _cos = value;
    }

    /// <summary>[positions, rotaryDim/2] sines of the angles.</summary>
    public ReadOnlySpan<float> Sin
    {
        init => _sin = value;
    }

    /// <summary>[heads] a score for each head that joins the softmax's denominator and has no value; natural base.</summary>
    public ReadOnlySpan<float> Sinks
    {
        init
        {
            _sinks = value;
            _present |= Present.Sinks;
        }
    }

    /// <summary>[batch, heads, queryLength], contiguous whatever the layout: natural logarithm of the softmax's denominator.</summary>
    public Span<float> LogSumExp
    {
        init
        {
            _logSumExp = value;
            _present |= Present.LogSumExp;
        }
    }

    /// <summary>Most threads to use; 0 (and not set), all cores where the work is worth it; 1, the calling thread alone.</summary>
    public int Parallelism
    {
        init => _parallelism = value;
    }

    /// <summary>Checks all arguments, then runs the kernel. Nothing is written before every check has passed.</summary>
    /// <typeparam name="TKernel">The variant to run.</typeparam>
    /// <exception cref="ArgumentException">
    /// A shape, length, stride or count is not what the others call for, or an output overlaps an input or the other output in memory;
    /// <see cref="ArgumentException.ParamName"/> is the parameter of the user's method.
    /// </exception>
    public readonly unsafe void Run<TKernel>()
        where TKernel : struct, IAttentionKernel
    {
        fixed (byte* query = &_query.First, key = &_key.First, value = &_value.First, queryKeyValue = &_queryKeyValue.First, output = &_output.First)
        fixed (int* keyLengths = _keyLengths, queryOffsets = _queryOffsets, prunedHeads = _prunedHeads)
        fixed (float* sinks = _sinks, cos = _cos, sin = _sin, logSumExp = _logSumExp)
        {
            var problem = new AttentionProblem
            {
                Query = { Data = query, Element = _query.Element },
                Key = { Data = key, Element = _key.Element },
                Value = { Data = value, Element = _value.Element },
                Output = { Data = output },
                LogSumExp = logSumExp,
                KeyLengths = keyLengths,
                QueryOffsets = queryOffsets,
                PrunedHeads = prunedHeads,
                PrunedHeadCount = _prunedHeads.Length,
                Sinks = sinks,
                Rotary = { Style = _rotaryStyle, Pairs = _rotaryDim / 2, Cos = cos, Sin = sin },
            };
            if (Prepare(ref problem, queryKeyValue))
                AttentionDriver.Run<TKernel>(in problem, _parallelism);
        }
    }
}
