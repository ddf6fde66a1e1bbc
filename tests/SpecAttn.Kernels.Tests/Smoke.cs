using Xunit;
namespace SpecAttn.Kernels.Tests;
public class Smoke { [Fact] public void A() { Assert.Equal(2, 1 + 1); } }
