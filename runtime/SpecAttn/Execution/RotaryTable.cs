using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SpecAttn.Execution;

/// <summary>
/// Rotary position embedding (Su et al. 2021): pairs of elements of a query or key are turned by angles that grow with its position, so
/// that scores depend on distances.
/// </summary>
internal unsafe struct RotaryTable
{
    public RotaryStyle Style;

    /// <summary>Pairs that are turned; the elements behind them stay as they are.</summary>
    public int Pairs;

    /// <summary>[positions, Pairs] cosines of the angles.</summary>
    public float* Cos;

    /// <summary>[positions, Pairs] sines of the angles.</summary>
    public float* Sin;

    public readonly bool IsUsed => Style != RotaryStyle.None;

    /// <summary>Turns one query or key in place.</summary>
    public readonly void Apply(float* row, int position)
    {
        float* cos = Cos + ((nint)position * Pairs);
        float* sin = Sin + ((nint)position * Pairs);
        if (Style == RotaryStyle.HalfSplit)
            TurnHalves(row, cos, sin, Pairs);
        else
            TurnNeighbours(row, cos, sin, Pairs);
    }

    /// <summary>A pair is elements i and i + pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnHalves(float* row, float* cos, float* sin, int pairs)
    {
        float* other = row + pairs;
        int i = 0;
        for (; i <= pairs - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = Vector.Load(row + i);
            Vector<float> y = Vector.Load(other + i);
            Vector<float> c = Vector.Load(cos + i);
            Vector<float> s = Vector.Load(sin + i);
            Vector.Store((x * c) - (y * s), row + i);
            Vector.Store((y * c) + (x * s), other + i);
        }

        for (; i < pairs; i++)
            (row[i], other[i]) = ((row[i] * cos[i]) - (other[i] * sin[i]), (other[i] * cos[i]) + (row[i] * sin[i]));
    }

    /// <summary>A pair is elements 2i and 2i + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnNeighbours(float* row, float* cos, float* sin, int pairs)
    {
        Vector128<float> signs = Vector128.Create(-0f, 0f, -0f, 0f);
        int i = 0;
        for (; i <= pairs - 4; i += 4)
        {
            Vector128<float> c = Vector128.Load(cos + i);
            Vector128<float> s = Vector128.Load(sin + i);
            Vector128<float> first = Vector128.Load(row + (2 * i));
            Vector128<float> second = Vector128.Load(row + (2 * i) + 4);
            Vector128<float> firstSin = Vector128.Shuffle(s, Vector128.Create(0, 0, 1, 1)) ^ signs;
            Vector128<float> secondSin = Vector128.Shuffle(s, Vector128.Create(2, 2, 3, 3)) ^ signs;
            Vector128<int> swap = Vector128.Create(1, 0, 3, 2);
            Vector128.Store(
                (first * Vector128.Shuffle(c, Vector128.Create(0, 0, 1, 1))) + (Vector128.Shuffle(first, swap) * firstSin), row + (2 * i));
            Vector128.Store(
                (second * Vector128.Shuffle(c, Vector128.Create(2, 2, 3, 3))) + (Vector128.Shuffle(second, swap) * secondSin), row + (2 * i) + 4);
        }

        for (; i < pairs; i++)
        {
            (float x, float y) = (row[2 * i], row[(2 * i) + 1]);
            row[2 * i] = (x * cos[i]) - (y * sin[i]);
            row[(2 * i) + 1] = (y * cos[i]) + (x * sin[i]);
        }
    }
}
