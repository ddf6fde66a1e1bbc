using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>Random functions give the same bits, compiled by the C# compiler and translated.</summary>
public class DifferentialTests
{
    private const int FunctionsPerSeed = 60;
    private const int CallsPerFunction = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void RandomFunctions_ComputeWhatTheirGraphsDo(int seed)
    {
        var functions = new RandomFunctions(seed);
        (string Result, string Name, string Text)[] written =
            [.. Enumerable.Range(0, FunctionsPerSeed).Select(i => (i % 3 == 0 ? "bool" : "float", $"F{i}")).Select(f => (f.Item1, f.Item2, functions.Write(f.Item1, f.Item2)))];
        CSharpCompilation compilation = TestCompiler.Compile(TestFunction.Source(string.Join("\n", written.Select(function => function.Text))));
        Type model = TestFunction.Load(compilation);
        var random = new Random(seed);

        foreach ((string result, string name, string text) in written)
        {
            (UserFunction function, IReadOnlyList<CapturedParameter> captured, IReadOnlyList<Diagnostic> problems) =
                TestFunction.Translate(compilation, result, name);
            Assert.True(problems.Count == 0, $"{text}\n{TestFunction.Describe(problems)}");
            for (int call = 0; call < CallsPerFunction; call++)
            {
                FunctionArguments arguments = RandomArguments(random);
                object expected = TestSignature.Run(model, name, arguments);
                object actual = TestFunction.Interpret(function, captured, arguments);
                Assert.True(TestSignature.AreSame(expected, actual), $"seed {seed}, {text}\n{arguments}\n{expected} and not {actual}");
            }
        }
    }

    private static FunctionArguments RandomArguments(Random random)
    {
        float[] special = [0, -0f, 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, 1e30f, -3e9f, 2.5f, -0.5f];
        return new(
            Float(), random.Next(4), random.Next(8), random.Next(3), random.Next(-3, 40), random.Next(40), random.Next(1, 40), random.Next(1, 40),
            Float(), random.Next(2) == 0, Float(), (ulong)random.NextInt64(), (byte)random.Next(256),
            [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(-20, 20))],
            [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Float())]);

        float Float() => random.Next(5) == 0 ? special[random.Next(special.Length)] : (random.NextSingle() - 0.5f) * 12;
    }
}
