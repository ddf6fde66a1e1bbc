using System.Reflection;
using SpecAttn.Kernels.Declared;
using SpecAttn.Kernels.Tests.Cases;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>What the list of kernels must not lose.</summary>
public sealed class KernelListTests
{
    [Fact]
    public void List_HasEveryDeclaredMethodOnce()
    {
        IEnumerable<string> declared = typeof(DeclaredKernels).GetMethods().Where(method => method.IsDefined(typeof(AttentionAttribute))).Select(method => method.Name);
        Assert.Equal(declared.Order(), KernelList.All.Select(kernel => kernel.Name).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(72)]
    [InlineData(80)]
    [InlineData(96)]
    [InlineData(128)]
    [InlineData(192)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    public void List_HasHeadDim(int headDim) => Assert.Contains(KernelList.All, kernel => kernel.Geometry.HeadDim == headDim);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    public void List_HasGroupRatio(int group) => Assert.Contains(KernelList.All, kernel => kernel.Geometry.Group == group);

    [Fact]
    public void List_CrossesMaskAlignmentAndLayoutInEveryKindOfArgument()
    {
        foreach (AttentionLayout layout in Enum.GetValues<AttentionLayout>())
        {
            foreach (AttentionMask mask in Enum.GetValues<AttentionMask>())
            {
                Assert.Contains(KernelList.All, kernel => Matches(kernel) && kernel.IsPacked == false && !kernel.IsTensor("query"));
                Assert.Contains(KernelList.All, kernel => Matches(kernel) && kernel.IsPacked == false && kernel.IsTensor("query"));

                bool Matches(KernelCase kernel) => kernel.Declaration.Layout == layout && kernel.Declaration.Mask == mask;
            }

            foreach (CausalAlignment alignment in Enum.GetValues<CausalAlignment>())
            {
                Assert.Contains(
                    KernelList.All,
                    kernel => kernel.IsCausal && kernel.Declaration.Layout == layout && kernel.Declaration.Alignment == alignment);
            }
        }
    }
}
