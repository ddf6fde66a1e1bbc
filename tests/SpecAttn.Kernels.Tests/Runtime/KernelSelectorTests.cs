using System.Collections.Immutable;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

public class KernelSelectorTests
{
    private static readonly ImmutableArray<KernelIsa> s_throttlingServer = [KernelIsa.Portable, KernelIsa.Avx2, KernelIsa.Avx512];

    [Fact]
    public void Supported_StartsWithPortableAndAscends()
    {
        Assert.Equal(KernelIsa.Portable, KernelSelector.Supported[0]);
        Assert.Equal(KernelSelector.Supported.Distinct().Order(), KernelSelector.Supported);
        Assert.DoesNotContain(KernelIsa.Auto, KernelSelector.Supported);
    }

    [Fact]
    public void Best_IsSupportedAndWhatAutoResolvesTo()
    {
        Assert.Contains(KernelSelector.Best, KernelSelector.Supported);
        Assert.Equal(KernelSelector.Best, KernelSelector.Resolve(KernelIsa.Auto));
    }

    [Fact]
    public void Resolve_SupportedVariant_ReturnsItEvenAboveBest()
    {
        foreach (KernelIsa isa in KernelSelector.Supported)
            Assert.Equal(isa, KernelSelector.Resolve(isa));
    }

    [Fact]
    public void Resolve_VariantTheMachineLacks_NamesItAndWhatThereIs()
    {
        // No machine has both Neon and AVX2.
        KernelIsa[] lacking = [.. Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto && !KernelSelector.Supported.Contains(isa))];
        Assert.NotEmpty(lacking);
        foreach (KernelIsa isa in lacking)
        {
            var error = Assert.Throws<PlatformNotSupportedException>(() => KernelSelector.Resolve(isa));
            Assert.Contains($"isa is {isa}", error.Message);
            Assert.Contains($"This machine supports {string.Join(", ", KernelSelector.Supported)}", error.Message);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(33)]
    [InlineData(int.MinValue)]
    public void Resolve_NoVariantAtAll_NamesTheParameter(int isa)
    {
        var error = Assert.Throws<ArgumentException>(() => KernelSelector.Resolve((KernelIsa)isa));
        Assert.Equal("isa", error.ParamName);
        Assert.Contains(isa.ToString(), error.Message);
    }

    [Fact]
    public void Description_MentionsEveryVariantAndTheVariable()
    {
        foreach (KernelIsa isa in Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto))
            Assert.Contains(isa.ToString(), KernelSelector.Description);
        Assert.Contains("SPECATTN_ISA", KernelSelector.Description);
    }

    [Theory]
    [InlineData(null, KernelIsa.Avx2, "not set")]
    [InlineData("", KernelIsa.Avx2, "not set")]
    [InlineData("Auto", KernelIsa.Avx2, "changes nothing")]
    [InlineData("avx2", KernelIsa.Avx2, "changes nothing")]
    [InlineData("portable", KernelIsa.Portable, "lowers the choice from Avx2 to Portable")]
    [InlineData(" PORTABLE ", KernelIsa.Portable, "lowers the choice from Avx2 to Portable")]
    [InlineData("Avx512", KernelIsa.Avx2, "not raise it above Avx2")]
    [InlineData("Neon", KernelIsa.Avx2, "does not support Neon")]
    [InlineData("sse", KernelIsa.Avx2, "SPECATTN_ISA=sse is ignored")]
    [InlineData("1", KernelIsa.Avx2, "is ignored")]
    [InlineData("Portable,Avx2", KernelIsa.Avx2, "is ignored")]
    public void Choose_Setting_LowersAndNeverRaises(string? setting, KernelIsa expected, string remarkPart)
    {
        KernelIsa chosen = KernelSelector.Choose(s_throttlingServer, KernelIsa.Avx2, setting, out string remark);
        Assert.Equal(expected, chosen);
        Assert.Contains(remarkPart, remark);
    }
}
