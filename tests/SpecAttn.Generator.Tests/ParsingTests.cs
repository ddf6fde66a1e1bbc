using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Tests.Support;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

/// <summary>What the parser makes of a method, as it leaves the pipeline.</summary>
public class ParsingTests
{
    [Fact]
    public void Defaults_AreFilledIn()
    {
        AttentionSpec spec = ParseOne(Declare("heads: 6, headDim: 40"));

        Assert.Equal(new HeadGeometry(6, 6, 40, 40), spec.Geometry);
        Assert.Equal((0, 0, 0), ((int)spec.Mask, (int)spec.Alignment, (int)spec.Layout));
        Assert.Equal(float.NaN, spec.Scale);
    }

    [Fact]
    public void Options_AreRead()
    {
        AttentionSpec spec = ParseOne(Declare(
            "headDim: 40, heads: 6, ValueDim = 7, KeyValueHeads = 2, Scale = 0.1f, Mask = AttentionMask.Causal, "
            + "Alignment = CausalAlignment.TopLeft, Layout = AttentionLayout.HeadMajor"));

        Assert.Equal(new HeadGeometry(6, 2, 40, 7), spec.Geometry);
        Assert.Equal((1, 1, 1), ((int)spec.Mask, (int)spec.Alignment, (int)spec.Layout));
        Assert.Equal(0.1f, spec.Scale);
    }

    [Fact]
    public void Parameters_KeepTheirOrderAndLoseTheirDefaults()
    {
        AttentionSpec spec = ParseOne(Declare(
            "2, 8",
            "scoped TensorSpan<float> output, ReadOnlySpan<float> queryKeyValue, int batch = 1, KernelIsa isa = KernelIsa.Auto, float @scale = 1"));

        Assert.Equal(
            [
                new ParameterSpec(ParameterRole.Output, "output", "scoped global::System.Numerics.Tensors.TensorSpan<float>"),
                new ParameterSpec(ParameterRole.QueryKeyValue, "queryKeyValue", "global::System.ReadOnlySpan<float>"),
                new ParameterSpec(ParameterRole.Batch, "batch", "int"),
                new ParameterSpec(ParameterRole.Isa, "isa", "global::SpecAttn.KernelIsa"),
                new ParameterSpec(ParameterRole.Scale, "scale", "float"),
            ],
            spec.Parameters);
    }

    [Fact]
    public void ContainingTypes_AreWrittenAsDeclared()
    {
        AttentionSpec spec = ParseOne(Usings + $$"""
            namespace App.@event
            {
                public readonly partial record struct Outer<[My] T>
                {
                    public partial interface @interface<in TKey, out TValue>
                    {
                        internal static new partial class Inner { [Attention(2, 8)] protected internal static partial void @void({{Tensors}}); }
                    }
                }
            }
            class MyAttribute : Attribute;
            """);

        Assert.Equal("App.@event", spec.Namespace);
        Assert.Equal(
            [
                new ContainingTypeSpec("record struct", "Outer<T>"),
                new ContainingTypeSpec("interface", "@interface<in TKey, out TValue>"),
                new ContainingTypeSpec("class", "Inner"),
            ],
            spec.ContainingTypes);
        Assert.Equal("@void", spec.Name);
        Assert.Equal("protected internal static partial", spec.Modifiers);
        Assert.Equal("App.event.Outer_1.interface_2.Inner.void", spec.QualifiedName);
    }

    [Theory]
    [InlineData("overloads", "Model.Attend Model.Attend3 Model.Attend2 Model.Attend4")]
    [InlineData("names that differ by case", "App.Model.Attend App.MODEL.Attend2 app.Model.attend3")]
    [InlineData("generic types", "App.Model.Attend App.Model_1.Attend App.Model_1.IPart_2.Attend")]
    [InlineData("names that look alike joined", "Model_1.Attend Model_1.Attend2 A.B.C.Attend A.B_C.Attend2 A_B_C.Attend3")]
    public void QualifiedNames_AreUnique(string source, string names) =>
        Assert.Equal(names.Split(' '), Parse(ValidMethods.All[source]).Select(spec => spec.QualifiedName));

    [Fact]
    public void QualifiedNames_CountOverloadsInDeclarationOrderOverSeveralFiles()
    {
        string[] files =
        [
            InModel($"[Attention(2, 8)] public static partial void Attend({Tensors});"),
            InModel($"[Attention(2, 8)] public static partial void Attend({Tensors}, int batch);"),
        ];

        Assert.Equal(["Model.Attend", "Model.Attend2"], Parse(Compile(files)).Select(spec => spec.QualifiedName));
    }

    private static AttentionSpec ParseOne(string source) => Assert.Single(Parse(source));

    private static IReadOnlyList<AttentionSpec> Parse(string source) => Parse(Compile(source));

    private static IReadOnlyList<AttentionSpec> Parse(CSharpCompilation compilation) =>
    [
        .. Generate(compilation).Result.TrackedSteps[TrackingNames.NamedMethods]
            .SelectMany(step => step.Outputs)
            .Select(output => (AttentionSpec)output.Value),
    ];
}
