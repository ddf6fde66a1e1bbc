using System.Text.RegularExpressions;
using SpecAttn.Caches.Tests.Support;
using SpecAttn.Kernels.Tests;

namespace SpecAttn.Caches.Tests;

/// <summary>The example of README.md's section on caches is CacheExample.cs of this project, and computes.</summary>
public sealed partial class CacheExampleTests
{
    [Fact]
    public void Example_IsInTheReadme()
    {
        Match example = MarkedSource().Match(Read("tests", "SpecAttn.Caches.Tests", "CacheExample.cs"));
        Match block = MarkedBlock().Match(Read("README.md"));
        Assert.True(example.Success && block.Success, "CacheExample.cs or README.md has no example.");
        Assert.Equal(example.Groups["text"].Value, block.Groups["text"].Value);
    }

    [Fact]
    public void Example_DecodesTokenByToken()
    {
        Random random = TestSettings.RandomFor(nameof(CacheExampleTests));
        using var pool = new KeyValuePagePool<BFloat16>(keyValueHeads: 8, headDim: 128, pageTokens: 16, pages: 4);
        using var cache = new PagedKeyValueCache<BFloat16>(pool);
        (float[] query, float[] key, float[] value) = (Numbers(20 * 32 * 128), Numbers(20 * 8 * 128), Numbers(20 * 8 * 128));
        var problem = new Problem(
            new HeadGeometry(32, 8, 128, 128), AttentionMask.Causal, CausalAlignment.BottomRight, new Shape(1, 20, 20), float.NaN, query, key, value);
        double[] expected = Float64Oracle.Attend(problem).Output;

        var output = new float[17 * 32 * 128];
        Decoder.Step(query[..output.Length], key[..(17 * 8 * 128)], value[..(17 * 8 * 128)], cache, output);
        Assert.InRange(RandomNumbers.Difference(expected.AsSpan(0, output.Length), output), 0, 2e-6);
        for (int token = 17; token < 20; token++)
        {
            output = new float[32 * 128];
            Decoder.Step(Token(query, token, 32 * 128), Token(key, token, 8 * 128), Token(value, token, 8 * 128), cache, output);
            Assert.InRange(RandomNumbers.Difference(expected.AsSpan(token * 32 * 128, 32 * 128), output), 0, 2e-6);
        }

        // Such as BFloat16 holds exactly.
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(BFloat16)(random.NextSingle() - 0.5f))];

        static float[] Token(float[] all, int token, int elements) => all[(token * elements)..((token + 1) * elements)];
    }

    [GeneratedRegex(@"// <readme>\n(?<text>.*)\n// </readme>", RegexOptions.Singleline)]
    private static partial Regex MarkedSource();

    [GeneratedRegex(@"<!-- cache example -->\n+```csharp\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();

    private static string Read(params string[] path) =>
        File.ReadAllText(Path.Combine([Repository.Root, .. path])).Replace("\r\n", "\n", StringComparison.Ordinal);
}
