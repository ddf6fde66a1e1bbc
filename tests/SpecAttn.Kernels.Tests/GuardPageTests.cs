using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// Every input and output begins directly after, then ends directly before, a page that may not be touched. An access outside an argument
/// ends the process; the stack that it leaves on standard error names the kernel and the variant.
/// </summary>
public sealed class GuardPageTests
{
    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Kernel_BetweenGuardPages_StaysInsideItsArguments(KernelIsa isa, string name)
    {
        Assert.SkipUnless(GuardedPages.IsSupported, "Guard pages are made with mmap and mprotect, which this system lacks.");
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(GuardPageTests), name);
        foreach (Shape shape in ShapeFactory.Few(kernel, random).Append(ShapeFactory.Create(kernel, random, 1, 1)))
        {
            var trial = new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Random(random, shape.Batch));
            AttentionResult expected = trial.Run();
            foreach (GuardSide side in Enum.GetValues<GuardSide>())
            {
                Trial guarded = trial with { Style = trial.Style with { Guard = side } };
                guarded.CheckSameBits(expected, guarded.Run(), "the place in memory changes the result");
            }
        }
    }
}
