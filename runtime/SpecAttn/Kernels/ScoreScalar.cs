using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// Steps of score programs on single numbers, where C#'s operator could throw: these do not, because whether the step is carried out
/// at all is known only later. What they return then is never used.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ScoreScalar
{
    /// <summary>Whether C# cannot divide the one by the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUndivisible(int dividend, int divisor) => divisor == 0 || (divisor == -1 && dividend == int.MinValue);

    /// <summary>dividend / divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Divide(int dividend, int divisor) => IsUndivisible(dividend, divisor) ? 0 : dividend / divisor;

    /// <summary>dividend % divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Remainder(int dividend, int divisor) => IsUndivisible(dividend, divisor) ? 0 : dividend % divisor;

    /// <summary>The absolute value; the smallest <c>int</c> stays itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Abs(int value) => unchecked(value < 0 ? -value : value);

    /// <summary>The value, or the bound that it is beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Clamp(int value, int lowest, int highest) => value < lowest ? lowest : value > highest ? highest : value;

    /// <summary>The value, or the bound that it is beyond; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Clamp(float value, float lowest, float highest) => value < lowest ? lowest : value > highest ? highest : value;

    /// <summary>An element of a span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Element<T>(ref T span, int length, int index)
        where T : unmanaged => (uint)index < (uint)length ? Unsafe.Add(ref span, index) : default;
}
