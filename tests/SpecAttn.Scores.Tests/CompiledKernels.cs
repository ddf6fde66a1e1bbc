extern alias generator;

using System.Collections.Immutable;
using System.Reflection;
using generator::SpecAttn.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Tests.Translation;

namespace SpecAttn.Scores.Tests;

/// <summary>The method that all kernels of these tests have; its value dimension is <see cref="CompiledKernels.Keys"/>.</summary>
public delegate void Attend(
    ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
    int batch, int queryOffset, int choice, ReadOnlySpan<float> expected,
    float rate, bool flag, double temperature, ulong seed, byte level, ReadOnlySpan<int> offsets, ReadOnlySpan<float> table, KernelIsa isa);

/// <summary>Kernels whose functions exist only while a test runs.</summary>
internal static class CompiledKernels
{
    public const int Heads = 2;
    public const int KeyValueHeads = 1;
    public const int HeadDim = 4;

    /// <summary>Keys of a call, and elements of a value: that of key j is 1 at j, so that the output holds the weights.</summary>
    public const int Keys = 24;

    // This framework's assemblies, of which the runtime's directory also holds native ones; and the runtime library with what it needs.
    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location))
            .Append(typeof(AttentionAttribute).Assembly.Location)
            .Append(typeof(System.Numerics.Tensors.TensorSpan<float>).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles a class with functions and one attention method.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="arguments">Arguments of the attribute besides the geometry.</param>
    public static Type Compile(string functions, string arguments) => Compile(
        $$"""
        {{TestSignature.Helpers}}
        {{functions}}

        [Attention(heads: {{Heads}}, headDim: {{HeadDim}}, KeyValueHeads = {{KeyValueHeads}}, ValueDim = {{Keys}}, {{arguments}})]
        public static partial void Attend(
            ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
            int batch, int queryOffset, int choice, ReadOnlySpan<float> expected, {{TestSignature.Captured}}, KernelIsa isa);
        """);

    /// <summary>Compiles a class with attention methods.</summary>
    /// <param name="members">The methods and their functions.</param>
    public static Type Compile(string members) => Load(Generate(members), members);

    /// <summary>Compiles functions, and of the kernels of some methods only the portable ones, which nothing calls.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="methods">The attention methods.</param>
    public static Type CompilePortable(string functions, string methods)
    {
        Compilation all = Generate(functions + methods);
        var kernels = all.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".Portable.g.cs", StringComparison.Ordinal));
        return Load(all.RemoveAllSyntaxTrees().AddSyntaxTrees(kernels.Append(Source(functions))), functions);
    }

    private static Compilation Generate(string members)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var compilation = CSharpCompilation.Create(
            "Test",
            [Source(members)],
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        CSharpGeneratorDriver.Create(new AttentionGenerator()).RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _, cancellation);
        Assert.True(output.SyntaxTrees.All(tree => !tree.FilePath.EndsWith("SpecAttn.Refused.g.cs", StringComparison.Ordinal)), $"There is no kernel for\n{members}");
        return output;
    }

    private static SyntaxTree Source(string members) => CSharpSyntaxTree.ParseText(
        $$"""
        using System; using SpecAttn;
        public static partial class Model
        {
            {{members}}
        }
        """,
        cancellationToken: TestContext.Current.CancellationToken);

    private static Type Load(Compilation compilation, string members)
    {
        using var assembly = new MemoryStream();
        var emitted = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)) + members);
        return Assembly.Load(assembly.ToArray()).GetType("Model")!;
    }

    public static Attend AttendOf(Type model) => model.GetMethod("Attend")!.CreateDelegate<Attend>();
}
