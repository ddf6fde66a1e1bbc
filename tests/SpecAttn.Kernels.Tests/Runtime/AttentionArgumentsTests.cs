using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

/// <summary>
/// What is accepted and what is refused, with a method of 4 heads, 2 key/value heads, headDim 8 and valueDim 6. An accepted call
/// reaches the kernel, which says so by throwing <see cref="ReachedException"/>; what it then computes is tested with real kernels.
/// </summary>
public class AttentionArgumentsTests
{
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int HeadDim = 8;
    private const int ValueDim = 6;

    [Theory]
    [InlineData(1, 3, 5)]
    [InlineData(2, 3, 5)]
    [InlineData(3, 1, 1)]
    [InlineData(1, 64, 2)]
    public void Run_SpansOfTheRightLength_AreAccepted(int batch, int queryLength, int keyLength) => Accepted(
        () => RunSpans(batch, batch * queryLength * 32, batch * keyLength * 16, batch * keyLength * 12, batch * queryLength * 24));

    [Theory]
    [InlineData(1, 95, 80, 60, 72, "query", "query has 95 elements, expected a multiple of 32 = batch 1 × heads 4 × headDim 8 ([batch, length, heads, dim])")]
    [InlineData(2, 96, 160, 120, 72, "query", "query has 96 elements, expected a multiple of 64 = batch 2 × heads 4 × headDim 8")]
    [InlineData(1, 96, 81, 60, 72, "key", "key has 81 elements, expected a multiple of 16 = batch 1 × keyValueHeads 2 × headDim 8")]
    [InlineData(1, 96, 80, 59, 72, "value", "value has 59 elements, expected 60 = batch 1 × keyLength 5 × keyValueHeads 2 × valueDim 6")]
    [InlineData(1, 96, 80, 72, 72, "value", "value has 72 elements, expected 60")]
    [InlineData(1, 96, 80, 0, 72, "value", "value has 0 elements, expected 60")]
    [InlineData(1, 96, 80, 60, 71, "output", "output has 71 elements, expected 72 = batch 1 × queryLength 3 × heads 4 × valueDim 6")]
    [InlineData(1, 96, 80, 60, 96, "output", "output has 96 elements, expected 72")]
    [InlineData(1, 0, 80, 60, 1, "output", "output has 1 element, expected 0")]
    [InlineData(0, 0, 16, 0, 0, "key", "key has 16 elements, expected 0 = batch 0")]
    [InlineData(0, 32, 0, 0, 0, "query", "query has 32 elements, expected 0 = batch 0")]
    [InlineData(-1, 0, 0, 0, 0, "batch", "batch is -1, expected 0 or more")]
    [InlineData(int.MaxValue, 32, 16, 12, 24, "query", "query has 32 elements, expected a multiple of 68719476704 = batch 2147483647")]
    public void Run_SpanOfWrongLength_IsRefused(int batch, int query, int key, int value, int output, string parameter, string message) =>
        Refused(parameter, message, () => RunSpans(batch, query, key, value, output));

    [Fact]
    public void Run_HeadMajor_SaysSoInTheMessage() => Refused("key", "([batch, heads, length, dim])", () =>
        new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, AttentionLayout.HeadMajor, CausalAlignment.BottomRight)
        {
            Query = Span(32),
            Key = Span(17),
            Value = Span(12),
            Output = new float[24],
        }.Run<UnreachedKernel>());

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 7)]
    [InlineData(3, 0, 0)]
    public void Run_NothingToCompute_ReturnsWithoutTheKernel(int batch, int queryLength, int keyLength) =>
        RunSpans(batch, batch * queryLength * 32, batch * keyLength * 16, batch * keyLength * 12, batch * queryLength * 24);

    [Fact]
    public void Run_NoKeys_IsAccepted() => Accepted(() => RunSpans(2, 64, 0, 0, 48));

    [Fact]
    public void Run_NegativeParallelism_IsRefused() => Refused("parallelism", "parallelism is -2, expected 0 or more", () =>
        (Arguments(1, 1) with { Parallelism = -2 }).Run<UnreachedKernel>());

    [Theory]
    [InlineData(new int[0], "keyLengths has 0 elements, expected 1, one for each sequence")]
    [InlineData(new[] { 1, 1 }, "keyLengths has 2 elements, expected 1")]
    [InlineData(new[] { -1 }, "keyLengths has -1 for sequence 0, expected 0 to keyLength 5")]
    [InlineData(new[] { 6 }, "keyLengths has 6 for sequence 0, expected 0 to keyLength 5")]
    public void Run_WrongKeyLengths_AreRefused(int[] keyLengths, string message) => Refused("keyLengths", message, () =>
        (Arguments(1, 5) with { KeyLengths = keyLengths }).Run<UnreachedKernel>());

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Run_KeyLengthsWithinTheKeys_AreAccepted(int keyLength) => Accepted(() =>
        (Arguments(1, 5) with { KeyLengths = new[] { keyLength } }).Run<UnreachedKernel>());

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Run_WrongNumberOfQueryOffsets_IsRefused(int count) => Refused("queryOffsets", $"queryOffsets has {count} elements, expected 1", () =>
        (Arguments(1, 5) with { QueryOffsets = new int[count] }).Run<UnreachedKernel>());

    [Fact]
    public void Run_AnyQueryOffset_IsAccepted()
    {
        Accepted(() => (Arguments(1, 5) with { QueryOffset = int.MinValue }).Run<UnreachedKernel>());
        Accepted(() => (Arguments(1, 5) with { QueryOffsets = new[] { int.MaxValue } }).Run<UnreachedKernel>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    public void Run_WrongLogSumExp_IsRefused(int count) => Refused(
        "logSumExp",
        $"logSumExp has {count} elements, expected 8 = batch 1 × heads 4 × queryLength 2",
        () => (Arguments(2, 5) with { LogSumExp = new float[count] }).Run<UnreachedKernel>());

    [Fact]
    public void Run_LogSumExpOfTheRightLength_IsAccepted() => Accepted(() =>
        (Arguments(2, 5) with { LogSumExp = new float[8] }).Run<UnreachedKernel>());

    [Theory]
    [InlineData(1, 64 * 3, true)]
    [InlineData(3, 64 * 3, true)]
    [InlineData(2, 64 * 3, false)]
    [InlineData(1, 63, false)]
    public void Run_PackedTensor_HoldsAllHeads(int batch, int elements, bool fits)
    {
        void Call() => new AttentionArguments(Heads, KeyValueHeads, HeadDim, HeadDim, default, default)
        {
            QueryKeyValue = Span(elements),
            Output = new float[elements / 2],
            Batch = batch,
        }.Run<UnreachedKernel>();

        if (fits)
            Accepted(Call);
        else
            Refused("queryKeyValue", $"batch {batch} × heads + 2·keyValueHeads 8 × headDim 8", Call);
    }

    // Tensor spans.

    [Theory]
    [InlineData(new long[] { 2, 3, 4, 8 }, null)]
    [InlineData(new long[] { 2, 3, 4, 8 }, new long[] { 200, 50, 12, 1 })] // padded
    [InlineData(new long[] { 2, 3, 4, 8 }, new long[] { 96, 8, 24, 1 })] // permuted
    [InlineData(new long[] { 2, 3, 4, 8 }, new long[] { 0, 0, 0, 1 })] // broadcast
    [InlineData(new long[] { 2, 1, 4, 8 }, new long[] { 32, 0, 8, 1 })] // stride of a dimension of length 1
    public void Run_QueryTensorWithStrides_IsAccepted(long[] lengths, long[]? strides) =>
        Accepted(() => RunQueryTensor(lengths, strides));

    [Theory]
    [InlineData(new long[] { 2, 3, 5, 8 }, null, "query has shape [2, 3, 5, 8], expected [batch 2, queryLength, heads 4, headDim 8]")]
    [InlineData(new long[] { 2, 3, 4, 7 }, null, "query has shape [2, 3, 4, 7], expected [batch 2, queryLength, heads 4, headDim 8]")]
    [InlineData(new long[] { 1, 3, 4, 9 }, null, "expected [batch 1, queryLength, heads 4, headDim 8] (or rank 3, without batch)")]
    [InlineData(new long[] { 4, 8 }, null, "query has shape [4, 8], expected")]
    [InlineData(new long[] { 1, 1, 3, 4, 8 }, null, "query has rank 5, expected")]
    [InlineData(new long[] { 2, 3, 4, 8 }, new long[] { 192, 64, 16, 2 }, "query has strides [192, 64, 16, 2] (in elements), expected 1 for the last dimension")]
    public void Run_QueryTensorOfAnotherShape_IsRefused(long[] lengths, long[]? strides, string message) =>
        Refused("query", message, () => RunQueryTensor(lengths, strides));

    [Fact]
    public void Run_TensorsOfRank3_HaveNoBatch()
    {
        Accepted(() => RunRank3(batch: 1));
        Refused("query", "query has shape [3, 4, 8], expected [batch 2, queryLength, heads 4, headDim 8]", () => RunRank3(batch: 2));

        static void RunRank3(int batch) => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = Tensor([3, 4, 8]),
            Key = Tensor([5, 2, 8]),
            Value = Tensor([5, 2, 6]),
            Output = new TensorSpan<float>(new float[72], [3, 4, 6]),
            Batch = batch,
        }.Run<UnreachedKernel>();
    }

    [Fact]
    public void Run_BatchParameterAndTensor_MustAgree()
    {
        Accepted(() => RunBatches(queryBatch: 2, batch: 2));
        Refused("query", "query has shape [2, 3, 4, 8], expected [batch 3,", () => RunBatches(queryBatch: 2, batch: 3));

        static void RunBatches(int queryBatch, int batch) => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = Tensor([queryBatch, 3, 4, 8]),
            Key = Span(batch * 80),
            Value = Span(batch * 60),
            Output = new float[batch * 72],
            Batch = batch,
        }.Run<UnreachedKernel>();
    }

    [Fact]
    public void Run_KeyTensorOfAnotherBatch_IsRefused() => Refused("key", "key has shape [3, 5, 2, 8], expected [batch 2, keyLength, keyValueHeads 2, headDim 8]", () =>
        new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = Tensor([2, 3, 4, 8]),
            Key = Tensor([3, 5, 2, 8]),
            Value = Tensor([2, 5, 2, 6]),
            Output = new float[144],
        }.Run<UnreachedKernel>());

    [Fact]
    public void Run_ValueTensorLongerThanKey_IsRefused() => Refused("value", "value has shape [1, 6, 2, 6], expected [batch 1, keyLength 5, keyValueHeads 2, valueDim 6]", () =>
        (Arguments(3, 5) with { Value = Tensor([1, 6, 2, 6]) }).Run<UnreachedKernel>());

    [Fact]
    public void Run_HeadMajorTensor_HasItsHeadsFirst()
    {
        Accepted(() => RunHeadMajor([1, 4, 3, 8]));
        Refused("query", "expected [batch 1, heads 4, queryLength, headDim 8]", () => RunHeadMajor([1, 3, 4, 8]));

        static void RunHeadMajor(nint[] lengths) =>
            new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, AttentionLayout.HeadMajor, default)
            {
                Query = Tensor(lengths),
                Key = Tensor([1, 2, 5, 8]),
                Value = Tensor([1, 2, 5, 6]),
                Output = new TensorSpan<float>(new float[72], [1, 4, 3, 6]),
            }.Run<UnreachedKernel>();
    }

    [Fact]
    public void Run_LastDimensionOfOneElement_NeedsNoStride() => Accepted(() =>
        new AttentionArguments(1, 1, 1, 1, default, default)
        {
            Query = Tensor([2, 3, 1, 1]),
            Key = Tensor([2, 3, 1, 1]),
            Value = Tensor([2, 3, 1, 1]),
            Output = new TensorSpan<float>(new float[20], [2, 3, 1, 1], [10, 3, 0, 0]),
        }.Run<UnreachedKernel>());

    [Theory]
    [InlineData(new long[] { 90, 30, 7, 1 }, true)] // padded
    [InlineData(new long[] { 6, 48, 12, 1 }, true)] // batch inside
    [InlineData(new long[] { 72, 0, 6, 1 }, false)]
    [InlineData(new long[] { 0, 24, 6, 1 }, false)]
    [InlineData(new long[] { 72, 24, 0, 1 }, false)]
    public void Run_OutputStrides_MustKeepElementsApart(long[] strides, bool apart)
    {
        void Call() => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = Span(192),
            Key = Span(160),
            Value = Span(120),
            Output = new TensorSpan<float>(new float[1000], [2, 3, 4, 6], [.. strides.Select(stride => (nint)stride)]),
            Batch = 2,
        }.Run<UnreachedKernel>();

        if (apart)
            Accepted(Call);
        else
            Refused("output", "expected strides with which no two elements can coincide", Call);
    }

    [Fact]
    public void Run_EmptyTensors_DoNothing() => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
    {
        Query = Tensor([0, 3, 4, 8]),
        Key = Tensor([0, 5, 2, 8]),
        Value = Tensor([0, 5, 2, 6]),
        Output = new TensorSpan<float>(new float[1], [0, 3, 4, 6]),
    }.Run<UnreachedKernel>();

    // Aliasing: everything lies in one buffer, at the given elements.

    [Theory]
    [InlineData(0, 100, 200, 300, 400, null, null)]
    [InlineData(0, 32, 112, 172, 196, null, null)] // one after the other
    [InlineData(0, 0, 0, 300, 400, null, null)] // inputs may share
    [InlineData(0, 100, 200, 31, 400, "output", "query")]
    [InlineData(300, 100, 200, 277, 400, "output", "query")]
    [InlineData(0, 100, 200, 179, 400, "output", "key")]
    [InlineData(0, 100, 200, 120, 400, "output", "key")]
    [InlineData(0, 100, 200, 177, 400, "output", "key")]
    [InlineData(0, 100, 200, 240, 400, "output", "value")]
    [InlineData(0, 100, 200, 300, 31, "logSumExp", "query")]
    [InlineData(0, 100, 200, 300, 97, "logSumExp", "key")]
    [InlineData(0, 100, 200, 300, 259, "logSumExp", "value")]
    [InlineData(0, 100, 200, 300, 323, "logSumExp", "output")]
    [InlineData(0, 100, 200, 300, 297, "logSumExp", "output")]
    public void Run_OutputInMemoryOfAnother_IsRefused(int query, int key, int value, int output, int logSumExp, string? parameter, string? other)
    {
        var memory = new float[500];
        void Call() => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = (ReadOnlySpan<float>)memory.AsSpan(query, 32),
            Key = (ReadOnlySpan<float>)memory.AsSpan(key, 80),
            Value = (ReadOnlySpan<float>)memory.AsSpan(value, 60),
            Output = memory.AsSpan(output, 24),
            LogSumExp = memory.AsSpan(logSumExp, 4),
        }.Run<UnreachedKernel>();

        if (parameter is null)
            Accepted(Call);
        else
            Refused(parameter, $"{parameter} overlaps {other} in memory", Call);
    }

    [Fact]
    public void Run_OutputInIntegersOfAnInput_IsRefused()
    {
        var memory = new float[100];
        Refused("output", "output overlaps keyLengths", () => (Arguments(1, 5) with
        {
            Output = memory.AsSpan(0, 24),
            KeyLengths = MemoryMarshal.Cast<float, int>(memory.AsSpan(23, 1)),
        }).Run<UnreachedKernel>());
        Refused("logSumExp", "logSumExp overlaps queryOffsets", () => (Arguments(1, 5) with
        {
            LogSumExp = memory.AsSpan(0, 4),
            QueryOffsets = MemoryMarshal.Cast<float, int>(memory.AsSpan(2, 1)),
        }).Run<UnreachedKernel>());
    }

    [Fact]
    public void Run_StridedOutputUpToTheNextBuffer_CountsItsLastElementOnly()
    {
        // Rows of 24 elements, 30 apart: the last one ends at 84, not at 90.
        var memory = new float[200];
        Accepted(() => RunStrided(memory, queryStart: 84));
        Refused("output", "output overlaps query", () => RunStrided(memory, queryStart: 83));

        static void RunStrided(float[] memory, int queryStart) => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = (ReadOnlySpan<float>)memory.AsSpan(queryStart, 96),
            Key = Span(80),
            Value = Span(60),
            Output = new TensorSpan<float>(memory, [3, 4, 6], [30, 6, 1]),
        }.Run<UnreachedKernel>();
    }

    [Fact]
    public void Run_ValidCall_AllocatesNothing()
    {
        // No query, so that the kernel is not reached, and otherwise all there is to check.
        var key = new float[160];
        var value = new float[120];
        int[] lengths = [1, 2];
        Check();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Check();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Check() => new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = ReadOnlySpan<float>.Empty,
            Key = new ReadOnlyTensorSpan<float>(key, [2, 5, 2, 8]),
            Value = (ReadOnlySpan<float>)value,
            Output = Span<float>.Empty,
            Batch = 2,
            KeyLengths = lengths,
            QueryOffsets = lengths,
            LogSumExp = [],
        }.Run<UnreachedKernel>();
    }

    private static AttentionArguments Arguments(int queryLength, int keyLength) =>
        new(Heads, KeyValueHeads, HeadDim, ValueDim, AttentionLayout.TokenMajor, CausalAlignment.BottomRight)
        {
            Query = Span(queryLength * 32),
            Key = Span(keyLength * 16),
            Value = Span(keyLength * 12),
            Output = new float[queryLength * 24],
        };

    private static void RunSpans(int batch, int query, int key, int value, int output) =>
        new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, AttentionLayout.TokenMajor, CausalAlignment.BottomRight)
        {
            Query = Span(query),
            Key = Span(key),
            Value = Span(value),
            Output = new float[output],
            Batch = batch,
        }.Run<UnreachedKernel>();

    /// <summary>A call whose query is a tensor, and whose other arguments are spans that suit a query of shape [2, lengths[1], 4, 8].</summary>
    private static void RunQueryTensor(long[] lengths, long[]? strides)
    {
        nint[] nativeLengths = [.. lengths.Select(length => (nint)length)];
        nint[] nativeStrides = [.. (strides ?? []).Select(stride => (nint)stride)];
        new AttentionArguments(Heads, KeyValueHeads, HeadDim, ValueDim, default, default)
        {
            Query = strides is null
                ? new ReadOnlyTensorSpan<float>(new float[1000], nativeLengths)
                : new ReadOnlyTensorSpan<float>(new float[1000], nativeLengths, nativeStrides),
            Key = Span(160),
            Value = Span(120),
            Output = new float[lengths[0] * lengths[1] * 24],
        }.Run<UnreachedKernel>();
    }

    private static ReadOnlySpan<float> Span(int length) => new float[length];

    private static ReadOnlyTensorSpan<float> Tensor(nint[] lengths) => new(new float[1000], lengths);

    private static void Accepted(Action call) => Assert.Throws<ReachedException>(call);

    private static void Refused(string parameter, string messagePart, Action call)
    {
        var error = Assert.Throws<ArgumentException>(call);
        Assert.Equal(parameter, error.ParamName);
        Assert.Contains(messagePart, error.Message);
    }
}
