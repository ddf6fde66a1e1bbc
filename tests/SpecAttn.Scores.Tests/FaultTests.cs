using System.Reflection;

namespace SpecAttn.Scores.Tests;

/// <summary>Where C# throws in a score or visibility function, a kernel throws the same: for visible pairs whose value needs the step, and for no others.</summary>
public class FaultTests
{
    private const int Heads = 2;
    private const int HeadDim = 4;
    private const int Keys = 40;

    private static readonly Lazy<Type> s_model = new(() => CompiledKernels.Compile(string.Concat(
        Method("AbsOfKey", "Score", "float", "score + Math.Abs(numbers[key])"),
        Method("AbsOfQuery", "Score", "float", "score + Math.Abs(numbers[query])"),
        Method("AbsOfNumber", "Score", "float", "score + Math.Abs(low)"),
        Method("GuardedAbs", "Score", "float", "numbers[key] == int.MinValue ? score : score + Math.Abs(numbers[key])"),
        Method("AbsOfDistance", "Visible", "bool", "Math.Abs(low - key) < 1000"),
        Method("ClampOfKey", "Score", "float", "score + Math.Clamp(key, low, high)"),
        Method("ClampToNumber", "Score", "float", "score + Math.Clamp(key, low, numbers[key])"),
        Method("ClampOfFloat", "Score", "float", "Math.Clamp(score, (float)low, (float)numbers[query])"),
        Method("GuardedClamp", "Score", "float", "low > high ? score : score + Math.Clamp(key, low, high)"))));

    private delegate void Attend(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
        ReadOnlySpan<int> numbers, int low, int high, KernelIsa isa);

    public static TheoryData<KernelIsa, int> Rows
    {
        get
        {
            var rows = new TheoryData<KernelIsa, int>();
            foreach (KernelIsa isa in Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto))
            {
                foreach (int queries in (int[])[1, 30])
                    rows.Add(new TheoryDataRow<KernelIsa, int>(isa, queries) { Skip = KernelSelector.Supported.Contains(isa) ? null : $"This machine lacks {isa}." });
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void AbsOfTheSmallestInt_OfAVisiblePair_Throws(KernelIsa isa, int queries)
    {
        int[] numbers = new int[Keys];
        foreach (string name in (string[])["AbsOfKey", "AbsOfQuery"])
            Run(name, isa, queries, numbers, low: 0, high: 0);

        numbers[queries - 1] = int.MinValue; // The last query is at this key.
        foreach (string name in (string[])["AbsOfKey", "AbsOfQuery"])
            Assert.Contains("-2147483648", Assert.Throws<OverflowException>(() => Run(name, isa, queries, numbers, low: 0, high: 0)).Message, StringComparison.Ordinal);
        Assert.Throws<OverflowException>(() => Run("AbsOfNumber", isa, queries, numbers, low: int.MinValue, high: 0));
        Assert.Throws<OverflowException>(() => Run("AbsOfDistance", isa, queries, numbers, low: int.MinValue, high: 0));
        Run("AbsOfNumber", isa, queries, numbers, low: -int.MaxValue, high: 0);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void AbsOfTheSmallestInt_ThatNoVisiblePairNeeds_DoesNotThrow(KernelIsa isa, int queries)
    {
        int[] numbers = new int[Keys];
        numbers[queries - 1] = int.MinValue;
        Run("GuardedAbs", isa, queries, numbers, low: 0, high: 0);

        numbers = new int[Keys];
        numbers[queries] = int.MinValue; // Hidden by the causal mask.
        Run("AbsOfKey", isa, queries, numbers, low: 0, high: 0);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void ClampWithSwappedLimits_OfAVisiblePair_Throws(KernelIsa isa, int queries)
    {
        int[] numbers = [.. Enumerable.Repeat(3, Keys)];
        Run("ClampOfKey", isa, queries, numbers, low: 2, high: 2);
        Run("ClampToNumber", isa, queries, numbers, low: 3, high: 0);
        Run("ClampOfFloat", isa, queries, numbers, low: 3, high: 0);
        Run("GuardedClamp", isa, queries, numbers, low: 3, high: 2);

        Assert.Contains("between 3 and 2", Assert.Throws<ArgumentException>(() => Run("ClampOfKey", isa, queries, numbers, low: 3, high: 2)).Message, StringComparison.Ordinal);
        numbers[queries - 1] = 1;
        foreach (string name in (string[])["ClampToNumber", "ClampOfFloat"])
            Assert.Contains("between 2 and 1", Assert.Throws<ArgumentException>(() => Run(name, isa, queries, numbers, low: 2, high: 0)).Message, StringComparison.Ordinal);
    }

    private static string Method(string name, string role, string type, string body) => $"""
        [Attention(heads: {Heads}, headDim: {HeadDim}, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft, {role} = nameof({name}Function))]
        public static partial void {name}(
            ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output,
            ReadOnlySpan<int> numbers, int low, int high, KernelIsa isa);

        static {type} {name}Function({(type == "float" ? "float score, " : "")}int query, int key, ReadOnlySpan<int> numbers, int low, int high) => {body};

        """;

    private static void Run(string name, KernelIsa isa, int queries, int[] numbers, int low, int high)
    {
        var attend = s_model.Value.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<Attend>();
        float[] query = new float[queries * Heads * HeadDim];
        float[] key = new float[Keys * Heads * HeadDim];
        attend(query, key, key, new float[query.Length], numbers, low, high, isa);
    }
}
