using System.Runtime.CompilerServices;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>The mistakes that a kernel's parameters allow, as changes to arguments that are fit for a call.</summary>
internal static class Mistakes
{
    /// <summary>Wrong lengths of spans; wrong ranks, shapes and strides of tensor spans.</summary>
    public static IEnumerable<Mistake> OfShape(CallArguments arguments, KernelCase kernel)
    {
        foreach ((string parameter, TensorArgument tensor) in Tensors(arguments, kernel))
        {
            foreach (Mistake mistake in kernel.IsTensor(parameter) ? OfTensor(parameter, tensor, kernel) : OfSpan(parameter, tensor, kernel))
                yield return mistake;
        }

        if (kernel.Has("logSumExp"))
        {
            int expected = arguments.LogSumExp.Length;
            foreach (int actual in (int[])[0, expected - 1, expected + 1])
            {
                yield return new Mistake(
                    $"logSumExp of {actual} elements", ["logSumExp"], () => arguments.LogSumExpBuffer = new CanaryBuffer<float>(actual), expected, actual);
            }
        }

        if (kernel.Has("sinks"))
        {
            int heads = kernel.Geometry.Heads;
            foreach (int actual in (int[])[0, heads - 1, heads + 1])
                yield return new Mistake($"{actual} sinks", ["sinks"], () => arguments.SinksBuffer = new CanaryBuffer<float>(actual), heads, actual);
        }

        if (kernel.Has("slopes"))
        {
            int heads = kernel.Geometry.Heads;
            foreach (int actual in (int[])[0, heads - 1, heads + 1])
                yield return new Mistake($"{actual} slopes", ["slopes"], () => arguments.SlopesBuffer = new CanaryBuffer<float>(actual), heads, actual);
        }

        // Of spans, the elements of any of their shapes are fine, and one more never is.
        if (kernel.Has("bias") && !kernel.IsTensor("bias"))
        {
            int actual = arguments.Bias.Buffer.Span.Length + 1;
            yield return new Mistake($"bias of {actual} elements", ["bias"], () => arguments.Bias.Buffer = new CanaryBuffer<float>(actual), actual);
        }
        if (kernel.Has("mask") && !kernel.IsTensor("mask"))
        {
            int actual = arguments.Mask.Buffer.Span.Length + 1;
            yield return new Mistake($"mask of {actual} elements", ["mask"], () => arguments.Mask.Buffer = new CanaryBuffer<bool>(actual), actual);
        }
        if (kernel.Has("weights") && !kernel.IsTensor("weights"))
        {
            int expected = arguments.Weights.Buffer.Span.Length;
            foreach (int actual in (int[])[0, expected - 1, expected + 1])
                yield return new Mistake($"weights of {actual} elements", ["weights"], () => arguments.Weights.Buffer = new CanaryBuffer<float>(actual), expected, actual);
        }

        if (kernel.HasRotary)
        {
            int cosines = arguments.Cos.Length;
            int pairs = (kernel.Declaration.RotaryDim == 0 ? kernel.Geometry.HeadDim : kernel.Declaration.RotaryDim) / 2;
            yield return new Mistake("no cosines and sines", ["cos"], () => (arguments.CosBuffer, arguments.SinBuffer) = (Angles(0), Angles(0)), 0);
            yield return new Mistake($"{pairs} cosines and sines", ["cos"], () => (arguments.CosBuffer, arguments.SinBuffer) = (Angles(pairs), Angles(pairs)), pairs, 1);
            yield return new Mistake("a cosine too many", ["cos"], () => arguments.CosBuffer = Angles(cosines + 1), cosines + 1, pairs);
            yield return new Mistake("a sine too many", ["sin"], () => arguments.SinBuffer = Angles(cosines + 1), cosines + 1, cosines);
            yield return new Mistake("sines of fewer positions", ["sin"], () => arguments.SinBuffer = Angles(cosines - pairs), cosines - pairs, cosines);

            static CanaryBuffer<float> Angles(int count) => new(count);
        }

        int batch = arguments.Batch;
        foreach (int actual in (int[])[0, batch - 1, batch + 1])
        {
            if (kernel.Has("keyLengths"))
            {
                yield return new Mistake(
                    $"{actual} keyLengths", ["keyLengths"], () => arguments.KeyLengthsBuffer = Zeros(actual), batch, actual);
            }

            if (kernel.Has("queryOffsets"))
            {
                yield return new Mistake(
                    $"{actual} queryOffsets", ["queryOffsets"], () => arguments.QueryOffsetsBuffer = Zeros(actual), batch, actual);
            }
        }
    }

    /// <summary>Numbers that are out of range.</summary>
    public static IEnumerable<Mistake> OfValue(CallArguments arguments, KernelCase kernel)
    {
        if (kernel.Has("batch"))
        {
            yield return new Mistake("a negative batch", ["batch"], () => arguments.Batch = -1, -1);

            // The tensors no longer fit the batch; the first one says so.
            foreach (int batch in (int[])[0, 1_000_003, int.MaxValue])
                yield return new Mistake($"batch {batch}", ["batch", "query", "queryKeyValue"], () => arguments.Batch = batch, batch);
        }

        if (kernel.Has("keyLengths"))
        {
            int keys = KeyLength(arguments, kernel);
            foreach (int length in (int[])[-1, keys + 1, int.MinValue, int.MaxValue])
            {
                yield return new Mistake(
                    $"key length {length}", ["keyLengths"], () => arguments.KeyLengthsBuffer.Span[^1] = length, keys, length);
            }
        }

        if (kernel.HasSegments)
        {
            foreach (Mistake mistake in OfSegments("querySegments", arguments.QuerySegmentsBuffer, buffer => arguments.QuerySegmentsBuffer = buffer))
                yield return mistake;
        }

        if (kernel.Has("keySegments"))
        {
            foreach (Mistake mistake in OfSegments("keySegments", arguments.KeySegmentsBuffer, buffer => arguments.KeySegmentsBuffer = buffer))
                yield return mistake;
            int count = arguments.KeySegments.Length;
            yield return new Mistake("a key segment too many", ["keySegments"], () =>
            {
                var longer = new CanaryBuffer<int>(count + 1);
                arguments.KeySegments.CopyTo(longer.Span);
                longer.Span[^1] = arguments.KeySegments[^1];
                arguments.KeySegmentsBuffer = longer;
            }, count, count + 1);
        }

        if (kernel.HasRotary && kernel.Has("queryOffsets"))
        {
            // Of a sequence without keys no position is looked up.
            foreach (int offset in (int[])[-1, int.MinValue, int.MaxValue])
            {
                yield return new Mistake($"query offset {offset}", [offset < 0 ? "queryOffsets" : "cos"], () =>
                {
                    arguments.KeyLengthsBuffer.Span.Fill(1);
                    arguments.QueryOffsetsBuffer.Span[^1] = offset;
                }, offset < 0 ? [offset] : [(long)offset + QueryLength(arguments, kernel)]);
            }
        }

        if (kernel.Has("prefixLength"))
            yield return new Mistake("a negative prefixLength", ["prefixLength"], () => arguments.PrefixLength = -1, -1);
        if (kernel.Has("parallelism"))
            yield return new Mistake("a negative parallelism", ["parallelism"], () => arguments.Parallelism = -1, -1);
        if (kernel.Has("isa"))
            yield return new Mistake("an undefined isa", ["isa"], () => arguments.Isa = (KernelIsa)99, 99);
    }

    /// <summary>Outputs in the memory of other arguments, all of it or one element.</summary>
    public static IEnumerable<Mistake> OfAliasing(CallArguments arguments, KernelCase kernel)
    {
        foreach ((string parameter, TensorArgument tensor) in Tensors(arguments, kernel))
        {
            if (tensor != arguments.Output)
            {
                yield return new Mistake($"output at the start of {parameter}", ["output"], () =>
                    Share(arguments.Output, tensor, 0));
                yield return new Mistake($"output over the end of {parameter}", ["output"], () =>
                    Share(tensor, arguments.Output, LastByte(tensor)));
            }

            if (kernel.Has("logSumExp"))
            {
                yield return new Mistake($"logSumExp over the end of {parameter}", ["logSumExp"], () =>
                    arguments.LogSumExpBuffer = Share(tensor, 0, arguments.LogSumExpBuffer, LastByte(tensor)));
                yield return new Mistake($"logSumExp over the start of {parameter}", ["logSumExp"], () =>
                    arguments.LogSumExpBuffer = Share(tensor, (arguments.LogSumExp.Length - 1) * sizeof(float), arguments.LogSumExpBuffer, 0));
            }
        }

        foreach (Mistake mistake in OfSmallAliasing(arguments, kernel))
            yield return mistake;
    }

    /// <summary>Outputs that share an element with an input that is not a tensor.</summary>
    private static IEnumerable<Mistake> OfSmallAliasing(CallArguments arguments, KernelCase kernel)
    {
        if (kernel.Has("sinks"))
        {
            yield return new Mistake("output over sinks", ["output"], () =>
                arguments.SinksBuffer = Share(arguments.Output, 0, arguments.SinksBuffer, 0));
        }

        // Segments are checked before memory is, so they keep their values, in memory that the output overlaps.
        if (kernel.HasSegments)
        {
            yield return new Mistake("output over querySegments", ["output"], () =>
                arguments.QuerySegmentsBuffer = ShareKept(arguments.Output, arguments.QuerySegmentsBuffer));
        }

        if (kernel.Has("keySegments"))
        {
            yield return new Mistake("output over keySegments", ["output"], () =>
                arguments.KeySegmentsBuffer = ShareKept(arguments.Output, arguments.KeySegmentsBuffer));
        }

        if (kernel.HasRotary)
        {
            yield return new Mistake("output over cos", ["output"], () =>
                arguments.CosBuffer = Share(arguments.Output, 0, arguments.CosBuffer, LastByte(arguments.Output)));
            yield return new Mistake("output over sin", ["output"], () =>
                arguments.SinBuffer = Share(arguments.Output, 0, arguments.SinBuffer, 0));
        }
    }

    private static IEnumerable<Mistake> OfSegments(string parameter, TestBuffer<int> buffer, Action<TestBuffer<int>> replace)
    {
        int tokens = buffer.Span[^1];
        yield return new Mistake($"no {parameter}", [parameter], () => replace(Zeros(0)), 0, 1);
        yield return new Mistake($"{parameter} that begin later", [parameter], () => buffer.Span[0] = 1, 1, 0);
        yield return new Mistake($"{parameter} that begin earlier", [parameter], () => buffer.Span[0] = -1, -1, 0);
        yield return new Mistake($"{parameter} that go back", [parameter], () => buffer.Span[1] = -2, -2, 0);
        yield return new Mistake($"{parameter} that end late", [parameter], () => buffer.Span[^1] = tokens + 1, tokens + 1, tokens);
        yield return new Mistake($"{parameter} that end early", [parameter], () => buffer.Span[^1] = tokens - 1, tokens - 1, tokens);
        yield return new Mistake($"{parameter} that go far", [parameter], () => buffer.Span[1] = int.MaxValue, tokens, int.MaxValue);
    }

    private static IEnumerable<Mistake> OfSpan(string parameter, TensorArgument tensor, KernelCase kernel)
    {
        int expected = tensor.Count;
        HeadGeometry geometry = kernel.Geometry;
        int dim = parameter is "value" or "output" ? geometry.ValueDim : geometry.HeadDim;
        foreach (int actual in (int[])[expected - 1, expected + 1])
        {
            yield return new Mistake($"{parameter} of {actual} elements", [parameter], () => tensor.Resize(actual), actual, dim);
        }

        if (parameter is not ("value" or "output"))
            yield break;
        foreach (int actual in (int[])[0, expected / 2, expected * 2])
            yield return new Mistake($"{parameter} of {actual} elements", [parameter], () => tensor.Resize(actual), expected, actual);
    }

    private static IEnumerable<Mistake> OfTensor(string parameter, TensorArgument tensor, KernelCase kernel)
    {
        nint[] lengths = tensor.Lengths;
        yield return new Mistake($"{parameter} of rank 2", [parameter], () => Reshape(tensor, lengths[2..]), lengths[2], lengths[3]);
        yield return new Mistake($"{parameter} of rank 5", [parameter], () => Reshape(tensor, [1, .. lengths]), 5);

        // Which dimensions are fixed: by the declaration, or by an argument before this one. Query and key bring their lengths, the query the batch.
        int lengthAxis = kernel.Declaration.Layout == AttentionLayout.TokenMajor ? 1 : 2;
        bool bringsLength = parameter is "query" or "key" or "queryKeyValue";
        bool bringsBatch = parameter is "query" or "queryKeyValue" && !kernel.Has("batch");
        if (lengths[0] > 1 && !bringsBatch)
            yield return new Mistake($"{parameter} without a batch dimension", [parameter], () => Reshape(tensor, lengths[1..]), lengths[0], lengths[3]);
        for (int axis = 0; axis < 4; axis++)
        {
            if ((axis == lengthAxis && bringsLength) || (axis == 0 && bringsBatch))
                continue;
            foreach (nint actual in (nint[])[lengths[axis] + 1, 0])
            {
                nint[] changed = [.. lengths];
                changed[axis] = actual;
                yield return new Mistake(
                    $"{parameter} of shape [{string.Join(' ', changed)}]", [parameter], () => Reshape(tensor, changed), lengths[axis], actual);
            }
        }

        if (lengths[3] > 1)
        {
            yield return new Mistake(
                $"{parameter} with stride 2 in the last dimension", [parameter],
                () =>
                {
                    tensor.Resize(2 * tensor.Count);
                    tensor.SetShape(lengths, [.. tensor.Strides.Select(stride => 2 * stride)]);
                },
                1, 2);
        }

        if (parameter == "output" && lengths[0] > 1)
        {
            yield return new Mistake(
                "output with stride 0 between sequences", [parameter], () => tensor.SetShape(lengths, [0, .. tensor.Strides[1..]]), 0);
        }
    }

    private static IEnumerable<(string Parameter, TensorArgument Tensor)> Tensors(CallArguments arguments, KernelCase kernel)
    {
        if (kernel.IsPacked)
        {
            yield return ("queryKeyValue", arguments.QueryKeyValue);
        }
        else
        {
            yield return ("query", arguments.Query);
            yield return ("key", arguments.Key);
            yield return ("value", arguments.Value);
        }

        yield return ("output", arguments.Output);
    }

    private static int QueryLength(CallArguments arguments, KernelCase kernel) =>
        arguments.Output.Count / (arguments.Batch * kernel.Geometry.Heads * kernel.Geometry.ValueDim);

    private static int KeyLength(CallArguments arguments, KernelCase kernel)
    {
        (TensorArgument tensor, int heads) = kernel.IsPacked
            ? (arguments.QueryKeyValue, kernel.Geometry.Heads + (2 * kernel.Geometry.KeyValueHeads))
            : (arguments.Key, kernel.Geometry.KeyValueHeads);
        return tensor.Count / (arguments.Batch * heads * kernel.Geometry.HeadDim);
    }

    /// <summary>Gives a tensor another shape, and memory without gaps for it.</summary>
    private static void Reshape(TensorArgument tensor, nint[] lengths)
    {
        var strides = new nint[lengths.Length];
        nint count = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = count;
            count *= lengths[axis];
        }

        tensor.SetShape(lengths, strides);
        tensor.Resize((int)count);
    }

    /// <summary>Moves two tensors into one memory, the second from a byte on.</summary>
    private static void Share(TensorArgument first, TensorArgument second, int secondStart)
    {
        var memory = new byte[first.Bytes.Length + second.Bytes.Length + sizeof(float)];
        first.MoveTo(memory, 0);
        second.MoveTo(memory, secondStart);
    }

    /// <summary>Moves a tensor and another argument into one memory.</summary>
    /// <returns>The other argument's.</returns>
    private static SharedBuffer<T> Share<T>(TensorArgument tensor, int tensorStart, TestBuffer<T> other, int otherStart)
        where T : unmanaged
    {
        int count = other.Span.Length;
        var memory = new byte[tensor.Bytes.Length + (count * Unsafe.SizeOf<T>()) + sizeof(float)];
        tensor.MoveTo(memory, tensorStart);
        return new SharedBuffer<T>(memory, otherStart, count);
    }

    /// <summary>Moves a tensor and another argument, whose values stay, into one memory.</summary>
    private static SharedBuffer<T> ShareKept<T>(TensorArgument tensor, TestBuffer<T> other)
        where T : unmanaged
    {
        SharedBuffer<T> shared = Share(tensor, 0, other, 0);
        other.Span.CopyTo(shared.Span);
        return shared;
    }

    /// <summary>The last byte of a tensor at which a float may begin.</summary>
    private static int LastByte(TensorArgument tensor) => (tensor.Bytes.Length - 1) / sizeof(float) * sizeof(float);

    private static CanaryBuffer<int> Zeros(int count)
    {
        var buffer = new CanaryBuffer<int>(count);
        buffer.Span.Clear();
        return buffer;
    }
}
