using SpecAttn.CodeFixes;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests.CodeFixes;

public class CodeFixTests
{
    private const string Head = "using System;\nusing SpecAttn;\n\n";

    [Theory]
    [InlineData("public static void Attend({0})\n    {{\n        output.Clear();\n    }}", "SPECATTN0001")]
    [InlineData("public static void Attend({0}) => output.Clear();", "SPECATTN0001")]
    [InlineData("public static extern void Attend({0});", "SPECATTN0001")]
    [InlineData("public static partial void Attend({0})\n    {{\n    }}", "SPECATTN0002")]
    public async Task BodyOfTheUsers_IsLeftToTheGenerator(string declaration, string id)
    {
        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(
            new MakePartialCodeFix(), id, 0, InModel("public static partial class", string.Format(null, declaration, Tensors)));

        Assert.Equal(["Leave the body of 'Attend' to the generator"], titles);
        Assert.Equal(InModel("public static partial class", $"public static partial void Attend({Tensors});"), sources[0]);
    }

    [Fact]
    public async Task BodyOnTheOtherPart_IsNotTouched()
    {
        string source = InModel("public static partial class", $"static partial void Attend({Tensors});\n\n    static partial void Attend({Tensors}) {{ }}");

        Assert.Empty((await CodeFixRunner.RunAsync(new MakePartialCodeFix(), "SPECATTN0002", 0, source)).Titles);
    }

    [Theory]
    [InlineData("public static class")]
    [InlineData("class")]
    [InlineData("/// <summary>A model.</summary>\ninternal readonly struct")]
    public async Task ContainingType_BecomesPartial(string type)
    {
        string method = $"public static partial void Attend({Tensors});";

        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(new MakePartialCodeFix(), "SPECATTN0004", 0, InModel(type, method));

        Assert.Equal(["Make 'Model' partial"], titles);
        int keyword = type.LastIndexOf(' ') + 1;
        Assert.Equal(InModel(type.Insert(keyword, "partial "), method), sources[0]);
    }

    [Theory]
    [InlineData("private float Decay", "private static float Decay")]
    [InlineData("float Decay", "static float Decay")]
    [InlineData("// Slowly.\n    internal float Decay", "// Slowly.\n    internal static float Decay")]
    public async Task Function_BecomesStatic(string before, string after)
    {
        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(new MakeStaticCodeFix(), "SPECATTN1004", 0, Source(before));

        Assert.Equal(["Make 'Decay' static"], titles);
        Assert.Equal(Source(after), sources[0]);

        static string Source(string head) =>
            InModel("public partial class", $"public partial void Attend({Tensors});\n\n    {head}(float score) => score / 2;", ", Score = nameof(Decay)");
    }

    [Fact]
    public async Task MissingParameter_IsAddedBeforeTheOptionalOnes()
    {
        string before = "ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, int parallelism = 0";

        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(
            new AddParameterCodeFix(), "SPECATTN0012", 0, InModel("public static partial class", $"public static partial void Attend({before});"));

        Assert.Equal(["Add parameter 'Span<float> output'", "Add parameter 'TensorSpan<float> output'"], titles);
        string after = before.Replace("int parallelism", "Span<float> output, int parallelism", StringComparison.Ordinal);
        Assert.Equal(InModel("public static partial class", $"public static partial void Attend({after});"), sources[0]);
    }

    [Fact]
    public async Task ParameterOfAFunction_IsAddedToTheAttentionMethod()
    {
        string function = Head + "static partial class Model\n{\n    static float Decay(float score, int key, ReadOnlySpan<float> rates) => score - rates[key];\n}\n";

        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(
            new AddParameterCodeFix(), "SPECATTN1008", 0, Source(Tensors), function);

        Assert.Equal(["Add parameter 'ReadOnlySpan<float> rates'"], titles);
        Assert.Equal([Source(Tensors + ", ReadOnlySpan<float> rates"), function], sources);

        static string Source(string parameters) => InModel("static partial class", $"public static partial void Attend({parameters});", ", Score = nameof(Decay)");
    }

    [Fact]
    public async Task MisspeltParameter_IsRenamedAtItsCallers()
    {
        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(new RenameParameterCodeFix(), "SPECATTN0009", 0, Source("paralelism"));

        Assert.Equal(["Rename 'paralelism' to 'parallelism'"], titles);
        Assert.Equal(Source("parallelism"), sources[0]);

        static string Source(string name) => InModel(
            "public static partial class",
            $"public static partial void Attend({Tensors}, int {name});\n\n    static void Run(float[] x) => Attend(x, x, x, x, {name}: 2);");
    }

    [Fact]
    public async Task MisspeltArgument_IsRenamedInItsFunction()
    {
        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(new RenameParameterCodeFix(), "SPECATTN1008", 0, Source("qurey"));

        Assert.Equal(["Rename 'qurey' to 'query'"], titles);
        Assert.Equal(Source("query"), sources[0]);

        static string Source(string name) => InModel(
            "public static partial class",
            $"public static partial void Attend({Tensors});\n\n    static bool IsNear(int {name}, int key) => {name} - key < 4;", ", Visible = nameof(IsNear)");
    }

    [Fact]
    public async Task NameLikeNoOther_IsNotRenamed()
    {
        string source = InModel("public static partial class", $"public static partial void Attend({Tensors}, int temperature);");

        Assert.Empty((await CodeFixRunner.RunAsync(new RenameParameterCodeFix(), "SPECATTN0009", 0, source)).Titles);
    }

    [Theory]
    [InlineData("Score = \"Decay\"", "SPECATTN1002", "private static float Decay(float score, int query, int key) => score;")]
    [InlineData("Score = nameof(Decay)", "CS0103", "private static float Decay(float score, int query, int key) => score;")]
    [InlineData("Visible = nameof(IsNear)", "CS0103", "private static bool IsNear(int query, int key) => true;")]
    public async Task MissingFunction_IsWritten(string argument, string id, string function)
    {
        string method = $"public static partial void Attend({Tensors});";

        (string[] titles, string[] sources) = await CodeFixRunner.RunAsync(
            new GenerateFunctionCodeFix(), id, 0, InModel("public static partial class", method, $", {argument}"));

        Assert.Single(titles);
        Assert.Equal(InModel("public static partial class", $"{method}\n\n    {function}", $", {argument}"), sources[0]);
    }

    [Fact]
    public async Task OtherMissingName_IsNotWritten()
    {
        string source = InModel("public static partial class", $"public static partial void Attend({Tensors});\n\n    static string Name => nameof(Decay);");

        Assert.Empty((await CodeFixRunner.RunAsync(new GenerateFunctionCodeFix(), "CS0103", 0, source)).Titles);
    }

    private static string InModel(string type, string members, string arguments = "") =>
        Head + $"{type} Model\n{{\n    [Attention(heads: 2, headDim: 8{arguments})]\n    {members}\n}}\n";
}
