using SpecAttn.Generator.Tests.Translation;

namespace SpecAttn.Scores.Tests;

/// <summary>Functions of MathF whose last bit C# leaves open, for numbers of every size, infinities and NaN.</summary>
public class FunctionTests
{
    // Of the result, and for results that are hardly numbers any more.
    private const double RelativeError = 5e-7;
    private const double AbsoluteError = 1e-37;

    private static readonly (string Name, Func<double, double, double> InDouble)[] s_functions =
    [
        ("Exp", (x, _) => Math.Exp(x)),
        ("Log", (x, _) => Math.Log(x)),
        ("Pow", Math.Pow),
        ("Tanh", (x, _) => Math.Tanh(x)),
        ("Sin", (x, _) => Math.Sin(x)),
        ("Cos", (x, _) => Math.Cos(x)),
    ];

    private static readonly float[] s_special =
    [
        0, -0f, 1, -1, 2, -2, 3, -3, 0.5f, -0.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon,
        float.MaxValue, float.MinValue, 88.72f, 88.73f, -87.3f, -103.9f, 16777216, -16777217, 1.1754944e-38f,
    ];

    private static Attend? s_attend;

    public static TheoryData<string, KernelIsa> Rows
    {
        get
        {
            var rows = new TheoryData<string, KernelIsa>();
            foreach ((string name, _) in s_functions)
            {
                foreach (KernelIsa isa in Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto))
                    rows.Add(new TheoryDataRow<string, KernelIsa>(name, isa) { Skip = KernelSelector.Supported.Contains(isa) ? null : $"This machine lacks {isa}." });
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Function_IsWithinAFewBits(string name, KernelIsa isa)
    {
        int choice = Array.FindIndex(s_functions, function => function.Name == name);
        (float[] x, float[] y) = Arguments();
        float[] expected = [.. x.Zip(y, (a, b) => (float)s_functions[choice].InDouble(a, b))];

        int[] wrong = WrongNumbers(choice, x, y, expected, isa);

        Assert.True(wrong.Length == 0, $"{wrong.Length} of {x.Length}: {string.Join("; ", wrong.Take(12).Select(i => $"{name}({x[i]:G9}, {y[i]:G9}) = {expected[i]:G9}"))}");
    }

    /// <summary>The test above can fail.</summary>
    [Fact]
    public void NumberThatIsSlightlyOff_IsFound()
    {
        (float[] x, float[] y) = Arguments();
        float[] expected = [.. x.Select(MathF.Exp)];
        int[] places = [.. Enumerable.Range(0, x.Length).Where(i => i % 7 == 0 && expected[i] is > 1e-30f and < 1e30f)];
        foreach (int place in places)
            expected[place] *= 1.00001f;

        Assert.Equal(places, WrongNumbers(0, x, y, expected, KernelIsa.Auto).Order());
    }

    // A key is visible where its number is far from what it should be.
    private static int[] WrongNumbers(int choice, float[] x, float[] y, float[] expected, KernelIsa isa)
    {
        int queries = x.Length / CompiledKernels.Keys / CompiledKernels.Heads;
        float[] value = new float[CompiledKernels.Keys * CompiledKernels.Keys];
        for (int key = 0; key < CompiledKernels.Keys; key++)
            value[(key * CompiledKernels.Keys) + key] = 1;
        float[] output = new float[x.Length];
        lock (s_functions)
            s_attend ??= Compile();
        s_attend(
            new float[queries * CompiledKernels.Heads * CompiledKernels.HeadDim], new float[CompiledKernels.Keys * CompiledKernels.HeadDim], value, output,
            1, 0, choice, [.. expected, .. y], 0, false, 0, 0, 0, [], x, isa);
        return [.. Enumerable.Range(0, x.Length).Where(i => output[i] != 0).Select(NumberOf)];

        // The output is [query, head, key], numbers are [head, query, key].
        int NumberOf(int place)
        {
            (int row, int key) = Math.DivRem(place, CompiledKernels.Keys);
            (int query, int head) = Math.DivRem(row, CompiledKernels.Heads);
            return (((head * queries) + query) * CompiledKernels.Keys) + key;
        }
    }

    private static Attend Compile()
    {
        string calls = string.Concat(s_functions.Select((function, i) => $"{i} => MathF.{function.Name}(x{(function.Name == "Pow" ? ", y" : "")}), "));
        return CompiledKernels.AttendOf(CompiledKernels.Compile(
            $$"""
            static bool IsWrong(int head, int query, int key, int queryLength, int keyLength, int choice, ReadOnlySpan<float> expected, {{TestSignature.Captured}})
            {
                int number = (head * queryLength + query) * keyLength + key;
                float x = table[number], e = expected[number], y = expected[number + table.Length];
                float actual = choice switch { {{calls}} _ => 0 };
                bool isClose = actual == e || float.IsNaN(actual) && float.IsNaN(e)
                    || MathF.Abs(actual - e) <= {{RelativeError}}f * MathF.Abs(e) + {{AbsoluteError}}f
                    || float.IsInfinity(e) && MathF.Abs(actual) > 3.4028e38f || float.IsInfinity(actual) && MathF.Abs(e) > 3.4028e38f;
                return !isClose;
            }
            """,
            "Visible = nameof(IsWrong)"));
    }

    private static (float[] X, float[] Y) Arguments()
    {
        const int count = CompiledKernels.Keys * CompiledKernels.Heads * 200;
        var random = new Random(1);
        float[] x = new float[count];
        float[] y = new float[count];
        for (int i = 0; i < count; i++)
        {
            (x[i], y[i]) = i < s_special.Length * s_special.Length
                ? (s_special[i / s_special.Length], s_special[i % s_special.Length])
                : (i % 3) switch
                {
                    0 => (BitConverter.Int32BitsToSingle((int)random.NextInt64()), BitConverter.Int32BitsToSingle((int)random.NextInt64())),
                    1 => ((random.NextSingle() - 0.5f) * 200, random.Next(-20, 20)),
                    _ => (random.NextSingle() * 4, (random.NextSingle() - 0.5f) * 40),
                };
        }
        return (x, y);
    }
}
