using System.Runtime.InteropServices;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Memory for a tensor of <see cref="Half"/> or <see cref="BFloat16"/>: the bits, and how they come about.</summary>
internal sealed class StoredBuffer(Type element, TestBuffer<ushort> bits) : IDisposable
{
    public Type Element => element;

    public TestBuffer<ushort> Bits { get; set; } = bits;

    public ReadOnlySpan<Half> Halves => element == typeof(Half)
        ? MemoryMarshal.Cast<ushort, Half>(Bits.Span)
        : throw new InvalidOperationException("The elements are no Half.");

    public ReadOnlySpan<BFloat16> BrainFloats => element == typeof(BFloat16)
        ? MemoryMarshal.Cast<ushort, BFloat16>(Bits.Span)
        : throw new InvalidOperationException("The elements are no BFloat16.");

    /// <summary>The number as the element type stores it.</summary>
    public static float Round(Type element, float number) =>
        element == typeof(Half) ? (float)(Half)number
        : element == typeof(BFloat16) ? (float)(BFloat16)number
        : number;

    public void Write(ReadOnlySpan<float> numbers, int at)
    {
        for (int i = 0; i < numbers.Length; i++)
            Bits.Span[at + i] = element == typeof(Half) ? BitConverter.HalfToUInt16Bits((Half)numbers[i]) : ((BFloat16)numbers[i]).ToBits();
    }

    public void Dispose() => Bits.Dispose();
}
