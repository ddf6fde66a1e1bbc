using System.Runtime.Intrinsics.X86;

namespace SpecAttn.Execution;

/// <summary>What matters about the processor beyond its instruction sets.</summary>
internal static class Processor
{
    private const int Zen5Family = 0x1A;

    /// <summary>
    /// Whether its nearest cache awaits so many lines at a time, and has so much room for those that came early, that streams are best asked
    /// for once and brought right there. So it is with AMD's Zen 5 (what comes after it is taken to be alike), whose caches also take long
    /// over requests for what they already have: decoding over 1024 keys takes two thirds of the time so, and many queries are up to 1.07
    /// times as fast when nothing is asked for. With Zen 4 the same costs 12 to 27 % where keys come from memory.
    /// </summary>
    public static bool AwaitsManyLines { get; } = X86Base.IsSupported && AmdFamily() >= Zen5Family;

    /// <summary>The family of an AMD processor; 0 of any other.</summary>
    private static int AmdFamily()
    {
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        bool isAmd = (ebx, edx, ecx) == (0x68747541, 0x69746E65, 0x444D4163); // "AuthenticAMD"
        int version = X86Base.CpuId(1, 0).Eax;
        int family = (version >> 8) & 0xF;
        return !isAmd ? 0 : family == 0xF ? family + ((version >> 20) & 0xFF) : family;
    }
}
