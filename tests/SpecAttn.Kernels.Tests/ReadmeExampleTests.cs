using System.Text.RegularExpressions;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>The example of README.md is the file ReadmeExample.cs of this project: it compiles, it computes, and README.md says the same.</summary>
public sealed partial class ReadmeExampleTests
{
    [Fact]
    public void Example_IsInTheReadme()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "SpecAttn.Kernels.Tests", "ReadmeExample.cs"));
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Match example = MarkedSource().Match(Unix(source));
        Match block = MarkedBlock().Match(Unix(readme));
        Assert.True(example.Success, "ReadmeExample.cs has no text between // <readme> and // </readme>.");
        Assert.True(block.Success, "README.md has no ```csharp block after <!-- example -->.");
        Assert.Equal(example.Groups["text"].Value, block.Groups["text"].Value);
        Assert.InRange(example.Groups["text"].Value.Split('\n').Count(line => line.Trim().Length > 0), 1, 15);
    }

    [Fact]
    public void Example_ComputesCausalAttention()
    {
        var random = new Random(TestSettings.Seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        const int Tokens = 21;
        var problem = new Problem(
            new HeadGeometry(32, 8, 128, 128), AttentionMask.Causal, CausalAlignment.BottomRight, new Shape(1, Tokens, Tokens), float.NaN,
            Numbers(Tokens * 32 * 128), Numbers(Tokens * 8 * 128), Numbers(Tokens * 8 * 128));

        float[] output = Llama.Prefill(problem.Query, problem.Key, problem.Value);

        double[] expected = Float64Oracle.Attend(problem).Output;
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], output[i], 2e-6);
    }

    [GeneratedRegex(@"// <readme>\n(?<text>.*)\n// </readme>", RegexOptions.Singleline)]
    private static partial Regex MarkedSource();

    [GeneratedRegex(@"<!-- example -->\n+```csharp\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();

    private static string Unix(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);
}
