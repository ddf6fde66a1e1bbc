namespace SpecAttn.Story.Tests;

/// <summary>The attention variants as theory data.</summary>
internal static class Variants
{
    /// <summary>Every variant there is. A test of one that the machine lacks is skipped, and so listed.</summary>
    public static TheoryData<KernelIsa> All => [.. Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto)];

    public static void SkipUnlessSupported(KernelIsa isa) =>
        Assert.SkipUnless(
            KernelSelector.Supported.Contains(isa),
            $"{isa} is not supported here; this machine supports {string.Join(", ", KernelSelector.Supported)}");
}
