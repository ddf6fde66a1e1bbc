using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SpecAttn.Kernels;

/// <summary>What a score or visibility function throws, in the middle of a kernel, where C# would throw.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ScoreFault
{
    /// <summary>An element outside a captured span was read.</summary>
    /// <exception cref="IndexOutOfRangeException">Always.</exception>
    [DoesNotReturn]
    public static void ThrowIndex(string parameter, int index, int length) =>
        throw new IndexOutOfRangeException($"{parameter}[{index}] was read by a score or visibility function, but {parameter} has {length} elements.");

    /// <summary>The absolute value of the smallest <c>int</c> was asked for, which is no <c>int</c>.</summary>
    /// <exception cref="OverflowException">Always.</exception>
    [DoesNotReturn]
    public static void ThrowAbs() =>
        throw new OverflowException($"A score or visibility function took the absolute value of {int.MinValue}, which is no int.");

    /// <summary>A value was clamped between limits in the wrong order.</summary>
    /// <exception cref="ArgumentException">Always.</exception>
    [DoesNotReturn]
    public static void ThrowClamp(int lowest, int highest) =>
        throw new ArgumentException($"A score or visibility function clamped a value between {lowest} and {highest}: the lower limit is the higher one.");

    /// <inheritdoc cref="ThrowClamp(int, int)"/>
    [DoesNotReturn]
    public static void ThrowClamp(float lowest, float highest) =>
        throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"A score or visibility function clamped a value between {lowest} and {highest}: the lower limit is the higher one."));

    /// <summary>An integer was divided by 0, or the smallest one by −1.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    /// <exception cref="OverflowException">The quotient is no <c>int</c>.</exception>
    [DoesNotReturn]
    public static void ThrowDivision(int dividend, int divisor)
    {
        string division = $"A score or visibility function divided {dividend} by {divisor}";
        throw divisor == 0 ? new DivideByZeroException($"{division}.") : new OverflowException($"{division}, whose quotient is no int.");
    }
}
