using System.Diagnostics.CodeAnalysis;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>The words of every refused argument: what was expected, what came instead, and where the expectation comes from.</summary>
internal static class ShapeError
{
    [DoesNotReturn]
    public static void ThrowSpan(ref readonly TensorView span, ShapeDescription shape, int batch, int expectedLength)
    {
        Names names = new(shape.Role);
        Int128 perPosition = (Int128)batch * shape.Heads * shape.Dim;
        string heads = $"{names.Heads} {shape.Heads}";
        string dim = $"{names.Dim} {shape.Dim}";
        string expected = expectedLength == AttentionArguments.AnyLength && batch != 0
            ? $"a multiple of {perPosition} = batch {batch} × {heads} × {dim}"
            : $"{perPosition * Math.Max(expectedLength, 0)} = batch {batch} × {Length(names.Length, expectedLength)} × {heads} × {dim}";
        Throw(names.Parameter, $"has {Elements(span.Count)}, expected {expected} ({Order(shape.Layout, "batch", "length", "heads", "dim")})");
    }

    [DoesNotReturn]
    public static void ThrowTensor(ref readonly TensorView tensor, ShapeDescription shape, int batch, int expectedLength)
    {
        Names names = new(shape.Role);
        string expected = Order(
            shape.Layout, $"batch {batch}", Length(names.Length, expectedLength), $"{names.Heads} {shape.Heads}", $"{names.Dim} {shape.Dim}");
        string withoutBatch = batch == 1 ? " (or rank 3, without batch)" : "";
        Throw(names.Parameter, $"has {Actual(in tensor)}, expected {expected}{withoutBatch}");
    }

    [DoesNotReturn]
    public static void ThrowLastStride(ref readonly TensorView tensor, ShapeDescription shape) =>
        ThrowLastStride(in tensor, new Names(shape.Role).Parameter);

    [DoesNotReturn]
    public static void ThrowCoinciding(ref readonly TensorView tensor, ShapeDescription shape) =>
        ThrowCoinciding(in tensor, new Names(shape.Role).Parameter);

    [DoesNotReturn]
    public static void ThrowLastStride(ref readonly TensorView tensor, string parameter) =>
        Throw(parameter, $"has strides {List(tensor, tensor.Strides)} (in elements), expected 1 for the last dimension");

    [DoesNotReturn]
    public static void ThrowCoinciding(ref readonly TensorView tensor, string parameter) =>
        Throw(
            parameter,
            $"has {Actual(in tensor)} and strides {List(tensor, tensor.Strides)} (in elements), expected strides with which no two elements can coincide");

    [DoesNotReturn]
    public static void ThrowWeights(ref readonly TensorView tensor, string parameter, ScoreShape shape)
    {
        string lengths = $"batch {shape.Batch}, heads {shape.Heads}, queryLength {shape.QueryLength}, keyLength {shape.KeyLength}";
        Int128 count = (Int128)shape.Batch * shape.Heads * shape.QueryLength * shape.KeyLength;
        string withoutBatch = shape.Batch == 1 ? " (or rank 3, without batch)" : "";
        Throw(
            parameter,
            tensor.HasShape ? $"has {Actual(in tensor)}, expected [{lengths}]{withoutBatch}" : $"has {Elements(tensor.Count)}, expected {count} of [{lengths}]");
    }

    /// <summary>Of a bias or a mask.</summary>
    [DoesNotReturn]
    public static void ThrowScores(ref readonly TensorView tensor, string parameter, ScoreShape shape)
    {
        string queriesAndKeys = $"queryLength {shape.QueryLength}, keyLength {shape.KeyLength}]";
        string shapes = $"[{queriesAndKeys}, [heads {shape.Heads}, {queriesAndKeys} or [batch {shape.Batch}, heads {shape.Heads}, {queriesAndKeys}";
        Throw(
            parameter,
            tensor.HasShape
                ? $"has {Actual(in tensor)}, expected {shapes}, where any dimension may be 1 and the last one shorter"
                : $"has {Elements(tensor.Count)}, expected those of {shapes}");
    }

    [DoesNotReturn]
    public static void ThrowLogSumExp(int count, int batch, int heads, int queryLength) =>
        Throw(
            "logSumExp",
            $"has {Elements(count)}, expected {(Int128)batch * heads * queryLength} = batch {batch} × heads {heads} × queryLength {queryLength}");

    [DoesNotReturn]
    public static void ThrowPerSequence(string parameter, int count, int batch) =>
        Throw(parameter, $"has {Elements(count)}, expected {batch}, one for each sequence of the batch");

    [DoesNotReturn]
    public static void ThrowPerHead(string parameter, int count, int heads) =>
        Throw(parameter, $"has {Elements(count)}, expected {heads}, one for each query head");

    [DoesNotReturn]
    public static void ThrowNoSegments(string parameter) =>
        Throw(parameter, "has 0 elements, expected at least 1: where each sequence begins, and where the last one ends");

    [DoesNotReturn]
    public static void ThrowSegment(string parameter, int index, int actual, string expected) =>
        Throw(parameter, $"has {actual} at index {index}, expected {expected}");

    [DoesNotReturn]
    public static void ThrowKeySegments(int count, int expected) =>
        Throw("keySegments", $"has {Elements(count)}, expected {expected} as querySegments has");

    [DoesNotReturn]
    public static void ThrowRotary(string parameter, int count, int pairs) =>
        Throw(parameter, $"has {Elements(count)}, expected a multiple of {pairs} = rotaryDim {2 * pairs} / 2 ([positions, rotaryDim / 2])");

    [DoesNotReturn]
    public static void ThrowSin(int count, int cos, int pairs) =>
        Throw("sin", $"has {Elements(count)}, expected {cos} as cos has ([positions, rotaryDim / 2 = {pairs}])");

    [DoesNotReturn]
    public static void ThrowRotaryPositions(int count, int positions, long needed, int pairs, int sequence) =>
        Throw(
            "cos",
            $"has {Elements(count)}, that is {positions} positions of {pairs} = rotaryDim / 2, expected at least {needed} positions for the keys and queries of sequence {sequence}");

    [DoesNotReturn]
    public static void ThrowRotaryPosition(string parameter, int sequence, long position) =>
        Throw(parameter, $"puts query 0 of sequence {sequence} at position {position}, expected 0 or more, where rotary embedding begins");

    [DoesNotReturn]
    public static void ThrowNullCache(bool isOne, int index) =>
        throw new ArgumentNullException("cache", $"{CacheName(isOne, index)} is null.");

    [DoesNotReturn]
    public static void ThrowCache(KeyValueCache cache, bool isOne, int index, int keyValueHeads, int headDim, int valueDim) =>
        ThrowOf(
            "cache",
            CacheName(isOne, index),
            $"is of keyValueHeads {cache.KeyValueHeads}, headDim {cache.HeadDim}, valueDim {cache.ValueDim}, expected keyValueHeads {keyValueHeads}, headDim {headDim}, valueDim {valueDim}");

    [DoesNotReturn]
    public static void ThrowCacheElement(KeyValueCache cache, int index, KeyValueCache first) =>
        ThrowOf("cache", CacheName(isOne: false, index), $"holds {cache.Format.Element}, expected {first.Format.Element} as cache[0] does");

    [DoesNotReturn]
    public static void ThrowCacheRotary(KeyValueCache cache, bool isOne, int index, RotaryStyle style, int dim)
    {
        string held = cache.Rotary == RotaryStyle.None ? "holds keys as they came" : $"holds keys that are turned with Rotary {cache.Rotary}, RotaryDim {cache.RotaryDim}";
        string expected = style == RotaryStyle.None ? "keys as they came, since the method has no Rotary"
            : index > 0 ? "what all caches of a call have alike"
            : $"Rotary {style}, RotaryDim {dim} or keys as they came";
        ThrowOf("cache", CacheName(isOne, index), $"{held}, expected {expected}");
    }

    [DoesNotReturn]
    public static void ThrowCacheCount(int count, int batch) =>
        Throw("cache", $"has {Elements(count)}, expected {batch}, one for each sequence of querySegments");

    [DoesNotReturn]
    public static void ThrowKeyLength(int sequence, int actual, int keyLength) =>
        Throw("keyLengths", $"has {actual} for sequence {sequence}, expected 0 to keyLength {keyLength}");

    [DoesNotReturn]
    public static void ThrowNegative(string parameter, int actual) =>
        Throw(parameter, $"is {actual}, expected 0 or more");

    [DoesNotReturn]
    public static void ThrowAliasing(string output, string other) =>
        Throw(output, $"overlaps {other} in memory, expected memory of its own");

    // ArgumentException itself and not a type derived from it, which would be what the surface promises only by inheritance.
    [DoesNotReturn]
    private static void Throw(string parameter, string complaint) => throw new ArgumentException($"{parameter} {complaint}.", parameter);

    [DoesNotReturn]
    private static void ThrowOf(string parameter, string subject, string complaint) => throw new ArgumentException($"{subject} {complaint}.", parameter);

    private static string CacheName(bool isOne, int index) => isOne ? "cache" : $"cache[{index}]";

    private static string Elements(nint count) => count == 1 ? "1 element" : $"{count} elements";

    private static string Length(string name, int expected) => expected == AttentionArguments.AnyLength ? name : $"{name} {expected}";

    private static string Order(AttentionLayout layout, string batch, string length, string heads, string dim) =>
        layout == AttentionLayout.TokenMajor ? $"[{batch}, {length}, {heads}, {dim}]" : $"[{batch}, {heads}, {length}, {dim}]";

    private static string Actual(ref readonly TensorView tensor) =>
        tensor.Rank is >= 1 and <= TensorView.Dimensions.Count ? $"shape {List(tensor, tensor.Lengths)}" : $"rank {tensor.Rank}";

    private static string List(TensorView tensor, TensorView.Dimensions numbers) =>
        $"[{string.Join(", ", ((ReadOnlySpan<nint>)numbers)[^tensor.Rank..].ToArray())}]";

    /// <summary>What a tensor and its dimensions are called.</summary>
    private readonly struct Names(TensorRole role)
    {
        public string Parameter { get; } = role switch
        {
            TensorRole.Query => "query",
            TensorRole.Key => "key",
            TensorRole.Value => "value",
            TensorRole.Output => "output",
            _ => "queryKeyValue",
        };

        public string Length { get; } = role switch
        {
            TensorRole.Query or TensorRole.Output => "queryLength",
            TensorRole.Key or TensorRole.Value => "keyLength",
            _ => "length",
        };

        public string Heads { get; } = role switch
        {
            TensorRole.Query or TensorRole.Output => "heads",
            TensorRole.Key or TensorRole.Value => "keyValueHeads",
            _ => "heads + 2·keyValueHeads",
        };

        public string Dim { get; } = role is TensorRole.Value or TensorRole.Output ? "valueDim" : "headDim";
    }
}
