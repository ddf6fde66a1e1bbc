using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests;

/// <summary>
/// Which masks make the runtime ask for every head by itself. Saying so of others would change no result and only take time; not saying so
/// of these would give heads the keys of their neighbours, which the tests of results see.
/// </summary>
public class HeadFactTests
{
    [Theory]
    [InlineData("head == 0 || key < 5", true)]
    [InlineData("key <= query - (head > 3 ? 4 : 8)", true)]
    [InlineData("key <= query", false)]
    [InlineData("key < query + System.Math.Min(key, 3)", false)]
    [InlineData("table[head] > key", false)] // What data decide is not known of whole blocks, of whichever head.
    public void Classification_TellsHeadsApart(string condition, bool expected)
    {
        (GeneratorRunResult result, _) = TestCompiler.Generate(TestCompiler.Compile(
            $$"""
            using System;
            using SpecAttn;

            static partial class Model
            {
                public static bool Sees(int head, int query, int key, ReadOnlySpan<int> table) => {{condition}};

                [Attention(heads: 8, headDim: 16, Visible = nameof(Sees))]
                public static partial void Attend(
                    ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, ReadOnlySpan<int> table);
            }
            """));
        string kernel = result.GeneratedSources.Single(source => source.HintName.EndsWith(".Avx2.g.cs", StringComparison.Ordinal)).SourceText.ToString();
        Assert.Contains("bool HasMask => true;", kernel, StringComparison.Ordinal);
        Assert.Equal(expected, kernel.Contains("bool TellsHeadsApart => true;", StringComparison.Ordinal));
    }
}
