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
    private CacheArgument _cache;
    private TensorView _output;
    private Span<float> _logSumExp;
    private ReadOnlySpan<int> _keyLengths;
    private ReadOnlySpan<int> _queryOffsets;
    private ReadOnlySpan<int> _prunedHeads;
    private ReadOnlySpan<int> _querySegments;
    private ReadOnlySpan<int> _keySegments;
    private ReadOnlySpan<float> _sinks;
    private ReadOnlySpan<float> _cos;
    private ReadOnlySpan<float> _sin;
    private RotaryStyle _rotaryStyle;
    private int _rotaryDim;
    private ReadOnlySpan<float> _slopes;
    private TensorView _bias;
    private TensorView _mask;
    private TensorView _weights;
    private ScoreStage _weightsStage;
    private CapturedArguments _captured;
    private int _prefixLength;
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
        Slopes = 128,
        Bias = 256,
        Mask = 512,
        Captured = 1024,
        QuerySegments = 2048,
        KeySegments = 4096,
        Weights = 8192,
        Cache = 16384,
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

    /// <summary>Instead of keys and values. One cache for each sequence.</summary>
    public CacheArgument Cache
    {
        init
        {
            _cache = value;
            _present |= Present.Cache;
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

    /// <summary>
    /// Where the queries of each sequence begin among all tokens, and where the last ones end: the sequences lie one behind the other, and
    /// may differ in length. Not set, all have the same length.
    /// </summary>
    public ReadOnlySpan<int> QuerySegments
    {
        init
        {
            _querySegments = value;
            _present |= Present.QuerySegments;
        }
    }

    /// <summary>Where the keys of each sequence begin, as <see cref="QuerySegments"/>; not set, where its queries do.</summary>
    public ReadOnlySpan<int> KeySegments
    {
        init
        {
            _keySegments = value;
            _present |= Present.KeySegments;
        }
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

    /// <summary>Keys below are visible to every query, whatever the mask says.</summary>
    public int PrefixLength
    {
        init => _prefixLength = value;
    }

    /// <summary>[heads] ALiBi slopes.</summary>
    public ReadOnlySpan<float> Slopes
    {
        init
        {
            _slopes = value;
            _present |= Present.Slopes;
        }
    }

    /// <summary>
    /// [queryLength, keyLength], or with heads, or with batch and heads before; added to the scores. A tensor span may have 1 in the place
    /// of any length, and a last dimension shorter than keyLength, which hides the other keys.
    /// </summary>
    public InputTensor Bias
    {
        init
        {
            _bias = value.View;
            _present |= Present.Bias;
        }
    }

    /// <summary>Which keys a query may see; of a shape as <see cref="Bias"/>.</summary>
    public MaskTensor Mask
    {
        init
        {
            _mask = value.View;
            _present |= Present.Mask;
        }
    }

    /// <summary>[batch, heads, queryLength, keyLength], whatever the layout: scores at one of their stages.</summary>
    public OutputTensor Weights
    {
        init
        {
            _weights = value.View;
            _present |= Present.Weights;
        }
    }

    /// <summary>The stage that <see cref="Weights"/> holds.</summary>
    public ScoreStage WeightsStage
    {
        init => _weightsStage = value;
    }

    /// <summary>What score and visibility functions read.</summary>
    public CapturedArguments Captured
    {
        init
        {
            _captured = value;
            _present |= Present.Captured;
        }
    }

    /// <summary>[batch, heads, queryLength] (of a ragged batch [heads, all queries]), contiguous whatever the layout: natural logarithm
    /// of the softmax's denominator.</summary>
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
    /// <exception cref="ArgumentNullException">A cache is null.</exception>
    /// <exception cref="ObjectDisposedException">A cache has been disposed of.</exception>
    public readonly void Run<TKernel>()
        where TKernel : struct, IAttentionKernel
    {
        if (!Has(Present.Cache))
        {
            Run<TKernel>(default);
            return;
        }

        CheckCaches();
        CacheLease lease = CacheLease.Take(_cache);
        try
        {
            Run<TKernel>(in lease);
        }
        finally
        {
            lease.Release();
        }
    }

    private readonly unsafe void Run<TKernel>(scoped in CacheLease lease)
        where TKernel : struct, IAttentionKernel
    {
        fixed (byte* query = &_query.First, key = &_key.First, value = &_value.First, queryKeyValue = &_queryKeyValue.First, output = &_output.First)
        fixed (int* keyLengths = _keyLengths, queryOffsets = _queryOffsets, prunedHeads = _prunedHeads)
        fixed (float* sinks = _sinks, slopes = _slopes, cos = _cos, sin = _sin, logSumExp = _logSumExp)
        fixed (byte* bias = &_bias.First, mask = &_mask.First, weights = &_weights.First)
        fixed (int* querySegments = _querySegments, keySegments = _keySegments)
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
                Slopes = slopes,
                Bias = { Data = bias },
                Mask = { Data = mask },
                Weights = { Data = weights },
                WeightsStage = _weightsStage,
            };
            if (!Prepare(ref problem, in lease, queryKeyValue, querySegments, Has(Present.KeySegments) ? keySegments : querySegments))
                return;
            if (Has(Present.Captured))
                RunWithCaptured<TKernel>(ref problem);
            else
                AttentionDriver.Run<TKernel>(in problem, _parallelism);
        }
    }

    private readonly unsafe void RunWithCaptured<TKernel>(ref AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        fixed (int* span0 = &_captured.Span0.First, span1 = &_captured.Span1.First, span2 = &_captured.Span2.First, span3 = &_captured.Span3.First)
        fixed (int* span4 = &_captured.Span4.First, span5 = &_captured.Span5.First, span6 = &_captured.Span6.First, span7 = &_captured.Span7.First)
        {
            var captured = new CapturedValues { Scalars = _captured.Scalars };
            captured.Set(0, span0, _captured.Span0.Length);
            captured.Set(1, span1, _captured.Span1.Length);
            captured.Set(2, span2, _captured.Span2.Length);
            captured.Set(3, span3, _captured.Span3.Length);
            captured.Set(4, span4, _captured.Span4.Length);
            captured.Set(5, span5, _captured.Span5.Length);
            captured.Set(6, span6, _captured.Span6.Length);
            captured.Set(7, span7, _captured.Span7.Length);
            problem.Captured = &captured;

            OutputRanges outputs = OutputsOf(in problem);
            for (int i = 0; i < CapturedValues.MostSpans; i++)
                outputs.CheckInput("a parameter of the score or visibility function", MemoryRange.Of((int*)captured.Spans[i], captured.Lengths[i]));
            AttentionDriver.Run<TKernel>(in problem, _parallelism);
        }
    }
}
