using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// All values that a <c>float</c> expression can have for the pairs of a block, as <see cref="BlockRange"/>. Rounding is monotone, so
/// the rounded ends are the ends of what is rounded. Where an end is infinite or NaN nothing is known.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BlockFloatRange
{
    private BlockFloatRange(float low, float high)
    {
        // With infinite ends there may be a NaN between them.
        bool known = float.IsFinite(low) && float.IsFinite(high);
        Low = known ? low : float.NaN;
        High = known ? high : float.NaN;
    }

    /// <summary>What nothing is known of: every comparison with it is open.</summary>
    public static BlockFloatRange Any => new(float.NaN, float.NaN);

    /// <summary>Smallest value, NaN where it is not known.</summary>
    public float Low { get; }

    /// <summary>Largest value, NaN where it is not known.</summary>
    public float High { get; }

    /// <summary>Whether there is anything known.</summary>
    public bool IsKnown => !float.IsNaN(Low);

    /// <summary>A number.</summary>
    public static implicit operator BlockFloatRange(float value) => new(value, value);

    /// <summary>(float)value.</summary>
    public static explicit operator BlockFloatRange(BlockRange value) => new(value.Low, value.High);

    /// <summary>−value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange operator -(BlockFloatRange value) => new(-value.High, -value.Low);

    /// <summary>left + right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange operator +(BlockFloatRange left, BlockFloatRange right) => new(left.Low + right.Low, left.High + right.High);

    /// <summary>left − right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange operator -(BlockFloatRange left, BlockFloatRange right) => new(left.Low - right.High, left.High - right.Low);

    /// <summary>left · right.</summary>
    public static BlockFloatRange operator *(BlockFloatRange left, BlockFloatRange right)
    {
        (float a, float b) = (left.Low * right.Low, left.Low * right.High);
        (float c, float d) = (left.High * right.Low, left.High * right.High);
        return new(MathF.Min(MathF.Min(a, b), MathF.Min(c, d)), MathF.Max(MathF.Max(a, b), MathF.Max(c, d)));
    }

    /// <summary>left &lt; right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator <(BlockFloatRange left, BlockFloatRange right) => new(left.Low >= right.High, left.High < right.Low);

    /// <summary>left > right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator >(BlockFloatRange left, BlockFloatRange right) => right < left;

    /// <summary>left ≤ right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator <=(BlockFloatRange left, BlockFloatRange right) => new(left.Low > right.High, left.High <= right.Low);

    /// <summary>left ≥ right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator >=(BlockFloatRange left, BlockFloatRange right) => right <= left;

    /// <summary>left = right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition AreEqual(BlockFloatRange left, BlockFloatRange right) =>
        new(left.Low > right.High || right.Low > left.High, left.Low == right.High && left.High == right.Low);

    /// <summary>The absolute value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange Abs(BlockFloatRange value) =>
        value.Low >= 0 ? value
        : value.High <= 0 ? -value
        : new(0, MathF.Max(-value.Low, value.High));

    /// <summary>The smaller one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange Min(BlockFloatRange left, BlockFloatRange right) => new(MathF.Min(left.Low, right.Low), MathF.Min(left.High, right.High));

    /// <summary>The larger one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange Max(BlockFloatRange left, BlockFloatRange right) => new(MathF.Max(left.Low, right.Low), MathF.Max(left.High, right.High));

    /// <summary>One of two, by a condition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockFloatRange Select(BlockCondition condition, BlockFloatRange one, BlockFloatRange other) =>
        condition.Always ? one
        : condition.Never ? other
        : new(MathF.Min(one.Low, other.Low), MathF.Max(one.High, other.High));
}
