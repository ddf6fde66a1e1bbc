using System.Numerics;

namespace SpecAttn.Execution;

/// <summary>Where the keys of a cached sequence stand in it. Not at its beginning in a ring, whose positions may grow beyond all ints.</summary>
internal struct KeyOrigin
{
    // Positions have one bit more than their shift is a multiple of: all ints; or, for ALiBi, which turns them into floats, what those hold exactly.
    private const int IntBits = 30;
    private const int FloatBits = 22;

    /// <summary>Position of key 0.</summary>
    public int First;

    /// <summary>What positions are less by than they are in the sequence.</summary>
    public long Shift;

    /// <param name="first">Position of key 0 in the sequence.</param>
    /// <param name="length">Number of keys; at most 2³⁰ where <paramref name="first"/> is not 0.</param>
    /// <param name="forFloats">Whether positions are turned into floats.</param>
    public static KeyOrigin Of(long first, int length, bool forFloats)
    {
        if (first == 0)
            return default;
        int bits = forFloats ? Math.Max(FloatBits, BitOperations.Log2((uint)length) + 1) : IntBits;
        bits = Math.Min(bits, IntBits);
        long end = first + length;
        long shift = end < 2L << bits ? 0 : ((end >> bits) - 1) << bits;
        return new KeyOrigin { First = (int)(first - shift), Shift = shift };
    }
}
