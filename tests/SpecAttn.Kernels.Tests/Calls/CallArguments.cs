using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Every argument that a kernel may take; a kernel picks those it declares. Outputs begin as canaries.</summary>
internal sealed class CallArguments : IDisposable
{
    private readonly KernelCase _kernel;
    private readonly Problem _problem;
    private readonly CallStyle _style;

    public CallArguments(KernelCase kernel, Problem problem, CallStyle style)
    {
        (_kernel, _problem, _style) = (kernel, problem, style);
        (HeadGeometry geometry, Shape shape) = (problem.Geometry, problem.Shape);
        if (kernel.IsPacked)
        {
            int heads = geometry.Heads + (2 * geometry.KeyValueHeads);
            QueryKeyValue = Allocate("queryKeyValue", shape.QueryLength, heads, geometry.HeadDim);
            Query = Key = Value = QueryKeyValue;
        }
        else
        {
            Query = Allocate("query", shape.QueryLength, geometry.Heads, geometry.HeadDim);
            Key = Allocate("key", shape.KeyLength, geometry.KeyValueHeads, geometry.HeadDim);
            Value = Allocate("value", shape.KeyLength, geometry.KeyValueHeads, geometry.ValueDim);
            QueryKeyValue = Query;
        }

        Output = Allocate("output", shape.QueryLength, geometry.Heads, geometry.ValueDim);
        LogSumExpBuffer = style.Allocate<float>(problem.LogSumExpCount);
        KeyLengthsBuffer = AllocateInts(shape.KeyLengths);
        QueryOffsetsBuffer = AllocateInts(shape.QueryOffsets);
        QuerySegmentsBuffer = AllocateInts(Segments(shape.QueryLength));
        KeySegmentsBuffer = AllocateInts(Segments(shape.KeyLength));
        SinksBuffer = AllocateFloats(problem.Sinks);
        CosBuffer = AllocateFloats(problem.Rotary?.Cos);
        SinBuffer = AllocateFloats(problem.Rotary?.Sin);
        SlopesBuffer = AllocateFloats(problem.Rules.Slopes);
        Bias = new TableArgument<float>(problem.Rules.Bias, style);
        Mask = new TableArgument<bool>(problem.Rules.Mask, style);
        Documents = new TableArgument<int>(new ScoreTable<int>(1, 1, 1, problem.Rules.Documents.Length, problem.Rules.Documents), style);
        Weights = new WeightsArgument(problem, style);
        PrefixLength = problem.Rules.PrefixLength;
        Rate = problem.Rules.Rate;
        Batch = shape.Batch;
        QueryOffset = shape.QueryOffsets is { Length: > 0 } offsets ? offsets[0] : 0;
        Scale = problem.Scale;

        Query.Write(problem.Query, 0, geometry.Heads);
        Key.Write(problem.Key, kernel.IsPacked ? geometry.Heads : 0, geometry.KeyValueHeads);
        Value.Write(problem.Value, kernel.IsPacked ? geometry.Heads + geometry.KeyValueHeads : 0, geometry.KeyValueHeads);
    }

    public TensorArgument Query { get; }

    public TensorArgument Key { get; }

    public TensorArgument Value { get; }

    public TensorArgument QueryKeyValue { get; }

    public TensorArgument Output { get; }

    public TestBuffer<float> LogSumExpBuffer { get; set; }

    public TestBuffer<int> KeyLengthsBuffer { get; set; }

    public TestBuffer<int> QueryOffsetsBuffer { get; set; }

    public TestBuffer<int> QuerySegmentsBuffer { get; set; }

    public TestBuffer<int> KeySegmentsBuffer { get; set; }

    public TestBuffer<float> SinksBuffer { get; set; }

    public TestBuffer<float> CosBuffer { get; set; }

    public TestBuffer<float> SinBuffer { get; set; }

    public TestBuffer<float> SlopesBuffer { get; set; }

    public TableArgument<float> Bias { get; }

    public TableArgument<bool> Mask { get; }

    public TableArgument<int> Documents { get; }

    public WeightsArgument Weights { get; }

    public Span<float> LogSumExp => LogSumExpBuffer.Span;

    public ReadOnlySpan<int> KeyLengths => KeyLengthsBuffer.Span;

    public ReadOnlySpan<int> QueryOffsets => QueryOffsetsBuffer.Span;

    public ReadOnlySpan<int> QuerySegments => QuerySegmentsBuffer.Span;

    public ReadOnlySpan<int> KeySegments => KeySegmentsBuffer.Span;

    public ReadOnlySpan<float> Sinks => SinksBuffer.Span;

    public ReadOnlySpan<float> Cos => CosBuffer.Span;

    public ReadOnlySpan<float> Sin => SinBuffer.Span;

    public ReadOnlySpan<float> Slopes => SlopesBuffer.Span;

    public int PrefixLength { get; set; }

    public float Rate { get; set; }

    public int Batch { get; set; }

    public int QueryOffset { get; set; }

    public float Scale { get; set; }

    public int Parallelism { get; set; }

    public KernelIsa Isa { get; set; }

    public void Invoke() => _kernel.Invoke(this);

    /// <summary>Runs the kernel and takes the results out of their memory.</summary>
    public AttentionResult Run()
    {
        Invoke();
        return new AttentionResult(_problem, Output.Read(), _kernel.Has("logSumExp") ? LogSumExp.ToArray() : null, _kernel.Has("weights") ? Weights.Read() : null);
    }

    /// <summary>Throws when the kernel wrote anywhere but into its outputs.</summary>
    public void VerifyNothingElseWasWritten()
    {
        Output.VerifyGaps();
        foreach (TensorArgument tensor in new[] { Query, Key, Value, Output })
            tensor.VerifySurroundings();
        LogSumExpBuffer.VerifySurroundings();
        Weights.VerifySurroundings();
        using var untouched = new CallArguments(_kernel, _problem, _style);
        foreach ((TensorArgument used, TensorArgument fresh) in new[] { (Query, untouched.Query), (Key, untouched.Key), (Value, untouched.Value) })
        {
            if (!used.Bytes.SequenceEqual(fresh.Bytes))
                throw new InvalidOperationException("Something was written into an input.");
        }
    }

    public void Dispose()
    {
        foreach (TensorArgument tensor in new[] { Query, Key, Value, QueryKeyValue, Output }.Distinct())
            tensor.Dispose();
        LogSumExpBuffer.Dispose();
        KeyLengthsBuffer.Dispose();
        QueryOffsetsBuffer.Dispose();
        QuerySegmentsBuffer.Dispose();
        KeySegmentsBuffer.Dispose();
        SinksBuffer.Dispose();
        CosBuffer.Dispose();
        SinBuffer.Dispose();
        SlopesBuffer.Dispose();
        Bias.Dispose();
        Mask.Dispose();
        Documents.Dispose();
        Weights.Dispose();
    }

    private TensorArgument Allocate(string parameter, int length, int heads, int dim)
    {
        AttentionLayout layout = _kernel.Declaration.Layout;
        MemoryStyle memory = _kernel.IsTensor(parameter) ? _style.MemoryOf(parameter) : MemoryStyle.Dense;
        (int batch, int tokens) = _kernel.HasSegments ? (1, _problem.Shape.Batch * length) : (_problem.Shape.Batch, length);
        Placement placement = Placement.Create(layout, memory, batch, tokens, heads, dim);
        return new TensorArgument(placement, layout, _kernel.ElementOf(parameter), _style);
    }

    /// <summary>Sequences of the same length, as segments.</summary>
    private int[]? Segments(int length) =>
        _kernel.HasSegments ? [.. Enumerable.Range(0, _problem.Shape.Batch + 1).Select(sequence => sequence * length)] : null;

    private TestBuffer<float> AllocateFloats(float[]? values)
    {
        TestBuffer<float> buffer = _style.Allocate<float>(values?.Length ?? 0);
        values?.CopyTo(buffer.Span);
        return buffer;
    }

    private TestBuffer<int> AllocateInts(int[]? values)
    {
        TestBuffer<int> buffer = _style.Allocate<int>(values?.Length ?? 0);
        values?.CopyTo(buffer.Span);
        return buffer;
    }
}
