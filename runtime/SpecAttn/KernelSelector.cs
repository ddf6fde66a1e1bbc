using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AdvSimdArm64 = System.Runtime.Intrinsics.Arm.AdvSimd.Arm64;

namespace SpecAttn;

/// <summary>
/// Which kernel variants this process can run, and which one <see cref="KernelIsa.Auto"/> stands for. Decided once, at first use.
/// </summary>
/// <remarks>
/// The environment variable <c>SPECATTN_ISA</c>, set to the name of a variant in any case, lowers <see cref="Best"/> to that variant.
/// It never raises it: a variant that is unknown, that the machine lacks, or that is above the machine's own best is ignored, and
/// <see cref="Description"/> says so.
/// </remarks>
public static class KernelSelector
{
    internal const string EnvironmentVariable = "SPECATTN_ISA";

    // The last variant a machine supports is its best, but for AVX-512 on CPUs that lower their clock for 512-bit vectors: the runtime
    // knows them and does not call these vectors accelerated.
    private static readonly KernelIsa s_machineBest =
        HasAvx512 && Vector512.IsHardwareAccelerated ? KernelIsa.Avx512
        : HasAvx2 ? KernelIsa.Avx2
        : AdvSimdArm64.IsSupported ? KernelIsa.Neon
        : KernelIsa.Portable;

    private static readonly string? s_setting = Environment.GetEnvironmentVariable(EnvironmentVariable);

    // Nothing more is found out for a call: most programs set no variable, and what they wait for at their first call is the compiler.
    private static readonly KernelIsa s_best = string.IsNullOrWhiteSpace(s_setting) ? s_machineBest : Choose(FindSupported(), s_machineBest, s_setting, out _);

    /// <summary>The variant that <see cref="KernelIsa.Auto"/> stands for.</summary>
    public static KernelIsa Best => s_best;

    /// <summary>The variants this machine can run, from the plainest to the widest. <see cref="KernelIsa.Portable"/> is always the first.</summary>
    public static ImmutableArray<KernelIsa> Supported => Details.Supported;

    /// <summary>A few lines for people: the CPU's architecture, the variants it supports and why not the others, and what <c>SPECATTN_ISA</c> did.</summary>
    public static string Description => Details.Description;

    // Direct checks of the properties that the compilers, ahead of time too, treat as constants.
    private static bool HasAvx512 =>
        Avx512F.IsSupported && Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported;

    private static bool HasAvx2 => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>The variant to run when <paramref name="requested"/> is asked for.</summary>
    /// <param name="requested">What the caller of an attention method passed as <c>isa</c>.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the variant.</exception>
    /// <exception cref="ArgumentException">Not a variant at all.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static KernelIsa Resolve(KernelIsa requested)
    {
        if (requested == KernelIsa.Auto)
            return s_best;
        if (!IsSupported(requested))
            ThrowUnsupported(requested);
        return requested;
    }

    /// <summary>The machine's best variant, lowered to the one that <paramref name="setting"/> names.</summary>
    /// <param name="supported">What the machine supports.</param>
    /// <param name="machineBest">The best of these.</param>
    /// <param name="setting">Value of the environment variable, null or empty where it is not set.</param>
    /// <param name="remark">What the setting did, for <see cref="Description"/>.</param>
    internal static KernelIsa Choose(ImmutableArray<KernelIsa> supported, KernelIsa machineBest, string? setting, out string remark)
    {
        if (string.IsNullOrWhiteSpace(setting))
        {
            remark = $"{EnvironmentVariable} is not set.";
            return machineBest;
        }
        if (!TryParse(setting, out KernelIsa wanted))
        {
            remark = $"{EnvironmentVariable}={setting} is ignored: the variants are {string.Join(", ", Enum.GetNames<KernelIsa>())}.";
            return machineBest;
        }
        if (wanted == KernelIsa.Auto || wanted == machineBest)
        {
            remark = $"{EnvironmentVariable}={setting} changes nothing.";
            return machineBest;
        }
        if (!supported.Contains(wanted))
        {
            remark = $"{EnvironmentVariable}={setting} is ignored: this machine does not support {wanted}.";
            return machineBest;
        }
        if (wanted > machineBest)
        {
            remark = $"{EnvironmentVariable}={setting} is ignored: it can lower the choice, not raise it above {machineBest}.";
            return machineBest;
        }
        remark = $"{EnvironmentVariable}={setting} lowers the choice from {machineBest} to {wanted}.";
        return wanted;
    }

    private static bool IsSupported(KernelIsa isa) => isa switch
    {
        KernelIsa.Portable => true,
        KernelIsa.Neon => AdvSimdArm64.IsSupported,
        KernelIsa.Avx2 => HasAvx2,
        KernelIsa.Avx512 => HasAvx512,
        _ => false,
    };

    private static ImmutableArray<KernelIsa> FindSupported() =>
        [.. Enum.GetValues<KernelIsa>().Where(IsSupported)];

    // Names only: Enum.TryParse would take numbers and lists too.
    private static bool TryParse(string text, out KernelIsa isa)
    {
        foreach (KernelIsa candidate in Enum.GetValues<KernelIsa>())
        {
            if (candidate.ToString().Equals(text.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                isa = candidate;
                return true;
            }
        }
        isa = default;
        return false;
    }

    private static string Describe()
    {
        Choose(Supported, s_machineBest, s_setting, out string remark);
        var lines = new List<string>
        {
            $"{RuntimeInformation.ProcessArchitecture} process; variants it can run: {string.Join(", ", Supported)}; chosen: {Best}.",
        };
        foreach (KernelIsa isa in Enum.GetValues<KernelIsa>())
        {
            if (isa != KernelIsa.Auto && !Supported.Contains(isa))
                lines.Add($"{isa} is not supported: {WhyNot(isa)}.");
        }
        if (HasAvx512 && s_machineBest != KernelIsa.Avx512)
            lines.Add($"{KernelIsa.Avx512} runs only on request: the runtime does not recommend 512-bit vectors on this CPU.");
        lines.Add(remark);
        return string.Join(Environment.NewLine, lines);
    }

    private static string WhyNot(KernelIsa isa)
    {
        Architecture needed = isa == KernelIsa.Neon ? Architecture.Arm64 : Architecture.X64;
        if (RuntimeInformation.ProcessArchitecture != needed)
            return $"it needs an {needed} process";

        (string Name, bool IsSupported)[] parts = isa switch
        {
            KernelIsa.Neon => [("AdvSimd", AdvSimdArm64.IsSupported)],
            KernelIsa.Avx2 => [("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported)],
            _ =>
            [
                ("AVX512F", Avx512F.IsSupported), ("AVX512VL", Avx512F.VL.IsSupported),
                ("AVX512BW", Avx512BW.IsSupported), ("AVX512DQ", Avx512DQ.IsSupported),
            ],
        };
        string missing = string.Join(", ", parts.Where(part => !part.IsSupported).Select(part => part.Name));
        return RuntimeFeature.IsDynamicCodeCompiled
            ? $"the CPU lacks {missing}, or a DOTNET_Enable… setting turned it off"
            : $"the program was compiled ahead of time without {missing} (see IlcInstructionSet), or the CPU lacks it";
    }

    [DoesNotReturn]
    private static void ThrowUnsupported(KernelIsa requested)
    {
        if (!Enum.IsDefined(requested))
        {
            throw new ArgumentException(
                $"isa is {(int)requested}, expected one of {string.Join(", ", Enum.GetNames<KernelIsa>())}", "isa");
        }
        throw new PlatformNotSupportedException(
            $"isa is {requested}, which is not supported here: {WhyNot(requested)}. This machine supports {string.Join(", ", Supported)}.");
    }

    /// <summary>What only those need who ask for it.</summary>
    private static class Details
    {
        public static readonly ImmutableArray<KernelIsa> Supported = FindSupported();

        public static readonly string Description = Describe();
    }
}
