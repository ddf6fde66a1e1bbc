using System.Runtime.InteropServices;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Comparison of floats as bits, where NaN equals itself and the two zeros differ.</summary>
internal static class Bits
{
    public static bool AreEqual(float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right);

    public static bool AreEqual(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));
}
