using SpecAttn.Codegen.Tests.Listing;

namespace SpecAttn.Codegen.Tests;

/// <summary>The reader of listings itself: what it must find where there is something to find.</summary>
public sealed class ControlFlowTests
{
    // A loop in a loop, the way the JIT lays such a thing out: the outer loop's condition first, a rare block behind its end that jumps back.
    private const string X64Listing = """
        ; Assembly listing for method SpecAttn.Generated.Model_A_Avx2:Scores4x3(byref,nint) (FullOpts)
        ; rbp based frame

        G_M000_IG01:                ;; offset=0x0000
               push     rbp
               jmp      SHORT G_M000_IG06
        G_M000_IG02:                ;; offset=0x0010
               xor      r11d, r11d
        G_M000_IG03:                ;; offset=0x0012
               lea      r11, bword ptr [r10+4*r11]
        G_M000_IG04:                ;; offset=0x0020
               vfmadd231ps ymm0, ymm15, ymm12
               vmovups  ymmword ptr [rbp-0x30], ymm0
        G_M000_IG05:                ;; offset=0x0030
               vfmadd231ps ymm1, ymm15, ymmword ptr [rax]
               call     [SomeHelper]
               cmp      r14, 64
               jl       SHORT G_M000_IG04
               vmovups  ymm3, ymmword ptr [rbp-0x50]
        G_M000_IG06:                ;; offset=0x0040
               cmp      eax, ecx
               jge      SHORT G_M000_IG02
        G_M000_IG07:                ;; offset=0x0050
               mov      r11, rdx
               test     eax, eax
               jne      SHORT G_M000_IG03
        G_M000_IG08:                ;; offset=0x0060
               vzeroupper
               ret

        ; Total bytes of code 100

           7: JIT compiled SpecAttn.Generated.Model_A_Avx2:Scores4x3(byref,nint) [FullOpts, IL size=1561, code size=100]
        """;

    private static readonly MachineSyntax s_x64 = MachineSyntax.X64;

    [Fact]
    public void ReadAll_TakesNameAndSizes()
    {
        MethodListing method = ReadX64();
        Assert.Equal(("Model_A_Avx2", "Scores4x3", MethodListing.Optimised), (method.Type, method.Name, method.Tier));
        Assert.Equal((1561, 100), (method.IlBytes, method.CodeBytes));
        Assert.True(method.HasFramePointer);
    }

    [Fact]
    public void InnermostLoops_AreThoseWithoutALoopInside()
    {
        IReadOnlyList<string> loop = Assert.Single(ControlFlow.InnermostLoops(ReadX64(), s_x64));
        Assert.Equal("vfmadd231ps ymm0, ymm15, ymm12", loop[0]);
        Assert.Equal("jl       SHORT G_M000_IG04", loop[^1]);
        Assert.Equal(6, loop.Count);
    }

    [Fact]
    public void X64_FindsCallsSpillsAndMultiplyAdds()
    {
        IReadOnlyList<string> loop = Assert.Single(ControlFlow.InnermostLoops(ReadX64(), s_x64));
        Assert.Equal(["call     [SomeHelper]"], loop.Where(s_x64.IsCall));
        Assert.Equal(["vmovups  ymmword ptr [rbp-0x30], ymm0"], loop.Where(line => s_x64.IsVectorOnStack(line, framePointer: true)));
        Assert.DoesNotContain(loop, line => s_x64.IsVectorOnStack(line, framePointer: false));
        Assert.Equal(2, loop.Count(line => s_x64.IsMultiplyAdd(line, isFused: true)));
        Assert.True(s_x64.IsMultiplyAdd("vmulps   xmm0, xmm1, xmm2", isFused: false));
    }

    [Fact]
    public void Arm64_FindsCallsSpillsJumpsAndMultiplyAdds()
    {
        MachineSyntax arm64 = MachineSyntax.Arm64;
        Assert.True(arm64.IsCall("blr     x8"));
        Assert.True(arm64.IsVectorOnStack("str     q16, [fp, #0x20]", framePointer: true));
        Assert.True(arm64.IsVectorOnStack("ldp     q16, q17, [sp, #0x20]", framePointer: false));
        Assert.False(arm64.IsVectorOnStack("ldr     x1, [fp, #0x20]", framePointer: true));
        Assert.True(arm64.IsMultiplyAdd("fmla    v16.4s, v20.4s, v21.s[0]", isFused: true));
        Assert.True(arm64.IsJump("blt     G_M000_IG04"));
        Assert.True(arm64.IsJump("cbnz    w1, G_M000_IG04"));
        Assert.False(arm64.IsJump("bl      G_M000_IG04"));
        Assert.True(arm64.IsUnconditional("b       G_M000_IG04"));
        Assert.False(arm64.IsUnconditional("bge     G_M000_IG04"));
    }

    private static MethodListing ReadX64() => Assert.Single(MethodListing.ReadAll(X64Listing.Split('\n')));
}
