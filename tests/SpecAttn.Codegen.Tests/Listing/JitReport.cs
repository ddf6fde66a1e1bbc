using System.Collections.Concurrent;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>What the JIT of this machine makes of all kernels in one variant, asked once in a process of its own.</summary>
internal static class JitReport
{
    private static readonly ConcurrentDictionary<KernelIsa, Lazy<ILookup<string, MethodListing>>> s_reports = new();

    /// <summary>The methods of a kernel.</summary>
    public static IEnumerable<MethodListing> Methods(KernelDeclaration kernel, IsaFacts facts) =>
        s_reports.GetOrAdd(facts.Isa, _ => new Lazy<ILookup<string, MethodListing>>(() => Ask(facts))).Value[KernelAssembly.TypeName(kernel, facts)];

    private static ILookup<string, MethodListing> Ask(IsaFacts facts)
    {
        var settings = new Dictionary<string, string>
        {
            // Otherwise methods of the class library are compiled meanwhile, and write in between.
            ["DOTNET_TieredCompilation"] = "0",
            ["DOTNET_JitDisasm"] = $"*_{facts.Isa}:*",
        };
        // AVX2 as on a machine that has no more than that: 16 registers.
        if (facts.Isa == KernelIsa.Avx2)
            settings["DOTNET_EnableAVX512"] = "0";
        return MethodListing.ReadAll(ChildProcess.Run(KernelAssembly.Image(facts), [], settings)).ToLookup(method => method.Type);
    }
}
