using SpecAttn.Execution;

namespace SpecAttn.Kernels;

// One place that validates: from what the caller passed to a problem that the driver need not question. The checks of a good call are
// a few dozen comparisons and divisions; whatever words an error needs are made out of line, in ShapeError.
public ref partial struct AttentionArguments
{
    internal const int AnyLength = -1;

    /// <summary>Checks everything and completes <paramref name="problem"/>, whose addresses are set.</summary>
    /// <param name="problem">Addresses in, all of it out.</param>
    /// <param name="lease">The caches, where there are any.</param>
    /// <param name="queryKeyValue">First element of the packed tensor, or null.</param>
    /// <param name="querySegments">Where the queries of each sequence begin, or null.</param>
    /// <param name="keySegments">Where the keys of each sequence begin, or null.</param>
    /// <returns>Whether there is anything to compute.</returns>
    private readonly unsafe bool Prepare(
        ref AttentionProblem problem, scoped in CacheLease lease, byte* queryKeyValue, int* querySegments, int* keySegments)
    {
        if (_parallelism < 0)
            ShapeError.ThrowNegative("parallelism", _parallelism);

        bool packed = Has(Present.QueryKeyValue);
        int batch = ResolveBatch(in packed ? ref _queryKeyValue : ref _query);
        int queryLength, keyLength;
        if (packed)
        {
            queryLength = keyLength = ResolveTensor(in _queryKeyValue, TensorRole.QueryKeyValue, batch, AnyLength, ref problem.Query);
            UnpackHeads(ref problem, queryKeyValue);
        }
        else if (Has(Present.Cache))
        {
            queryLength = ResolveTensor(in _query, TensorRole.Query, batch, AnyLength, ref problem.Query);
            keyLength = 0; // Known when the number of queries of each sequence is.
        }
        else
        {
            queryLength = ResolveTensor(in _query, TensorRole.Query, batch, AnyLength, ref problem.Query);
            keyLength = ResolveTensor(
                in _key, TensorRole.Key, batch, Has(Present.QuerySegments) && !Has(Present.KeySegments) ? queryLength : AnyLength, ref problem.Key);
            ResolveTensor(in _value, TensorRole.Value, batch, keyLength, ref problem.Value);
        }
        ResolveTensor(in _output, TensorRole.Output, batch, queryLength, ref problem.Output);

        if (Has(Present.LogSumExp) && _logSumExp.Length != (long)batch * queryLength * _heads)
            ShapeError.ThrowLogSumExp(_logSumExp.Length, batch, _heads, queryLength);
        problem.AllQueries = queryLength;
        if (Has(Present.QuerySegments))
        {
            batch = _querySegments.Length - 1;
            queryLength = LongestSegment("querySegments", _querySegments, queryLength, "query tokens");
            problem.Query.Segments = problem.Output.Segments = querySegments;
        }
        if (Has(Present.Cache))
        {
            keyLength = ResolveCaches(ref problem, in lease, batch, queryLength);
        }
        else if (Has(Present.QuerySegments))
        {
            keyLength = Has(Present.KeySegments) ? LongestSegment("keySegments", _keySegments, keyLength, "key tokens") : queryLength;
            if (Has(Present.KeySegments) && _keySegments.Length != _querySegments.Length)
                ShapeError.ThrowKeySegments(_keySegments.Length, _querySegments.Length);
            problem.Key.Segments = problem.Value.Segments = keySegments;
        }
        if (Has(Present.KeyLengths))
            CheckKeyLengths(batch, keyLength);
        if (Has(Present.QueryOffsets) && _queryOffsets.Length != batch)
            ShapeError.ThrowPerSequence("queryOffsets", _queryOffsets.Length, batch);
        if (Has(Present.Sinks) && _sinks.Length != _heads)
            ShapeError.ThrowPerHead("sinks", _sinks.Length, _heads);
        if (Has(Present.Slopes) && _slopes.Length != _heads)
            ShapeError.ThrowPerHead("slopes", _slopes.Length, _heads);
        if (_prefixLength < 0)
            ShapeError.ThrowNegative("prefixLength", _prefixLength);
        var scores = new ScoreShape(batch, _heads, queryLength, keyLength);
        if (Has(Present.Bias))
            scores.Resolve(in _bias, "bias", ref problem.Bias);
        if (Has(Present.Mask))
            scores.Resolve(in _mask, "mask", ref problem.Mask);
        if (Has(Present.Weights))
            ResolveWeights(in scores, ref problem);
        CheckAliasing(in problem, queryKeyValue);

        problem.PrefixLength = _prefixLength;
        problem.HasQueryOffset = Has(Present.QueryOffset);
        problem.QueryOffset = _queryOffset;
        problem.Alignment = _alignment;
        problem.Batch = batch;
        problem.QueryLength = queryLength;
        problem.KeyLength = keyLength;
        problem.Heads = _heads;
        problem.KeyValueHeads = _keyValueHeads;
        problem.Scale = _scale;
        problem.CountComputedHeads();
        if (_rotaryStyle != RotaryStyle.None)
            CheckRotary(in problem);
        return batch != 0 && queryLength != 0;
    }

    private readonly bool Has(Present parameter) => (_present & parameter) != 0;

    /// <summary>The number of sequences: the parameter's; else that of the caches, or of the queries if they carry one; else 1, which segments divide.</summary>
    private readonly int ResolveBatch(ref readonly TensorView queries)
    {
        if (Has(Present.Batch))
        {
            if (_batch < 0)
                ShapeError.ThrowNegative("batch", _batch);
            return _batch;
        }
        if (Has(Present.QuerySegments))
            return 1;
        if (Has(Present.Cache))
            return _cache.Count;
        if (queries.Rank != 4)
            return 1;
        if (queries.Lengths[0] > int.MaxValue)
            ShapeError.ThrowTensor(in queries, DescribeShape(Has(Present.QueryKeyValue) ? TensorRole.QueryKeyValue : TensorRole.Query), 1, AnyLength);
        return (int)queries.Lengths[0];
    }

    /// <summary>Checks the shape of one tensor and sets its strides.</summary>
    /// <param name="tensor">What the caller passed.</param>
    /// <param name="role">Which tensor it is.</param>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="expectedLength">Tokens it must have, or <see cref="AnyLength"/>.</param>
    /// <param name="strided">Its strides are set.</param>
    /// <returns>Tokens of each sequence.</returns>
    private readonly int ResolveTensor(
        ref readonly TensorView tensor, TensorRole role, int batch, int expectedLength, ref StridedTensor strided)
    {
        ShapeDescription shape = DescribeShape(role);
        return tensor.HasShape
            ? ResolveTensorSpan(in tensor, in shape, batch, expectedLength, ref strided)
            : ResolveSpan(in tensor, in shape, batch, expectedLength, ref strided);
    }

    private static int ResolveSpan(
        ref readonly TensorView span, ref readonly ShapeDescription shape, int batch, int expectedLength, ref StridedTensor strided)
    {
        // Divided, not multiplied: the number of elements is an int, while a product of dimensions may exceed a long.
        long count = span.Count;
        long tokenElements = shape.Heads * shape.Dim;
        long length;
        if (batch == 0)
        {
            if (count != 0)
                ShapeError.ThrowSpan(in span, shape, batch, expectedLength);
            length = expectedLength == AnyLength ? 0 : expectedLength;
        }
        else
        {
            long tokens = count / tokenElements;
            length = batch == 1 ? tokens : tokens / batch;
            if (length * batch * tokenElements != count || (expectedLength != AnyLength && length != expectedLength))
                ShapeError.ThrowSpan(in span, shape, batch, expectedLength);
        }

        if (shape.Layout == AttentionLayout.TokenMajor)
        {
            strided.HeadStride = shape.Dim;
            strided.TokenStride = (nint)tokenElements;
        }
        else
        {
            strided.TokenStride = shape.Dim;
            strided.HeadStride = (nint)(length * shape.Dim);
        }
        strided.BatchStride = (nint)(length * tokenElements);
        return (int)length;
    }

    private static int ResolveTensorSpan(
        ref readonly TensorView tensor, ref readonly ShapeDescription shape, int batch, int expectedLength, ref StridedTensor strided)
    {
        int tokenAxis = shape.Layout == AttentionLayout.TokenMajor ? 1 : 2;
        int headAxis = 3 - tokenAxis;
        nint length = tensor.Lengths[tokenAxis];
        if ((tensor.Rank != 4 && (tensor.Rank != 3 || batch != 1))
            || tensor.Lengths[0] != batch
            || tensor.Lengths[headAxis] != shape.Heads
            || tensor.Lengths[3] != shape.Dim
            || (expectedLength == AnyLength ? length > int.MaxValue : length != expectedLength))
        {
            ShapeError.ThrowTensor(in tensor, shape, batch, expectedLength);
        }

        // The stride of a dimension of length 0 or 1 is never used; .NET reports it as 0.
        if (tensor.Count != 0)
        {
            if (shape.Dim > 1 && tensor.Strides[3] != 1)
                ShapeError.ThrowLastStride(in tensor, shape);
            if (shape.Role == TensorRole.Output && !ElementsAreDistinct(in tensor))
                ShapeError.ThrowCoinciding(in tensor, shape);
        }

        strided.BatchStride = tensor.Strides[0];
        strided.TokenStride = tensor.Strides[tokenAxis];
        strided.HeadStride = tensor.Strides[headAxis];
        return (int)length;
    }

    private readonly void ResolveWeights(ref readonly ScoreShape scores, ref AttentionProblem problem)
    {
        scores.ResolveOutput(in _weights, "weights", ref problem.Weights);
        if (_weights.HasShape && _weights.Count != 0 && !ElementsAreDistinct(in _weights))
            ShapeError.ThrowCoinciding(in _weights, "weights");
        problem.HasWeights = true;
    }

    /// <summary>
    /// Whether every step along a dimension goes past all that the dimensions with smaller strides reach. Slices, permutations and
    /// padded tensors pass; a tensor two of whose elements are one does not.
    /// </summary>
    private static bool ElementsAreDistinct(ref readonly TensorView tensor)
    {
        nint reach = 1;
        for (int remaining = 0b1111; remaining != 0;)
        {
            int nearest = -1;
            for (int i = 0; i < TensorView.Dimensions.Count; i++)
            {
                if ((remaining >> i & 1) != 0 && (nearest < 0 || tensor.Strides[i] < tensor.Strides[nearest]))
                    nearest = i;
            }
            remaining &= ~(1 << nearest);
            if (tensor.Lengths[nearest] <= 1)
                continue;
            if (tensor.Strides[nearest] < reach)
                return false;
            reach += (tensor.Lengths[nearest] - 1) * tensor.Strides[nearest];
        }
        return true;
    }

    /// <summary>Query, key and value are ranges of heads of one tensor, whose strides are those of <c>problem.Query</c>.</summary>
    private readonly unsafe void UnpackHeads(ref AttentionProblem problem, byte* queryKeyValue)
    {
        problem.Query.Data = queryKeyValue;
        problem.Query.Element = _queryKeyValue.Element;
        problem.Key = problem.Query;
        problem.Value = problem.Query;
        if (_queryKeyValue.Count == 0)
            return;
        nint headBytes = problem.Query.HeadStride * problem.Query.Element.Size();
        problem.Key.Data += _heads * headBytes;
        problem.Value.Data += (_heads + _keyValueHeads) * headBytes;
    }

    /// <summary>Checks what the constants of the method say of caches.</summary>
    private readonly void CheckCaches()
    {
        for (int i = 0; i < _cache.Count; i++)
        {
            KeyValueCache? cache = _cache[i];
            if (cache == null)
                ShapeError.ThrowNullCache(_cache.IsOne, i);
            if (cache.KeyValueHeads != _keyValueHeads || cache.HeadDim != _headDim || cache.ValueDim != _valueDim)
                ShapeError.ThrowCache(cache, _cache.IsOne, i, _keyValueHeads, _headDim, _valueDim);
            if (cache.Format.Element != _cache[0]!.Format.Element)
                ShapeError.ThrowCacheElement(cache, i, _cache[0]!);
            bool isTurned = cache.Rotary != RotaryStyle.None;
            if ((isTurned && (cache.Rotary != _rotaryStyle || cache.RotaryDim != _rotaryDim)) || isTurned != (_cache[0]!.Rotary != RotaryStyle.None))
                ShapeError.ThrowCacheRotary(cache, _cache.IsOne, i, _rotaryStyle, _rotaryDim);
        }
    }

    /// <summary>Sets where the keys and values of caches lie.</summary>
    /// <returns>Keys of the longest sequence.</returns>
    private readonly unsafe int ResolveCaches(ref AttentionProblem problem, scoped in CacheLease lease, int batch, int queryLength)
    {
        if (batch != _cache.Count)
            ShapeError.ThrowCacheCount(_cache.Count, batch);
        if (batch == 0)
            return 0;

        problem.QueryLength = queryLength;
        int longest = 0;
        for (int i = 0; i < batch; i++)
        {
            lease.Narrow(i, problem.QueryLengthOf(i), forFloats: Has(Present.Slopes));
            longest = Math.Max(longest, lease.Lengths[i]);
        }

        KeyValueCache cache = _cache[0]!;
        problem.Key.Tables = lease.Keys;
        problem.Key.TokenStride = _headDim;
        problem.Value.Tables = lease.Values;
        problem.Value.TokenStride = _valueDim;
        problem.Key.Element = problem.Value.Element = cache.Format.Element;
        problem.KeyLengths = lease.Lengths;
        problem.KeyOrigins = lease.Origins;
        problem.KeysAreTurned = cache.Rotary != RotaryStyle.None;
        return longest;
    }

    /// <summary>Checks that segments divide all tokens.</summary>
    /// <returns>Tokens of the longest.</returns>
    private static int LongestSegment(string parameter, ReadOnlySpan<int> segments, int tokens, string what)
    {
        if (segments.Length == 0)
            ShapeError.ThrowNoSegments(parameter);
        if (segments[0] != 0)
            ShapeError.ThrowSegment(parameter, 0, segments[0], "0");
        int longest = 0;
        for (int i = 1; i < segments.Length; i++)
        {
            if (segments[i] < segments[i - 1])
                ShapeError.ThrowSegment(parameter, i, segments[i], $"{segments[i - 1]} or more, as the offset before it");
            longest = Math.Max(longest, segments[i] - segments[i - 1]);
        }
        if (segments[^1] != tokens)
            ShapeError.ThrowSegment(parameter, segments.Length - 1, segments[^1], $"{tokens}, the number of {what}");
        return longest;
    }

    private readonly void CheckKeyLengths(int batch, int keyLength)
    {
        if (_keyLengths.Length != batch)
            ShapeError.ThrowPerSequence("keyLengths", _keyLengths.Length, batch);
        for (int i = 0; i < _keyLengths.Length; i++)
        {
            if ((uint)_keyLengths[i] > (uint)keyLength)
                ShapeError.ThrowKeyLength(i, _keyLengths[i], keyLength);
        }
    }

    /// <summary>The tables must have every position that is looked up in them: those of the keys, and those of the queries among them.</summary>
    private readonly void CheckRotary(ref readonly AttentionProblem problem)
    {
        int pairs = _rotaryDim / 2;
        if (_cos.Length % pairs != 0)
            ShapeError.ThrowRotary("cos", _cos.Length, pairs);
        if (_sin.Length != _cos.Length)
            ShapeError.ThrowSin(_sin.Length, _cos.Length, pairs);

        int positions = _cos.Length / pairs;
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            int keyLength = problem.KeyLengthOf(batch);
            int queryLength = problem.QueryLengthOf(batch);
            if (keyLength == 0 || queryLength == 0)
                continue;
            long first = problem.FirstPositionOf(batch) + problem.PositionShiftOf(batch);
            if (first < 0)
            {
                string parameter = Has(Present.QueryOffsets) ? "queryOffsets" : Has(Present.QueryOffset) ? "queryOffset"
                    : Has(Present.KeyLengths) ? "keyLengths" : Has(Present.Cache) ? "cache" : "query";
                ShapeError.ThrowRotaryPosition(parameter, batch, first);
            }
            long keys = problem.KeysAreTurned ? 0 : problem.KeyPositionOf(batch, keyLength) + problem.PositionShiftOf(batch);
            long needed = Math.Max(keys, first + queryLength);
            if (needed > positions)
                ShapeError.ThrowRotaryPositions(_cos.Length, positions, needed, pairs, batch);
        }
    }

    /// <summary>
    /// An output may share no memory with an input or the other output. What counts is the range from the first to the last element:
    /// two views of one buffer that alternate without touching are refused as well.
    /// </summary>
    private readonly unsafe void CheckAliasing(ref readonly AttentionProblem problem, byte* queryKeyValue)
    {
        OutputRanges outputs = OutputsOf(in problem);
        outputs.CheckEachOther();
        if (Has(Present.QueryKeyValue))
        {
            outputs.CheckInput("queryKeyValue", MemoryRange.Of(queryKeyValue, in _queryKeyValue));
        }
        else
        {
            // Nobody else has the memory of caches.
            outputs.CheckInput("query", MemoryRange.Of(problem.Query.Data, in _query));
            outputs.CheckInput("key", MemoryRange.Of(problem.Key.Data, in _key));
            outputs.CheckInput("value", MemoryRange.Of(problem.Value.Data, in _value));
        }
        outputs.CheckInput("keyLengths", MemoryRange.Of(problem.KeyLengths, _keyLengths.Length));
        outputs.CheckInput("querySegments", MemoryRange.Of(problem.Query.Segments, _querySegments.Length));
        outputs.CheckInput("keySegments", MemoryRange.Of(problem.Key.Segments, _keySegments.Length));
        outputs.CheckInput("queryOffsets", MemoryRange.Of(problem.QueryOffsets, _queryOffsets.Length));
        outputs.CheckInput("cos", MemoryRange.Of(problem.Rotary.Cos, _cos.Length));
        outputs.CheckInput("sin", MemoryRange.Of(problem.Rotary.Sin, _sin.Length));
        outputs.CheckInput("sinks", MemoryRange.Of(problem.Sinks, _sinks.Length));
        outputs.CheckInput("slopes", MemoryRange.Of(problem.Slopes, _slopes.Length));
        outputs.CheckInput("bias", MemoryRange.Of((byte*)problem.Bias.Data, in _bias));
        outputs.CheckInput("mask", MemoryRange.Of((byte*)problem.Mask.Data, in _mask));
    }

    private readonly unsafe OutputRanges OutputsOf(ref readonly AttentionProblem problem) => new(
        MemoryRange.Of(problem.Output.Data, in _output),
        MemoryRange.Of(problem.LogSumExp, _logSumExp.Length),
        MemoryRange.Of((byte*)problem.Weights.Data, in _weights));

    private readonly ShapeDescription DescribeShape(TensorRole role) => role switch
    {
        TensorRole.Query => new(role, _layout, _heads, _headDim),
        TensorRole.Key => new(role, _layout, _keyValueHeads, _headDim),
        TensorRole.Value => new(role, _layout, _keyValueHeads, _valueDim),
        TensorRole.Output => new(role, _layout, _heads, _valueDim),
        _ => new(role, _layout, _heads + (2L * _keyValueHeads), _headDim),
    };

    /// <summary>The memory of the outputs.</summary>
    private readonly struct OutputRanges(MemoryRange output, MemoryRange logSumExp, MemoryRange weights)
    {
        public void CheckEachOther()
        {
            if (logSumExp.Overlaps(output))
                ShapeError.ThrowAliasing("logSumExp", "output");
            if (weights.Overlaps(output))
                ShapeError.ThrowAliasing("weights", "output");
            if (weights.Overlaps(logSumExp))
                ShapeError.ThrowAliasing("weights", "logSumExp");
        }

        public void CheckInput(string name, MemoryRange input)
        {
            if (output.Overlaps(input))
                ShapeError.ThrowAliasing("output", name);
            if (logSumExp.Overlaps(input))
                ShapeError.ThrowAliasing("logSumExp", name);
            if (weights.Overlaps(input))
                ShapeError.ThrowAliasing("weights", name);
        }
    }

    /// <summary>Some bytes.</summary>
    private readonly unsafe struct MemoryRange(void* first, nint bytes)
    {
        private readonly nuint _start = (nuint)first;
        private readonly nuint _end = (nuint)first + (nuint)bytes;

        public static MemoryRange Of(byte* first, ref readonly TensorView tensor) => new(first, tensor.Extent * tensor.Element.Size());

        public static MemoryRange Of<T>(T* first, nint count)
            where T : unmanaged => new(first, count * sizeof(T));

        /// <summary>Whether any byte is in both; an empty range overlaps nothing.</summary>
        public bool Overlaps(MemoryRange other) =>
            _start < other._end && other._start < _end && _start != _end && other._start != other._end;
    }
}
