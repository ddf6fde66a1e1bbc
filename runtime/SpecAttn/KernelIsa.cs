namespace SpecAttn;

/// <summary>The instruction-set variants in which every kernel is generated.</summary>
public enum KernelIsa
{
    /// <summary>The best variant this machine supports: <c>KernelSelector.Best</c>.</summary>
    Auto,

    /// <summary>128-bit vectors of the .NET class library; runs everywhere.</summary>
    Portable,

    /// <summary>Arm64 AdvSimd, 128-bit vectors, 32 registers, by-element multiply-add.</summary>
    Neon,

    /// <summary>x64 AVX2 and FMA, 256-bit vectors, 16 registers.</summary>
    Avx2,

    /// <summary>x64 AVX-512 F, 512-bit vectors, 32 registers.</summary>
    Avx512,
}
