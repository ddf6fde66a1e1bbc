using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

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
