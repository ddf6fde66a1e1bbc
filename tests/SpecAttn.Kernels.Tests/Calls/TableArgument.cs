using System.Numerics.Tensors;
using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>A bias, a mask or another table of a call, as a span and as a tensor span.</summary>
internal sealed class TableArgument<T> : IDisposable
    where T : unmanaged
{
    private readonly nint[] _lengths;

    public TableArgument(ScoreTable<T>? table, CallStyle style)
    {
        Buffer = style.Allocate<T>(table?.Data.Length ?? 0);
        table?.Data.CopyTo(Buffer.Span);

        // The leading dimensions are left out where they are 1.
        nint[] lengths = table == null ? [0, 0] : [table.Batch, table.Heads, table.Queries, table.Keys];
        _lengths = lengths is [1, 1, ..] ? lengths[2..] : lengths is [1, ..] ? lengths[1..] : lengths;
    }

    public TestBuffer<T> Buffer { get; set; }

    public static implicit operator ReadOnlySpan<T>(TableArgument<T> argument) => argument.Buffer.Span;

    public static implicit operator ReadOnlyTensorSpan<T>(TableArgument<T> argument) => new(argument.Buffer.Span, argument._lengths);

    public void Dispose() => Buffer.Dispose();
}

/// <summary>The weights output, as a span and as a tensor span whose rows have a gap between them.</summary>
internal sealed class WeightsArgument : IDisposable
{
    private const int Gap = 3;
    private readonly Problem _problem;
    private readonly TestBuffer<float> _strided;
    private readonly nint[] _lengths;
    private readonly nint[] _strides;

    public WeightsArgument(Problem problem, CallStyle style)
    {
        _problem = problem;
        Buffer = style.Allocate<float>(problem.WeightCount);
        _strided = style.Allocate<float>(Math.Max(0, (problem.LogSumExpCount * (problem.Shape.KeyLength + Gap)) - Gap));

        nint row = problem.Shape.KeyLength + Gap;
        _lengths = [problem.Shape.Batch, problem.Geometry.Heads, problem.Shape.QueryLength, problem.Shape.KeyLength];
        nint[] strides = [_lengths[1] * _lengths[2] * row, _lengths[2] * row, row, 1];
        bool isEmpty = _lengths.Contains(0);
        _strides = [.. _lengths.Zip(strides, (length, stride) => isEmpty || length == 1 ? 0 : stride)];
    }

    public TestBuffer<float> Buffer { get; set; }

    private bool IsStrided { get; set; }

    public static implicit operator Span<float>(WeightsArgument argument) => argument.Buffer.Span;

    public static implicit operator TensorSpan<float>(WeightsArgument argument)
    {
        argument.IsStrided = true;
        return new(argument._strided.Span, argument._lengths, argument._strides);
    }

    /// <summary>[batch, heads, queryLength, keyLength]</summary>
    public float[] Read()
    {
        if (!IsStrided)
            return Buffer.Span.ToArray();
        int keys = _problem.Shape.KeyLength;
        var weights = new float[_problem.WeightCount];
        for (int row = 0; row < _problem.LogSumExpCount && keys > 0; row++)
            _strided.Span.Slice(row * (keys + Gap), keys).CopyTo(weights.AsSpan(row * keys));
        return weights;
    }

    public void VerifySurroundings()
    {
        Buffer.VerifySurroundings();
        _strided.VerifySurroundings();
    }

    public void Dispose()
    {
        Buffer.Dispose();
        _strided.Dispose();
    }
}
