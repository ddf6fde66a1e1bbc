using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// All values that an <c>int</c> expression can have for the pairs of a block, ends included: interval arithmetic, by which a kernel
/// classifies blocks before it works on them. The operators contain every result of C#'s operators, whose overflow they take into
/// account; they are exact where an operand is one number.
/// </summary>
/// <param name="low">Smallest value.</param>
/// <param name="high">Largest value.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BlockRange(long low, long high)
{
    /// <summary>What nothing is known of.</summary>
    public static BlockRange Any
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(int.MinValue, int.MaxValue);
    }

    /// <summary>Smallest value.</summary>
    public long Low { get; } = low;

    /// <summary>Largest value.</summary>
    public long High { get; } = high;

    /// <summary>A number.</summary>
    public static implicit operator BlockRange(int value) => new(value, value);

    /// <summary>−value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator -(BlockRange value) => Wrap(-value.High, -value.Low);

    /// <summary>~value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator ~(BlockRange value) => new(~value.High, ~value.Low);

    /// <summary>left + right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator +(BlockRange left, BlockRange right) => Wrap(left.Low + right.Low, left.High + right.High);

    /// <summary>left − right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator -(BlockRange left, BlockRange right) => Wrap(left.Low - right.High, left.High - right.Low);

    /// <summary>left · right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BlockRange operator *(BlockRange left, BlockRange right)
    {
        (long a, long b) = (left.Low * right.Low, left.Low * right.High);
        (long c, long d) = (left.High * right.Low, left.High * right.High);
        return Wrap(Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
    }

    /// <summary>left / right, toward zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator /(BlockRange left, BlockRange right) =>
        right.Low == right.High && right.Low > 0 ? new(left.Low / right.Low, left.High / right.Low) : DivideByRange(left, right);

    /// <summary>left % right, with the sign of <paramref name="left"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange operator %(BlockRange left, BlockRange right) =>
        right.Low == right.High && right.Low > 0 && left.Low >= 0 && left.Low / right.Low == left.High / right.Low
            ? new(left.Low % right.Low, left.High % right.Low)
            : RemainderByRange(left, right);

    /// <summary>left &amp; right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BlockRange operator &(BlockRange left, BlockRange right)
    {
        if (right.Low != right.High)
            (left, right) = (right, left);
        if (left.Low == left.High && right.Low == right.High)
            return new(left.Low & right.Low, left.Low & right.Low);
        long mask = right.Low;
        if (mask >= 0 && mask == right.High && (mask & (mask + 1)) == 0)
            return (left.Low & ~mask) == (left.High & ~mask) ? new(left.Low & mask, left.High & mask) : new(0, mask);
        if (left.Low >= 0 && right.Low >= 0)
            return new(0, Math.Min(left.High, right.High));
        return left.Low >= 0 ? new(0, left.High) : right.Low >= 0 ? new(0, right.High) : Any;
    }

    /// <summary>left | right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BlockRange operator |(BlockRange left, BlockRange right) =>
        left.Low >= 0 && right.Low >= 0 ? new(Math.Max(left.Low, right.Low), AllOnes(left.High | right.High)) : Any;

    /// <summary>left ^ right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static BlockRange operator ^(BlockRange left, BlockRange right) =>
        left.Low >= 0 && right.Low >= 0 ? new(0, AllOnes(left.High | right.High)) : Any;

    /// <summary>left &lt; right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator <(BlockRange left, BlockRange right) => new(left.Low >= right.High, left.High < right.Low);

    /// <summary>left > right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator >(BlockRange left, BlockRange right) => right < left;

    /// <summary>left ≤ right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator <=(BlockRange left, BlockRange right) => new(left.Low > right.High, left.High <= right.Low);

    /// <summary>left ≥ right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator >=(BlockRange left, BlockRange right) => right <= left;

    /// <summary>left = right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition AreEqual(BlockRange left, BlockRange right) =>
        new(left.Low > right.High || right.Low > left.High, left.Low == right.High && left.High == right.Low);

    /// <summary>The heads that share a key/value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Heads(int keyValueHead, int group) => new((long)keyValueHead * group, ((keyValueHead + 1L) * group) - 1);

    /// <summary>The absolute value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Abs(BlockRange value) =>
        value.Low >= 0 ? value
        : value.High <= 0 ? -value
        : Wrap(0, Math.Max(-value.Low, value.High));

    /// <summary>The smaller one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Min(BlockRange left, BlockRange right) => new(Math.Min(left.Low, right.Low), Math.Min(left.High, right.High));

    /// <summary>The larger one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Max(BlockRange left, BlockRange right) => new(Math.Max(left.Low, right.Low), Math.Max(left.High, right.High));

    /// <summary>value &lt;&lt; count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange ShiftLeft(BlockRange value, BlockRange count) =>
        count.Low == count.High ? Wrap(value.Low << (int)(count.Low & 31), value.High << (int)(count.Low & 31)) : Any;

    /// <summary>value >> count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange ShiftRight(BlockRange value, BlockRange count) =>
        count.Low == count.High ? new(value.Low >> (int)(count.Low & 31), value.High >> (int)(count.Low & 31))
        : value.Low >= 0 ? new(0, value.High)
        : Any;

    /// <summary>value >>> count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange ShiftRightUnsigned(BlockRange value, BlockRange count) => value.Low >= 0 ? ShiftRight(value, count) : Any;

    /// <summary>(int)value, toward zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Truncate(BlockFloatRange value) => value.IsKnown
        ? new(Math.Max((long)value.Low, int.MinValue), Math.Min((long)value.High, int.MaxValue))
        : Any;

    /// <summary>One of two, by a condition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockRange Select(BlockCondition condition, BlockRange one, BlockRange other) =>
        condition.Always ? one
        : condition.Never ? other
        : new(Math.Min(one.Low, other.Low), Math.Max(one.High, other.High));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static BlockRange DivideByRange(BlockRange left, BlockRange right)
    {
        if (right.Low <= 0 && right.High >= 0)
            return Any;
        (long a, long b) = (left.Low / right.Low, left.Low / right.High);
        (long c, long d) = (left.High / right.Low, left.High / right.High);
        return Wrap(Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static BlockRange RemainderByRange(BlockRange left, BlockRange right)
    {
        if (right.Low <= 0 && right.High >= 0)
            return Any;
        if (right.Low == right.High && left.Low / right.Low == left.High / right.Low && (left.Low >= 0 || left.High <= 0))
            return new(left.Low % right.Low, left.High % right.Low);
        long most = Math.Max(Math.Abs(right.Low), Math.Abs(right.High)) - 1;
        return new(Math.Clamp(left.Low, -most, 0), Math.Clamp(left.High, 0, most));
    }

    /// <summary>Where a result can leave the ints it comes back on the other side: then it can be anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BlockRange Wrap(long low, long high) => low < int.MinValue || high > int.MaxValue ? Any : new(low, high);

    /// <summary>The smallest number of nothing but ones, in binary, that is not below a number that is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long AllOnes(long value) => (long)(ulong.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount((ulong)value | 1));
}
