using System.Numerics;
using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>Small vectorised questions about numbers.</summary>
internal static class Numbers
{
    public static bool ContainsNaN(ReadOnlySpan<float> numbers)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(numbers);
        foreach (Vector<float> vector in vectors)
        {
            if (!Vector.EqualsAll(vector, vector))
                return true;
        }

        foreach (float number in numbers[(vectors.Length * Vector<float>.Count)..])
        {
            if (float.IsNaN(number))
                return true;
        }

        return false;
    }
}
