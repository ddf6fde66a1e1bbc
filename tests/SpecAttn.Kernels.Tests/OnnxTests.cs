using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Onnx;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>The test vectors of the ONNX standard, on every variant. They lie beside the repository; without them these tests are skipped.</summary>
public sealed class OnnxTests
{
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Cases
    {
        get
        {
            string folder = Repository.Shared("onnx");
            string[] files = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
            if (files.Length == 0)
                yield return new TheoryDataRow<KernelIsa, string>(KernelIsa.Auto, "none") { Skip = "There are no test vectors in ../shared/onnx." };
            foreach (string file in files)
            {
                string name = Path.GetFileNameWithoutExtension(file);
                if (OnnxCase.Load(file).MissingFeature() is string feature)
                    yield return new TheoryDataRow<KernelIsa, string>(KernelIsa.Auto, name) { Skip = $"Needs {feature}, which no kernel has yet." };
                else
                    foreach (KernelIsa isa in KernelSelector.Supported)
                        yield return new TheoryDataRow<KernelIsa, string>(isa, name);
            }

            if (files.Length == 0)
                yield break;
            foreach ((KernelIsa isa, string? whyNot) in KernelRows.Variants.Where(variant => variant.WhyNot != null))
                yield return new TheoryDataRow<KernelIsa, string>(isa, "all") { Skip = whyNot };
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_OnAnOnnxTestVector_GivesItsOutput(KernelIsa isa, string name)
    {
        OnnxCase vector = OnnxCase.Load(Path.Combine(Repository.Shared("onnx"), name + ".json"));
        if (vector.IsRotary)
        {
            CheckRotary(isa, vector);
            return;
        }

        Problem problem = vector.ToProblem();
        KernelCase? kernel = KernelList.All.FirstOrDefault(kernel => Fits(kernel, problem, vector));
        Assert.True(
            kernel != null,
            $"isa={isa}, vector={name}: declare a kernel with {problem.Geometry}, {vector.ElementType}, mask {problem.Mask}, keyLengths, scale and (if causal) queryOffsets, softcap {problem.Rules.Softcap}, "
            + $"bias {problem.Rules.Bias != null}, mask {problem.Rules.Mask != null}, weights {vector.WeightsStage}.");

        // A table that the vector lacks and the kernel takes is one that changes nothing.
        problem = problem with
        {
            Rules = problem.Rules with
            {
                Bias = kernel.Has("bias") ? problem.Rules.Bias ?? Neutral(0f) : null,
                Mask = kernel.Has("mask") ? problem.Rules.Mask ?? Neutral(true) : null,
            },
        };
        AttentionResult result = new Trial(isa, kernel, problem, CallStyle.Dense).Run();
        float[] expected = vector.ExpectedOutput(problem.Geometry.Heads);
        Assert.Equal(expected.Length, result.Output.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - result.Output[i]) <= vector.Tolerance,
                $"isa={isa}, kernel={kernel.Name}, vector={name}, element {i}: expected {expected[i]:R}, was {result.Output[i]:R}");
        }

        float[] expectedWeights = vector.ExpectedWeights();
        for (int i = 0; i < expectedWeights.Length; i++)
        {
            float weight = result.Weights![i];
            Assert.True(
                weight == expectedWeights[i] || Math.Abs(expectedWeights[i] - weight) <= vector.Tolerance,
                $"isa={isa}, kernel={kernel.Name}, vector={name}, weight {i}: expected {expectedWeights[i]:R}, was {weight:R}");
        }

        ScoreTable<T> Neutral<T>(T element)
            where T : unmanaged => new(
                1, 1, problem.Shape.QueryLength, problem.Shape.KeyLength,
                [.. Enumerable.Repeat(element, problem.Shape.QueryLength * problem.Shape.KeyLength)]);
    }

    /// <summary>
    /// What rotary embedding makes of a head is read off scores: of one key alone the logarithm of the softmax's denominator is the score, and
    /// with the unit vectors as keys, each a sequence of its own, scores are the elements of the query, and the other way round. The unit
    /// vectors stand at a position without an angle.
    /// </summary>
    private static void CheckRotary(KernelIsa isa, OnnxCase vector)
    {
        (Rotary rotary, TokenMajor input, TokenMajor output, long[] positions) = vector.ToRotary();
        var geometry = new HeadGeometry(input.Heads, input.Heads, input.Dim, input.Dim);
        KernelCase? kernel = KernelList.All.FirstOrDefault(kernel => FitsRotary(kernel, geometry, rotary));
        Assert.True(kernel != null, $"isa={isa}, vector={vector.Name}: declare a kernel with {geometry}, {rotary.Style} of {rotary.Dim}, logSumExp.");

        int token = input.Heads * input.Dim;
        float[] units = [.. Enumerable.Range(0, input.Dim).SelectMany(
            unit => Enumerable.Range(0, token).Select(element => element % input.Dim == unit ? 1f : 0))];
        for (int at = 0; at < positions.Length; at++)
        {
            float[] heads = [.. Enumerable.Repeat(input.Data[(at * token)..((at + 1) * token)], input.Dim).SelectMany(head => head)];
            ReadOnlySpan<float> expected = output.Data.AsSpan(at * token, token);
            int row = (int)positions[at] * rotary.Dim / 2;
            float[] cos = rotary.Cos[row..(row + (rotary.Dim / 2))];
            float[] sin = rotary.Sin[row..(row + (rotary.Dim / 2))];
            float[] noCos = [.. Enumerable.Repeat(1f, cos.Length)];
            Check([.. noCos, .. cos], [.. new float[sin.Length], .. sin], heads, units, expected);
            Check([.. cos, .. noCos], [.. sin, .. new float[sin.Length]], units, heads, expected);
        }

        // One query takes the row kernel; of twenty, all at position 1, the last is looked at.
        void Check(float[] cos, float[] sin, float[] query, float[] key, ReadOnlySpan<float> expected)
        {
            foreach (int queries in (int[])[1, 20])
            {
                var shape = new Shape(input.Dim, queries, 1, null, [.. Enumerable.Repeat(1, input.Dim)]);
                var problem = new Problem(
                    geometry, AttentionMask.None, default, shape, 1,
                    [.. query.Chunk(token).SelectMany(tokens => Enumerable.Repeat(tokens, queries).SelectMany(one => one))], key, key)
                {
                    Rotary = rotary with { Cos = Repeated(cos, queries), Sin = Repeated(sin, queries) },
                };
                AttentionResult result = new Trial(isa, kernel, problem, CallStyle.Dense).Run();
                for (int i = 0; i < token; i++)
                {
                    float actual = result.LogSumExpOf(i % input.Dim, queries - 1, i / input.Dim, float.NaN);
                    Assert.True(
                        Math.Abs(expected[i] - actual) <= 1e-5,
                        $"isa={isa}, kernel={kernel.Name}, vector={vector.Name}, {queries} queries, element {i}: expected {expected[i]:R}, was {actual:R}");
                }
            }
        }

        static float[] Repeated(float[] table, int queries) =>
            [.. table[..(table.Length / 2)], .. Enumerable.Repeat(table[(table.Length / 2)..], queries).SelectMany(row => row)];
    }

    private static bool FitsRotary(KernelCase kernel, HeadGeometry geometry, Rotary rotary) =>
        kernel.Geometry == geometry
        && kernel.Declaration.Rotary == rotary.Style
        && (kernel.Declaration.RotaryDim == 0 ? geometry.HeadDim : kernel.Declaration.RotaryDim) == rotary.Dim
        && kernel.Has("logSumExp")
        && kernel.Has("queryOffsets")
        && kernel.Has("scale");

    private static bool Fits(KernelCase kernel, Problem problem, OnnxCase vector) =>
        kernel.Geometry == problem.Geometry
        && kernel.ElementOf(kernel.IsPacked ? "queryKeyValue" : "query") == vector.ElementType
        && kernel.Declaration.Softcap == problem.Rules.Softcap
        && kernel.Declaration.Score == vector.ScoreFunction
        && kernel.Declaration.Visible == null
        && kernel.Declaration.Window == 0
        && (problem.Rules.Bias == null || kernel.Has("bias"))
        && (problem.Rules.Mask == null || kernel.Has("mask"))
        && (vector.WeightsStage == null || (kernel.Has("weights") && kernel.Declaration.Weights == vector.WeightsStage))
        && !kernel.Has("slopes")
        && !kernel.Declaration.Alibi
        && !kernel.Has("sinks")
        && !kernel.Has("prefixLength")
        && kernel.Declaration.Mask == problem.Mask
        && !kernel.HasRotary
        && kernel.Has("keyLengths")
        && kernel.Has("scale")
        && (!kernel.IsCausal || kernel.Has("queryOffsets"));
}
