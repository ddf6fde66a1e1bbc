using SpecAttn.Kernels;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

/// <summary>Interval arithmetic, against all values of small ranges and against ranges at the ends of the ints.</summary>
public sealed class BlockRangeTests
{
    private static readonly Dictionary<string, (Func<BlockRange, BlockRange, BlockRange> Range, Func<int, int, int?> Value)> s_operations = new()
    {
        ["+"] = ((x, y) => x + y, (x, y) => unchecked(x + y)),
        ["-"] = ((x, y) => x - y, (x, y) => unchecked(x - y)),
        ["*"] = ((x, y) => x * y, (x, y) => unchecked(x * y)),
        ["/"] = ((x, y) => x / y, (x, y) => IsDivisible(x, y) ? x / y : null),
        ["%"] = ((x, y) => x % y, (x, y) => IsDivisible(x, y) ? x % y : null),
        ["&"] = ((x, y) => x & y, (x, y) => x & y),
        ["|"] = ((x, y) => x | y, (x, y) => x | y),
        ["^"] = ((x, y) => x ^ y, (x, y) => x ^ y),
        ["<<"] = (BlockRange.ShiftLeft, (x, y) => x << y),
        [">>"] = (BlockRange.ShiftRight, (x, y) => x >> y),
        [">>>"] = (BlockRange.ShiftRightUnsigned, (x, y) => x >>> y),
        ["min"] = (BlockRange.Min, (x, y) => Math.Min(x, y)),
        ["max"] = (BlockRange.Max, (x, y) => Math.Max(x, y)),
        ["negate"] = ((x, _) => -x, (x, _) => unchecked(-x)),
        ["complement"] = ((x, _) => ~x, (x, _) => ~x),
        ["abs"] = ((x, _) => BlockRange.Abs(x), (x, _) => unchecked(x < 0 ? -x : x)),
    };

    private static readonly Dictionary<string, (Func<BlockRange, BlockRange, BlockCondition> Range, Func<int, int, bool> Value)> s_comparisons = new()
    {
        ["<"] = ((x, y) => x < y, (x, y) => x < y),
        ["<="] = ((x, y) => x <= y, (x, y) => x <= y),
        [">"] = ((x, y) => x > y, (x, y) => x > y),
        [">="] = ((x, y) => x >= y, (x, y) => x >= y),
        ["=="] = (BlockRange.AreEqual, (x, y) => x == y),
    };

    public static TheoryData<string> Operations => [.. s_operations.Keys];

    public static TheoryData<string> Comparisons => [.. s_comparisons.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_OfRanges_HoldsEveryResult(string operation)
    {
        (Func<BlockRange, BlockRange, BlockRange> range, Func<int, int, int?> value) = s_operations[operation];
        ForEachPairOfRanges((left, right) =>
        {
            BlockRange result = range(Range(left), Range(right));
            foreach (int x in left)
            foreach (int y in right)
            {
                if (value(x, y) is int exact)
                    Assert.True(exact >= result.Low && exact <= result.High, $"{x} {operation} {y} = {exact} is not in {result.Low}..{result.High}");
            }
        });
    }

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("/")]
    [InlineData("%")]
    [InlineData("&")]
    public void Operation_WithOneNumber_IsExactWhereNothingWraps(string operation)
    {
        (Func<BlockRange, BlockRange, BlockRange> range, Func<int, int, int?> value) = s_operations[operation];
        foreach (int number in (int[])[1, 3, 8, 31, 63])
        for (int low = 0; low < 70; low += 3)
        for (int high = low; high < 140; high += 5)
        {
            BlockRange result = range(new BlockRange(low, high), number);
            int[] exact = [.. Enumerable.Range(low, high - low + 1).Select(x => value(x, number)!.Value)];
            bool isMask = operation != "&" || (number & (number + 1)) == 0;
            if (isMask)
                Assert.Equal((exact.Min(), exact.Max()), ((int)result.Low, (int)result.High));
        }
    }

    [Theory]
    [MemberData(nameof(Comparisons))]
    public void Comparison_OfRanges_IsExact(string comparison)
    {
        (Func<BlockRange, BlockRange, BlockCondition> range, Func<int, int, bool> value) = s_comparisons[comparison];
        ForEachPairOfRanges((left, right) =>
        {
            BlockCondition condition = range(Range(left), Range(right));
            bool[] all = [.. left.SelectMany(x => right.Select(y => value(x, y)))];
            Assert.Equal((all.All(holds => !holds), all.All(holds => holds)), (condition.Never, condition.Always));
        });
    }

    [Fact]
    public void Conditions_AreCombinedOnlyAsFarAsTheyAreCertain()
    {
        BlockCondition[] conditions = [BlockCondition.Open, true, false];
        foreach (BlockCondition left in conditions)
        foreach (BlockCondition right in conditions)
        {
            (bool?, bool?) certain = (Certain(left), Certain(right));
            Assert.Equal(certain is (false, _) or (_, false) ? false : certain is (true, true) ? true : null, Certain(left & right));
            Assert.Equal(certain is (true, _) or (_, true) ? true : certain is (false, false) ? false : null, Certain(left | right));
            Assert.Equal(certain.Item1 ^ certain.Item2, Certain(left ^ right));
            Assert.Equal(!certain.Item1, Certain(!left));
        }

        static bool? Certain(BlockCondition condition) => condition.Always ? true : condition.Never ? false : null;
    }

    [Fact]
    public void FloatRanges_WithInfiniteEnds_AreOpen()
    {
        BlockFloatRange wide = (BlockFloatRange)new BlockRange(-1, 1) * float.PositiveInfinity;
        Assert.False(wide.IsKnown);
        Assert.False((wide < 3f).Always);
        Assert.False((wide < 3f).Never);
        Assert.True(((BlockFloatRange)new BlockRange(2, 5) * 0.5f <= 2.5f).Always);
        Assert.True((BlockFloatRange.Abs((BlockFloatRange)new BlockRange(-7, -3)) < 3f).Never);
    }

    private static bool IsDivisible(int x, int y) => y != 0 && !(x == int.MinValue && y == -1);

    private static BlockRange Range(int[] values) => new(values[0], values[^1]);

    /// <summary>Every range of neighbours in a set of small numbers and of the ends of the ints.</summary>
    private static void ForEachPairOfRanges(Action<int[], int[]> visit)
    {
        int[][] sets = [[-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [int.MinValue, int.MinValue + 1, int.MinValue + 2], [int.MaxValue - 2, int.MaxValue - 1, int.MaxValue], [30, 31, 32, 33]];
        int[][] ranges = [.. sets.SelectMany(set => Enumerable.Range(0, set.Length).SelectMany(low => Enumerable.Range(low + 1, set.Length - low).Select(end => set[low..end])))];
        foreach (int[] left in ranges)
        foreach (int[] right in ranges)
            visit(left, right);
    }
}
