using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Tests.Support;
using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

/// <summary>
/// A few generated files as they are to be read, so that a change of the emitters shows as a change of these. With the environment
/// variable <c>SPECATTN_UPDATE_SNAPSHOTS=1</c> the tests write the files anew.
/// </summary>
public class SnapshotTests
{
    private const string Update = "SPECATTN_UPDATE_SNAPSHOTS";
    private const string Folder = "tests/SpecAttn.Generator.Tests/Snapshots";

    private static readonly string s_source = InModel("""
        [Attention(heads: 4, headDim: 6, KeyValueHeads = 2, Mask = AttentionMask.Causal)]
        public static partial void Attend(
            ReadOnlySpan<float> query, ReadOnlyTensorSpan<float> key, ReadOnlyTensorSpan<float> value, Span<float> output,
            int batch, ReadOnlySpan<int> keyLengths, Span<float> logSumExp, int parallelism = 0);
        """);

    [Theory]
    [InlineData("Model.Attend.g.cs")]
    [InlineData("Model.Attend.Avx512.g.cs")]
    [InlineData("Model.Attend.Neon.g.cs")]
    public void GeneratedFile_IsAsInTheSnapshot(string name)
    {
        (GeneratorRunResult result, _) = Generate(Compile(s_source));
        string text = result.GeneratedSources.Single(source => source.HintName == name).SourceText.ToString();

        string snapshot = Repository.PathOf($"{Folder}/{name}.txt");
        if (Environment.GetEnvironmentVariable(Update) == "1")
            File.WriteAllText(snapshot, text);

        Assert.True(File.Exists(snapshot), $"There is no {snapshot}; set {Update}=1 to write it.");
        Assert.Equal(File.ReadAllText(snapshot), text);
    }
}
