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
        Problem problem = vector.ToProblem();
        KernelCase? kernel = KernelList.All.FirstOrDefault(kernel => Fits(kernel, problem, vector.ElementType!));
        Assert.True(
            kernel != null,
            $"isa={isa}, vector={name}: declare a kernel with {problem.Geometry}, {vector.ElementType}, mask {problem.Mask}, keyLengths, scale and (if causal) queryOffsets.");

        AttentionResult result = new Trial(isa, kernel, problem, CallStyle.Dense).Run();
        float[] expected = vector.ExpectedOutput(problem.Geometry.Heads);
        Assert.Equal(expected.Length, result.Output.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - result.Output[i]) <= vector.Tolerance,
                $"isa={isa}, kernel={kernel.Name}, vector={name}, element {i}: expected {expected[i]:R}, was {result.Output[i]:R}");
        }
    }

    private static bool Fits(KernelCase kernel, Problem problem, Type element) =>
        kernel.Geometry == problem.Geometry
        && kernel.ElementOf(kernel.IsPacked ? "queryKeyValue" : "query") == element
        && kernel.Declaration.Mask == problem.Mask
        && kernel.Has("keyLengths")
        && kernel.Has("scale")
        && (!kernel.IsCausal || kernel.Has("queryOffsets"));
}
