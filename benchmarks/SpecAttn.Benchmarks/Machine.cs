using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace SpecAttn.Benchmarks;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(string Processor, int Cores, string Runtime, string System)
{
    public static Machine Current { get; } = new(
        ProcessorName(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription);

    private static string ProcessorName()
    {
        string? name =
            X86Base.IsSupported ? BrandString()
            : OperatingSystem.IsLinux() ? LinuxProcessor()
            : OperatingSystem.IsMacOS() ? Output("sysctl", "-n machdep.cpu.brand_string")
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return string.IsNullOrWhiteSpace(name) ? $"unnamed {RuntimeInformation.ProcessArchitecture} processor" : name.Trim();
    }

    // Every x64 processor tells its own name, whatever the operating system: 48 characters, 16 in each of three CPUID leaves.
    private static string? BrandString()
    {
        const int first = unchecked((int)0x80000002), last = unchecked((int)0x80000004);
        if ((uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < unchecked((uint)last))
            return null;
        var name = new StringBuilder();
        for (int leaf = first; leaf <= last; leaf++)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(leaf, 0);
            name.Append(Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([eax, ebx, ecx, edx])));
        }
        return name.Replace("\0", "").ToString();
    }

    // Arm kernels give a name on some boards only; elsewhere the numbers of implementer and part still tell processors apart.
    private static string? LinuxProcessor()
    {
        const string path = "/proc/cpuinfo";
        if (!File.Exists(path))
            return null;
        var facts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in File.ReadLines(path))
        {
            if (line.Split(':', 2) is [string name, string value])
                facts.TryAdd(name.Trim(), value.Trim());
        }
        return facts.GetValueOrDefault("model name")
            ?? facts.GetValueOrDefault("Model")
            ?? (facts.TryGetValue("CPU part", out string? part) ? $"Arm, implementer {facts.GetValueOrDefault("CPU implementer")}, part {part}" : null);
    }

    private static string? Output(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
            return process?.StandardOutput.ReadToEnd();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
