namespace SpecAttn.Scores.Tests;

/// <summary>
/// Heads that see different keys. Over few keys the row kernel takes several heads together: not those whose keys the mask itself tells apart,
/// of which it must not go by the first; but those of which only data decide.
/// </summary>
public class HeadMaskTests
{
    private const int Heads = 4;
    private const int Dim = 4;

    private static readonly Lazy<Attend> s_attend = new(() => CompiledKernels.Compile(
        $"""
        public static bool SeesFirst(int head, int key, ReadOnlySpan<int> seen) => head == 0 || key < 5;
        public static bool SeesSome(int head, int key, ReadOnlySpan<int> seen) => key < seen[head];

        [Attention(heads: {Heads}, headDim: {Dim}, Visible = nameof(SeesFirst))]
        public static partial void Attend(
            ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, ReadOnlySpan<int> seen, KernelIsa isa);

        [Attention(heads: {Heads}, headDim: {Dim}, Visible = nameof(SeesSome))]
        public static partial void AttendByData(
            ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, ReadOnlySpan<int> seen, KernelIsa isa);
        """).GetMethod("Attend")!.CreateDelegate<Attend>());

    private static readonly Lazy<Attend> s_attendByData =
        new(() => s_attend.Value.Method.DeclaringType!.GetMethod("AttendByData")!.CreateDelegate<Attend>());

    private delegate void Attend(
        ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, ReadOnlySpan<int> seen, KernelIsa isa);

    /// <summary>The first head sees everything.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(20)]
    [InlineData(128)]
    [InlineData(129)]
    public void Heads_SeeTheirOwnKeys(int keys) => AssertSeen(s_attend.Value, keys, [keys, 5, 5, 5]);

    /// <summary>The last head sees nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(128)]
    [InlineData(129)]
    public void Heads_SeeTheKeysThatDataSay(int keys) => AssertSeen(s_attendByData.Value, keys, [2, keys, 3, 0]);

    /// <summary>
    /// A query of 0 gives all keys the same weight: the output is the mean of the values that a head sees. Values that it does not are NaN, once
    /// all and once none of them.
    /// </summary>
    private static void AssertSeen(Attend attend, int keys, int[] seen)
    {
        var random = new Random(keys);
        float[] key = [.. Enumerable.Range(0, keys * Heads * Dim).Select(_ => random.NextSingle())];
        float[] value = [.. Enumerable.Range(0, keys * Heads * Dim).Select(_ => random.NextSingle())];
        float[] poisoned = [.. value.Select((number, i) => i / (Heads * Dim) < seen[i / Dim % Heads] ? number : float.NaN)];
        float[] output = new float[Heads * Dim];
        foreach (KernelIsa isa in KernelSelector.Supported)
        foreach (float[] values in (float[][])[value, poisoned])
        {
            attend(new float[Heads * Dim], key, values, output, seen, isa);
            for (int i = 0; i < output.Length; i++)
            {
                int count = Math.Min(keys, seen[i / Dim]);
                double expected = Enumerable.Range(0, count).Sum(token => (double)value[(token * Heads * Dim) + i]) / Math.Max(1, count);
                Assert.True(Math.Abs(output[i] - expected) < 1e-6, $"{isa}, {keys} keys: element {i % Dim} of head {i / Dim} is {output[i]} and not {expected}");
            }
        }
    }
}
