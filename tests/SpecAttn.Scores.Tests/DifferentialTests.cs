using SpecAttn.Generator.Tests.Translation;

namespace SpecAttn.Scores.Tests;

/// <summary>
/// Random functions, compiled by the C# compiler and into kernels, agree bit by bit on every variant: a kernel gets what its function
/// gives in C#, and a score function compares with it, a visibility function decides anew.
/// </summary>
public class DifferentialTests
{
    private const int FunctionsPerKernel = 6;

    // Many queries and few: the tile kernel, whose lanes are queries, and the row kernel, whose lanes are keys.
    private static readonly (int Batch, int Queries)[] s_shapes = [(2, 19), (1, 1), (2, 2)];

    public static TheoryData<KernelIsa, int> Rows => Seeds(1, 25);

    [Theory]
    [MemberData(nameof(Rows))]
    public void RandomScores_AreThoseOfCSharp(KernelIsa isa, int seed)
    {
        Kernel kernel = Kernel.Of("float", seed);
        foreach ((RandomProblem problem, int choice, float[] expected) in kernel.Calls(s_shapes))
        {
            // Where all scores agree, all are 0; one that does not outweighs the others.
            float[] weights = problem.Run(kernel.Attend, choice, expected, isa);
            int wrong = Array.FindIndex(weights, weight => !(Math.Abs(weight - (1f / CompiledKernels.Keys)) < 1e-4f));
            if (wrong >= 0)
            {
                wrong = Array.FindIndex(weights, wrong - (wrong % CompiledKernels.Keys), weight => weight > 0.01f);
                Assert.Fail($"{isa}: {kernel.Functions[choice]}\n{problem.Arguments(wrong)}\ngives {expected[wrong]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void RandomVisibility_IsThatOfCSharp(KernelIsa isa, int seed)
    {
        Kernel kernel = Kernel.Of("bool", seed);
        foreach ((RandomProblem problem, int choice, float[] expected) in kernel.Calls(s_shapes))
        {
            float[] weights = problem.Run(kernel.Attend, choice, expected, isa);
            for (int pair = 0; pair < weights.Length; pair++)
                Assert.True(weights[pair] > 0 == expected[pair] > 0, $"{isa}: {kernel.Functions[choice]}\n{problem.Arguments(pair)}\ngives {expected[pair] > 0}");
        }
    }

    private static TheoryData<KernelIsa, int> Seeds(int first, int count)
    {
        var rows = new TheoryData<KernelIsa, int>();
        for (int seed = first; seed < first + count; seed++)
        {
            foreach (KernelIsa isa in Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto))
                rows.Add(new TheoryDataRow<KernelIsa, int>(isa, seed) { Skip = KernelSelector.Supported.Contains(isa) ? null : $"This machine lacks {isa}." });
        }
        return rows;
    }

    /// <summary>A kernel with a handful of random functions.</summary>
    private sealed class Kernel
    {
        private static readonly Dictionary<(string, int), Kernel> s_compiled = [];

        private readonly Type _model;
        private readonly int _seed;

        private Kernel(string result, int seed)
        {
            var random = new RandomFunctions(seed, isExact: true);
            Functions = [.. Enumerable.Range(0, FunctionsPerKernel).Select(i => random.Write(result, $"F{i}"))];
            string arguments = string.Join(", ", TestSignature.Parameters.Split(", ").Select(parameter => parameter.Split(' ')[^1]));
            string calls = string.Concat(Enumerable.Range(0, FunctionsPerKernel).Select(i => $"{i} => F{i}({arguments}), "));
            string check = result == "bool"
                ? $$"""static bool Check({{TestSignature.Parameters}}, int choice, ReadOnlySpan<float> expected) => choice switch { {{calls}} _ => false };"""
                : $$"""
                    static float Check({{TestSignature.Parameters}}, int choice, ReadOnlySpan<float> expected, int queryOffset)
                    {
                        float actual = choice switch { {{calls}} _ => score };
                        float number = expected[((batch * {{CompiledKernels.Heads}} + head) * queryLength + query - queryOffset) * keyLength + key];
                        bool isSame = actual == number ? actual != 0 || 1 / actual == 1 / number : float.IsNaN(actual) && float.IsNaN(number);
                        return isSame ? 0 : 1000;
                    }
                    """;
            _model = CompiledKernels.Compile(
                string.Join('\n', Functions.Append(check)), $"{(result == "bool" ? "Visible" : "Score")} = nameof(Check)");
            _seed = seed;
            Attend = CompiledKernels.AttendOf(_model);
        }

        public string[] Functions { get; }

        public Attend Attend { get; }

        public static Kernel Of(string result, int seed)
        {
            lock (s_compiled)
            {
                if (!s_compiled.TryGetValue((result, seed), out Kernel? kernel))
                    s_compiled.Add((result, seed), kernel = new Kernel(result, seed));
                return kernel;
            }
        }

        /// <summary>Each function on each shape, with what it gives in C#.</summary>
        public IEnumerable<(RandomProblem Problem, int Choice, float[] Expected)> Calls((int Batch, int Queries)[] shapes)
        {
            var random = new Random(_seed);
            for (int choice = 0; choice < FunctionsPerKernel; choice++)
            {
                foreach ((int batch, int queries) in shapes)
                {
                    var problem = new RandomProblem(random, batch, queries);
                    float[] expected = new float[problem.Pairs];
                    for (int pair = 0; pair < problem.Pairs; pair++)
                        expected[pair] = TestSignature.Run(_model, $"F{choice}", problem.Arguments(pair)) is var result && result is bool visible ? visible ? 1 : 0 : (float)result;
                    yield return (problem, choice, expected);
                }
            }
        }
    }
}
