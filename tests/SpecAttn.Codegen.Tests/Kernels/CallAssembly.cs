using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator;

namespace SpecAttn.Codegen.Tests.Kernels;

/// <summary>Attention methods, and calls of them for a process of its own.</summary>
internal static class CallAssembly
{
    private const string Source = $$"""
        using System;
        using SpecAttn;

        static partial class Model
        {
            public const int Heads = 4, KeyValueHeads = 2, HeadDim = 64;

            {{KernelDeclaration.Functions}}

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads)]
            public static partial void Encode(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
            public static partial void Attend(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal, Window = 100, Softcap = 30, Alibi = true)]
            public static partial void AttendBiased(
                ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int prefixLength, ReadOnlySpan<float> bias, ReadOnlySpan<bool> mask, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Score = nameof(Decay), Visible = nameof(SameDocument))]
            public static partial void AttendDocuments(
                ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, float rate, ReadOnlySpan<int> documents, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal, Rotary = RotaryStyle.HalfSplit)]
            public static partial void AttendTurned(
                ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
            public static partial void AttendCached(ReadOnlySpan<float> query, KeyValueCache<Half> cache, Span<float> output, int parallelism);

            [Attention(Heads, HeadDim, KeyValueHeads = KeyValueHeads, Mask = AttentionMask.Causal)]
            public static partial void AttendCached(ReadOnlySpan<float> query, PagedKeyValueCache<sbyte> cache, Span<float> output, int parallelism);
        }

        public static class Calls
        {
            public static void Tiles() => Model.Encode(Queries(200), Tokens(200), Tokens(200), Queries(200), 1);

            public static void CausalTiles() => Model.Attend(Queries(200), Tokens(200), Tokens(200), Queries(200), 1);

            public static void CausalRows() => Model.Attend(Queries(1), Tokens(3000), Tokens(3000), Queries(1), 1);

            public static void BiasedTiles() =>
                Model.AttendBiased(Queries(200), Tokens(200), Tokens(200), Queries(200), 3, new float[200 * 200], new bool[200 * 200], 1);

            public static void BiasedRows() => Model.AttendBiased(Queries(1), Tokens(200), Tokens(200), Queries(1), 3, new float[200], new bool[200], 1);

            public static void DocumentTiles() => Model.AttendDocuments(Queries(200), Tokens(200), Tokens(200), Queries(200), 0.1f, new int[200], 1);

            public static void TurnedTiles() => Model.AttendTurned(Queries(200), Tokens(200), Tokens(200), Queries(200), new float[200 * 32], new float[200 * 32], 1);

            public static void CachedTiles() => AttendCached(queries: 200);

            public static void CachedRows() => AttendCached(queries: 1);

            public static void PagedTiles() => AttendPaged(queries: 200);

            public static void PagedRows() => AttendPaged(queries: 1);

            private static void AttendCached(int queries)
            {
                using var cache = new KeyValueCache<Half>(Model.KeyValueHeads, Model.HeadDim, 200);
                cache.Append(Tokens(200), Tokens(200));
                Model.AttendCached(Queries(queries), cache, Queries(queries), 1);
            }

            private static void AttendPaged(int queries)
            {
                using var pool = new KeyValuePagePool<sbyte>(Model.KeyValueHeads, Model.HeadDim, 16, 20);
                using var cache = new PagedKeyValueCache<sbyte>(pool);
                cache.Append(Tokens(200), Tokens(200));
                Model.AttendCached(Queries(queries), cache, Queries(queries), 1);
            }

            private static float[] Queries(int count) => new float[count * Model.Heads * Model.HeadDim];

            private static float[] Tokens(int count) => new float[count * Model.KeyValueHeads * Model.HeadDim];
        }
        """;

    private static readonly SyntaxTree s_tree = CSharpSyntaxTree.ParseText(Source);
    private static readonly Lazy<byte[]> s_image = new(Compile);

    /// <summary>The assembly.</summary>
    public static byte[] Image => s_image.Value;

    /// <summary>The public methods of its class <c>Calls</c>.</summary>
    public static IEnumerable<string> Calls => s_tree.GetRoot().DescendantNodes()
        .OfType<ClassDeclarationSyntax>()
        .Single(declared => declared.Identifier.ValueText == "Calls")
        .Members.OfType<MethodDeclarationSyntax>()
        .Where(method => method.Modifiers.Any(SyntaxKind.PublicKeyword))
        .Select(method => method.Identifier.ValueText);

    private static byte[] Compile()
    {
        CSharpGeneratorDriver.Create(new AttentionGenerator())
            .RunGeneratorsAndUpdateCompilation(KernelAssembly.Create(s_tree), out Compilation compilation, out _);
        return KernelAssembly.Emit(compilation);
    }
}
