using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

internal static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Size(this ElementType type) => 1 << type.SizeShift();

    /// <summary>Logarithm of <see cref="Size"/>: addresses are worked out for every head of every call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeShift(this ElementType type) => type == ElementType.Single ? 2 : type <= ElementType.BFloat16 ? 1 : 0;
}
