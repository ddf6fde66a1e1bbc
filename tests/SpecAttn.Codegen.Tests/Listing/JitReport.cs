using System.Collections.Concurrent;
using System.Diagnostics;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>What the JIT of this machine makes of all kernels in one variant, asked once in a process of its own.</summary>
internal static class JitReport
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private static readonly ConcurrentDictionary<KernelIsa, Lazy<ILookup<string, MethodListing>>> s_reports = new();

    /// <summary>The methods of a kernel.</summary>
    public static IEnumerable<MethodListing> Methods(KernelDeclaration kernel, IsaFacts facts) =>
        s_reports.GetOrAdd(facts.Isa, _ => new Lazy<ILookup<string, MethodListing>>(() => Ask(facts))).Value[KernelAssembly.TypeName(kernel, facts)];

    private static ILookup<string, MethodListing> Ask(IsaFacts facts)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("specattn-codegen-");
        try
        {
            string assembly = Path.Combine(folder.FullName, "Kernels.dll");
            string listing = Path.Combine(folder.FullName, "listing.txt");
            File.WriteAllBytes(assembly, KernelAssembly.Image(facts));
            RunChild(facts.Isa, assembly, listing);
            return MethodListing.ReadAll(File.ReadLines(listing)).ToLookup(method => method.Type);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void RunChild(KernelIsa isa, string assembly, string listing)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "SpecAttn.Codegen.Child.dll"), assembly },
            Environment =
            {
                ["DOTNET_JitStdOutFile"] = listing,
                // Otherwise methods of the class library are compiled meanwhile, and write in between.
                ["DOTNET_TieredCompilation"] = "0",
                ["DOTNET_JitDisasmSummary"] = "1",
                ["DOTNET_JitDisasm"] = $"*_{isa}:*",
            },
        };
        // AVX2 as on a machine that has no more than that: 16 registers.
        if (isa == KernelIsa.Avx2)
            start.Environment["DOTNET_EnableAVX512"] = "0";

        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(s_patience))
        {
            child.Kill(entireProcessTree: true);
            throw new TimeoutException($"The JIT did not compile the {isa} kernels within {s_patience}.");
        }

        Assert.True(child.ExitCode == 0, $"The process that compiles the {isa} kernels ended with {child.ExitCode}.\n{output.Result}\n{error.Result}");
    }
}
