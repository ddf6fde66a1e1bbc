using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Tests.Support;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

/// <summary>The generator runs at every keystroke; only what concerns a method may make its kernels be written again.</summary>
public class CachingTests
{
    private static readonly string s_source = InModel($$"""
        [Attention(heads: 2, headDim: 4)]
        public static partial void First({{Tensors}});

        [Attention(heads: 2, headDim: 8)]
        public static partial void Second({{Tensors}});

        public static int Other() => 1;
        """);

    // Every step that the generator names, and the writing of files.
    private static readonly string[] s_namedSteps = [TrackingNames.Methods, TrackingNames.Namesakes, TrackingNames.NamedMethods];

    [Fact]
    public void NoEdit_DoesNotModifyOutput() => AssertNothingModified(source => source);

    [Fact]
    public void AddedComment_DoesNotModifyOutput() => AssertNothingModified(source => "// Hello.\n" + source);

    [Fact]
    public void CommentInTheDeclaration_DoesNotModifyOutput() =>
        AssertNothingModified(source => source.Replace("Span<float> output", "/* result */ Span<float> output", StringComparison.Ordinal));

    [Fact]
    public void BodyOfAnotherMethod_DoesNotModifyOutput() =>
        AssertNothingModified(source => source.Replace("Other() => 1", "Other() => 2", StringComparison.Ordinal));

    [Fact]
    public void DefaultWrittenOut_DoesNotModifyOutput() =>
        AssertNothingModified(source => source.Replace("headDim: 4", "headDim: 4, Mask = AttentionMask.None", StringComparison.Ordinal));

    [Fact]
    public void AddedInformation_DoesNotModifyOutput() =>
        AssertNothingModified(source => source.Replace("headDim: 4", "headDim: 4, Alignment = CausalAlignment.BottomRight", StringComparison.Ordinal));

    [Fact]
    public void AddedFile_DoesNotModifyOutput()
    {
        CSharpCompilation before = Compile(s_source);
        CSharpCompilation after = before.AddSyntaxTrees(Compile("class Elsewhere;").SyntaxTrees);

        AssertNothingModified(Run(before, after));
    }

    [Fact]
    public void MistakeInAnotherFile_LeavesTheOthersCached()
    {
        string mistaken = "partial class Elsewhere { [SpecAttn.Attention(0, 0)] static partial void Attend(); }";
        CSharpCompilation before = Compile(s_source);
        CSharpCompilation after = before.AddSyntaxTrees(Compile(mistaken).SyntaxTrees);

        GeneratorRunResult result = Run(before, after);

        Assert.All(s_namedSteps, name => Assert.All(Reasons(result, name), reason => Assert.True(IsUntouched(reason), $"{name} was {reason}")));
        Assert.Equal(
            [IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached, IncrementalStepRunReason.New],
            OutputReasons(result));
    }

    [Fact]
    public void ChangedHeadDim_ModifiesThatMethodAlone()
    {
        GeneratorRunResult result = Run(s_source.Replace("headDim: 4", "headDim: 5", StringComparison.Ordinal));

        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, TrackingNames.Methods));
        Assert.Equal([IncrementalStepRunReason.Unchanged], Reasons(result, TrackingNames.Namesakes));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, TrackingNames.NamedMethods));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], OutputReasons(result));
    }

    [Fact]
    public void AddedFileWithAMethod_LeavesTheOthersCached()
    {
        CSharpCompilation before = Compile(s_source);
        string added = $$"""{{Usings}} partial class Elsewhere { [Attention(1, 1)] static partial void Attend({{Tensors}}); }""";

        GeneratorRunResult result = Run(before, before.AddSyntaxTrees(Compile(added).SyntaxTrees));

        Assert.Contains(result.GeneratedSources, source => source.HintName.StartsWith("Elsewhere.Attend.", StringComparison.Ordinal));
        Assert.Equal(
            [IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached, IncrementalStepRunReason.New],
            OutputReasons(result));
    }

    [Fact]
    public void AddedOverload_NumbersOnlyItself()
    {
        string added = $"public static int Other() => 1; [Attention(1, 1)] public static partial void First({Tensors}, int batch);";
        GeneratorRunResult result = Run(s_source.Replace("public static int Other() => 1;", added, StringComparison.Ordinal));

        Assert.Contains(result.GeneratedSources, source => source.HintName.StartsWith("Model.First2.", StringComparison.Ordinal));
        Assert.Equal(2, OutputReasons(result).Count(IsUntouched));
    }

    [Theory]
    [InlineData("score - 1", "score - 2")]
    [InlineData("* Slope", "* Slope * 2")]
    [InlineData("0.25f", "0.5f")]
    public void ScoreFunctionInAnotherFile_ModifiesTheMethodThatNamesIt(string before, string after)
    {
        GeneratorRunResult result = RunWithFunction(functions => functions.Replace(before, after, StringComparison.Ordinal));

        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, TrackingNames.NamedMethods));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], OutputReasons(result));
    }

    [Theory]
    [InlineData("score - 1", "score - (2 - 1)")]
    [InlineData("score - 1", "(score) - /* one */ 1f")]
    [InlineData("Unrelated() => 1", "Unrelated() => 2")]
    public void EditThatMeansTheSameToAScoreFunction_DoesNotModifyOutput(string before, string after)
    {
        AssertNothingModified(RunWithFunction(functions => functions.Replace(before, after, StringComparison.Ordinal)));
    }

    [Fact]
    public void RemovedMethod_RemovesItsFilesAlone()
    {
        GeneratorRunResult result = Run(s_source.Replace("[Attention(heads: 2, headDim: 4)]", "", StringComparison.Ordinal));

        Assert.NotEmpty(result.GeneratedSources);
        Assert.All(result.GeneratedSources, source => Assert.StartsWith("Model.Second.", source.HintName, StringComparison.Ordinal));
    }

    [Fact]
    public void Steps_HoldNothingOfTheCompiler()
    {
        GeneratorRunResult result = RunWithFunction(functions => functions);

        Assert.All(s_namedSteps, name => Assert.Contains(name, result.TrackedSteps.Keys));
        object[] values = [.. s_namedSteps.SelectMany(name => result.TrackedSteps[name]).SelectMany(step => step.Outputs).Select(output => output.Value)];
        object[] reachable = [.. values.SelectMany(ObjectGraph.Reachable)];
        Assert.Contains(reachable, node => node is Model.HeadGeometry);
        Assert.Contains(reachable, node => node is Scoring.ScoreGraph);
        Assert.DoesNotContain(reachable, node => node is Compilation or ISymbol or SyntaxNode or SyntaxTree or SemanticModel or Location or AttributeData);
    }

    // The first method has a score function in another part of its class, in another file.
    private static GeneratorRunResult RunWithFunction(Func<string, string> edit)
    {
        string methods = s_source.Replace("headDim: 4", "headDim: 4, Score = nameof(Decay)", StringComparison.Ordinal);
        string functions = InModel("""
            const float Slope = 0.25f;
            static float Decay(float score, int query, int key) => score - 1 - Distance(query, key);
            static float Distance(int query, int key) => MathF.Abs(query - key) * Slope;
            static int Unrelated() => 1;
            """);
        CSharpCompilation before = Compile([methods, functions]);
        SyntaxTree tree = before.SyntaxTrees[1];
        return Run(before, before.ReplaceSyntaxTree(tree, Compile(edit(functions)).SyntaxTrees.Single()));
    }

    private static void AssertNothingModified(Func<string, string> edit) => AssertNothingModified(Run(edit(s_source)));

    private static void AssertNothingModified(GeneratorRunResult result)
    {
        Assert.All(s_namedSteps, name => Assert.All(Reasons(result, name), reason => Assert.True(IsUntouched(reason), $"{name} was {reason}")));
        Assert.All(OutputReasons(result), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.Equal(2, OutputReasons(result).Count());
    }

    private static bool IsUntouched(IncrementalStepRunReason reason) =>
        reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    private static IEnumerable<IncrementalStepRunReason> OutputReasons(GeneratorRunResult result) =>
        result.TrackedOutputSteps.Values.SelectMany(runs => runs).SelectMany(run => run.Outputs).Select(output => output.Reason);

    // The result of the second of two runs.
    private static GeneratorRunResult Run(string edited)
    {
        CSharpCompilation before = Compile(s_source);
        SyntaxTree tree = before.SyntaxTrees.Single();
        return Run(before, before.ReplaceSyntaxTree(tree, Compile(edited).SyntaxTrees.Single()));
    }

    private static GeneratorRunResult Run(CSharpCompilation before, CSharpCompilation after)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        GeneratorDriver driver = CreateDriver(before).RunGenerators(before, cancellation).RunGenerators(after, cancellation);
        return driver.GetRunResult().Results.Single();
    }
}
