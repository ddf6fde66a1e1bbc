extern alias runtime;

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using SpecAttn.Generator;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests.Kernels;

/// <summary>
/// All kernels in one variant, written by the generator and compiled as a release build would. They are compiled here, not by the project,
/// because a build would compile all four variants of fully unrolled kernels, most of which no machine at hand can run.
/// </summary>
internal static class KernelAssembly
{
    private static readonly Lazy<ImmutableArray<GeneratedSourceResult>> s_sources = new(Generate);
    private static readonly ConcurrentDictionary<KernelIsa, Lazy<byte[]>> s_images = new();

    /// <summary>The assembly of a variant, compiled once.</summary>
    public static byte[] Image(IsaFacts facts) => s_images.GetOrAdd(facts.Isa, _ => new Lazy<byte[]>(() => Compile(facts))).Value;

    /// <summary>Name of the type that holds a kernel.</summary>
    public static string TypeName(KernelDeclaration kernel, IsaFacts facts) => $"Model_{kernel.Name}_{facts.Isa}";

    private static ImmutableArray<GeneratedSourceResult> Generate()
    {
        string source = $$"""
            using System;
            using SpecAttn;
            static partial class Model
            {
                {{KernelDeclaration.Functions}}
                {{string.Join('\n', KernelDeclaration.All(isRunnable: true).Select(kernel => kernel.Source))}}
            }
            """;
        CSharpCompilation compilation = Create(CSharpSyntaxTree.ParseText(source));
        GeneratorDriver driver = CSharpGeneratorDriver.Create(new AttentionGenerator()).RunGenerators(compilation);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        return result.GeneratedSources;
    }

    private static byte[] Compile(IsaFacts facts)
    {
        IEnumerable<SyntaxTree> trees =
            from kernel in KernelDeclaration.All(KernelRows.IsRunnable(facts))
            select s_sources.Value.Single(file => file.HintName == $"Model.{kernel.Name}.{facts.Isa}.g.cs").SyntaxTree;
        return Emit(Create([.. trees]));
    }

    /// <summary>The bytes of an assembly.</summary>
    public static byte[] Emit(Compilation compilation)
    {
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return image.ToArray();
    }

    /// <summary>A compilation as of a release build.</summary>
    public static CSharpCompilation Create(params SyntaxTree[] trees) => CSharpCompilation.Create(
        "Kernels",
        trees,
        References(),
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

    private static IEnumerable<MetadataReference> References()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == framework)
            .Append(typeof(runtime::SpecAttn.AttentionAttribute).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path));
    }
}
