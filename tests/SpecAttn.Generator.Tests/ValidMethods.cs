using Microsoft.CodeAnalysis.CSharp;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

/// <summary>Methods in which there is no mistake, among them the corner cases of C#'s declarations.</summary>
internal static class ValidMethods
{
    /// <summary>Every source with a name for it.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["plain"] = Declare("heads: 2, headDim: 8"),
        ["positional arguments"] = Declare("2, 8"),
        ["swapped arguments"] = Declare("headDim: 8, heads: 2"),
        ["constants"] = Usings + $$"""
            namespace App;
            static partial class Model
            {
                private const int Heads = 4;
                [Attention(Heads, 2 * Heads, KeyValueHeads = Heads / 2)]
                internal static partial void Attend({{Tensors}});
            }
            """,
        ["every option"] = Declare(
            "heads: 6, headDim: 5, KeyValueHeads = 2, ValueDim = 7, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft, "
            + "Scale = 0.5f, Layout = AttentionLayout.HeadMajor, Unroll = Unroll.Full, PrunedHeads = new[] { 4, 1 }"),
        ["multi-query"] = Declare("heads: 6, headDim: 5, KeyValueHeads = 1"),
        ["largest dimensions"] = Declare("heads: 1, headDim: 1024, ValueDim = 1024"),
        ["smallest dimensions"] = Declare("heads: 1, headDim: 1, ValueDim = 1"),
        ["negative scale"] = Declare("heads: 1, headDim: 8, Scale = -1e-3f"),
        ["defaults written out"] = Declare(
            "heads: 2, headDim: 8, KeyValueHeads = 0, ValueDim = 0, Mask = AttentionMask.None, Window = 0, Scale = float.NaN, "
            + "Softcap = 0, Alibi = false, Rotary = RotaryStyle.None, RotaryDim = 0, Layout = AttentionLayout.TokenMajor, "
            + "PrunedHeads = new int[0], Score = null, Visible = null, Weights = ScoreStage.Probabilities, Unroll = Unroll.Auto"),
        ["every parameter"] = Declare(
            "heads: 2, headDim: 8, Mask = AttentionMask.Causal",
            Tensors + ", int batch, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> queryOffsets, float scale, ReadOnlySpan<float> sinks, "
            + "Span<float> logSumExp, int parallelism, KernelIsa isa"),
        ["another order"] = Declare(
            "heads: 2, headDim: 8, Mask = AttentionMask.Causal",
            "KernelIsa isa, Span<float> output, int queryOffset, ReadOnlySpan<float> value, int batch, ReadOnlySpan<float> query, "
            + "Span<float> logSumExp, ReadOnlySpan<float> key"),
        ["packed"] = Declare("heads: 4, headDim: 8, KeyValueHeads = 2", "ReadOnlySpan<float> queryKeyValue, Span<float> output"),
        ["packed with its own value dimension"] = Declare(
            "heads: 4, headDim: 8, ValueDim = 8", "ReadOnlySpan<float> queryKeyValue, Span<float> output, ReadOnlySpan<int> keyLengths"),
        ["packed tensor span"] = Declare("heads: 4, headDim: 8", "ReadOnlyTensorSpan<float> queryKeyValue, TensorSpan<float> output"),
        ["tensor spans"] = Declare(
            "heads: 2, headDim: 8",
            "ReadOnlyTensorSpan<float> query, ReadOnlyTensorSpan<float> key, ReadOnlyTensorSpan<float> value, "
            + "TensorSpan<float> output, Span<float> logSumExp"),
        ["tensor spans and spans"] = Declare(
            "heads: 2, headDim: 8, Layout = AttentionLayout.HeadMajor",
            "ReadOnlySpan<float> query, ReadOnlyTensorSpan<float> key, ReadOnlySpan<float> value, TensorSpan<float> output, int batch"),
        ["stored numbers"] = Declare(
            "heads: 2, headDim: 8",
            "ReadOnlySpan<BFloat16> query, ReadOnlyTensorSpan<Half> key, ReadOnlySpan<System.Half> value, Span<float> output"),
        ["packed stored numbers"] = Declare("heads: 2, headDim: 8", "ReadOnlyTensorSpan<SpecAttn.BFloat16> queryKeyValue, Span<float> output"),
        ["cache"] = Declare("heads: 2, headDim: 8", "ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output"),
        ["ring cache and weights"] = Declare(
            "heads: 2, headDim: 8", "ReadOnlySpan<Half> query, RingKeyValueCache<sbyte> cache, Span<float> output, Span<float> weights"),
        ["cache of any kind and type"] = Declare(
            "heads: 2, headDim: 8, Layout = AttentionLayout.HeadMajor", "ReadOnlyTensorSpan<float> query, KeyValueCache cache, Span<float> output"),
        ["many caches"] = Declare(
            "heads: 2, headDim: 8", "ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<System.Half>> cache, Span<float> output"),
        ["many caches and segments"] = Declare(
            "heads: 2, headDim: 8",
            "ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<BFloat16>> cache, Span<float> output, ReadOnlySpan<int> querySegments"),
        ["rotary embedding"] = Declare(
            "heads: 2, headDim: 9, Rotary = RotaryStyle.Interleaved, RotaryDim = 8, Alignment = CausalAlignment.TopLeft",
            Tensors + ", ReadOnlySpan<float> sin, ReadOnlySpan<float> cos"),
        ["segments"] = Declare(
            "heads: 2, headDim: 8, Mask = AttentionMask.Causal",
            Tensors + ", ReadOnlySpan<int> querySegments, ReadOnlySpan<int> keySegments, ReadOnlySpan<int> queryOffsets"),
        ["packed segments"] = Declare(
            "heads: 2, headDim: 8", "ReadOnlyTensorSpan<float> queryKeyValue, ReadOnlySpan<int> querySegments, Span<float> output"),
        ["default values"] = Declare(
            "heads: 2, headDim: 8",
            Tensors + ", int batch = 1, int parallelism = 0, KernelIsa isa = KernelIsa.Auto, float scale = 0.25f"),
        ["verbatim names"] = Usings + """
            namespace @namespace.@event;
            public static partial class @class
            {
                [Attention(heads: 2, headDim: 8)]
                public static partial void @void(
                    ReadOnlySpan<float> @query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, float @scale);
            }
            """,
        ["scoped"] = Declare(
            "heads: 2, headDim: 8",
            "scoped ReadOnlySpan<float> query, ReadOnlySpan<float> key, scoped ReadOnlySpan<float> value, scoped Span<float> output"),
        ["attributes on parameters"] = Usings + """
            using System.Diagnostics.CodeAnalysis;
            static partial class Model
            {
                [Attention(heads: 2, headDim: 8)]
                internal static partial void Attend(
                    [NotNull] ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);
            }
            """,
        ["fully qualified names"] = """
            static partial class Model
            {
                [SpecAttn.AttentionAttribute(2, 8, Mask = global::SpecAttn.AttentionMask.Causal)]
                internal static partial void Attend(
                    System.ReadOnlySpan<float> query, System.ReadOnlySpan<System.Single> key, global::System.ReadOnlySpan<float> value,
                    System.Span<float> output);
            }
            """,
        ["aliases"] = """
            using Declares = SpecAttn.AttentionAttribute;
            using Input = System.ReadOnlySpan<float>;
            static partial class Model
            {
                [Declares(2, 8)]
                internal static partial void Attend(Input query, Input key, Input value, System.Span<float> output);
            }
            """,
        ["private without modifier"] = Usings + $$"""
            static partial class Model
            {
                [Attention(2, 8)]
                static partial void Attend({{Tensors}});
            }
            """,
        ["names that hide System"] = $$"""
            namespace App.System;
            static class Math;
            static partial class SpecAttn
            {
                [global::SpecAttn.Attention(2, 8)]
                internal static partial void Attend(
                    global::System.ReadOnlySpan<float> query, global::System.ReadOnlySpan<float> key,
                    global::System.ReadOnlySpan<float> value, global::System.Span<float> output);
            }
            """,
        ["instance method"] = Usings + $$"""
            public partial class Model
            {
                [Attention(2, 8)]
                public partial void Attend({{Tensors}});
            }
            """,
        ["inherited methods"] = Usings + $$"""
            public partial class Base
            {
                [Attention(2, 8)]
                protected internal virtual partial void Attend({{Tensors}});
                [Attention(2, 8)]
                public static partial void Other({{Tensors}});
            }
            public partial class Derived : Base
            {
                [Attention(2, 8, Mask = AttentionMask.Causal)]
                protected internal sealed override partial void Attend({{Tensors}});
                [Attention(2, 16)]
                public new static partial void Other({{Tensors}});
            }
            """,
        ["struct"] = Usings + $$"""
            public partial struct Model
            {
                [Attention(2, 8)]
                public readonly partial void Attend({{Tensors}});
            }
            """,
        ["ref struct"] = Usings + $$"""
            public readonly ref partial struct Model
            {
                [Attention(2, 8)]
                public partial void Attend({{Tensors}});
            }
            """,
        ["record"] = Usings + $$"""
            public sealed partial record Model(int Layer)
            {
                [Attention(2, 8)]
                public partial void Attend({{Tensors}});
            }
            """,
        ["record class"] = Usings + $$"""
            public partial record class Model
            {
                [Attention(2, 8)]
                public partial void Attend({{Tensors}});
            }
            """,
        ["record struct"] = Usings + $$"""
            public readonly partial record struct Model(int Layer)
            {
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
            }
            """,
        ["interface"] = Usings + $$"""
            public partial interface IModel
            {
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
                [Attention(2, 8)]
                private partial void AttendToo({{Tensors}});
            }
            """,
        ["nested types"] = Usings + $$"""
            namespace App.Models
            {
                public partial struct Outer
                {
                    internal static partial class Middle
                    {
                        private partial record struct Inner
                        {
                            [Attention(2, 8)]
                            public static partial void Attend({{Tensors}});
                        }
                    }
                }
            }
            """,
        ["generic types"] = Usings + $$"""
            namespace App;
            public partial class Model
            {
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
            }
            public partial class Model<T> where T : struct
            {
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
                public partial interface IPart<in TKey, out @value> where TKey : class
                {
                    [Attention(2, 8)]
                    public static partial void Attend({{Tensors}});
                }
            }
            """,
        ["overloads"] = Usings + $$"""
            public static partial class Model
            {
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
                [Attention(2, 8)]
                public static partial void Attend({{Tensors}}, int batch);
                [Attention(2, 8)]
                public static partial void Attend2({{Tensors}});
                [Attention(2, 8)]
                public static partial void Attend(ReadOnlySpan<float> queryKeyValue, Span<float> output);
            }
            """,
        ["overloads of the user's own"] = InModel($$"""
            [Attention(2, 8)]
                public static partial void Attend({{Tensors}});
                internal static void Attend<T>({{Tensors}}) => Attend(query, key, value, output);
                internal static void Attend(float[] query, float[] key, float[] value, float[] output) =>
                    Attend(query.AsSpan(), key.AsSpan(), value.AsSpan(), output.AsSpan());
            """),
        ["names that differ by case"] = Usings + $$"""
            namespace App
            {
                static partial class Model { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); }
                static partial class MODEL { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); }
            }
            namespace app
            {
                static partial class Model { [Attention(2, 8)] internal static partial void attend({{Tensors}}); }
            }
            """,
        ["names that look alike joined"] = Usings + $$"""
            static partial class Model_1 { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); }
            static partial class Model<T> { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); }
            namespace A.B { static partial class C { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); } }
            namespace A { static partial class B_C { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); } }
            static partial class A_B_C { [Attention(2, 8)] internal static partial void Attend({{Tensors}}); }
            """,
        ["extension method"] = Usings + """
            public static partial class Model
            {
                [Attention(2, 8)]
                public static partial void Attend(
                    this ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);
            }
            """,
        ["letters of other scripts"] = Usings + $$"""
            namespace Модель;
            static partial class 注意 { [Attention(2, 8)] internal static partial void Größe({{Tensors}}); }
            """,
        ["obsolete and undocumented"] = Usings + $$"""
            /// <summary>A model.</summary>
            public static partial class Model
            {
                /// <summary>Attends.</summary>
                [Obsolete("Use another."), Attention(2, 8)]
                public static partial void Attend({{Tensors}});
            }
            """,
    };

    /// <summary>Names of <see cref="All"/>, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>The oldest and the newest language version that generated code is compiled with.</summary>
    public static readonly LanguageVersion[] LanguageVersions = [LanguageVersion.CSharp12, LanguageVersion.Latest];
}
