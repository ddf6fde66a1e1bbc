using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// The largest error against float64 is at most twice that of a plain fp32 implementation on the same numbers, plus 1e-6; a query that
/// sees no key is exactly 0, with a logarithm of −∞.
/// </summary>
public sealed class AccuracyTests
{
    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_OnAwkwardShapes_IsAsAccurateAsPlainFp32(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(AccuracyTests), name);
        var comparison = new AccuracyComparison(InputKind.Ordinary);
        foreach (Shape shape in ShapeFactory.All(kernel, random))
        {
            Problem problem = ProblemFactory.Create(kernel, shape, random);
            comparison.Add(new Trial(isa, kernel, problem, CallStyle.Random(random, shape.Batch)));
        }

        comparison.Check();
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_OnExtremeNumbers_IsAsAccurateAsPlainFp32(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(AccuracyTests), "extreme", name);
        foreach (InputKind kind in Enum.GetValues<InputKind>())
        {
            var comparison = new AccuracyComparison(kind);
            foreach (Shape shape in ShapeFactory.Few(kernel, random))
                comparison.Add(new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random, kind), CallStyle.Dense));
            comparison.Check();
        }
    }
}
