using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>The order in which row kernels have numbers that they read in pairs, see <see cref="ElementPairs"/>.</summary>
internal static unsafe class LanePairs
{
    /// <summary>Whether keys are in this order, and so the queries. It is the same for all sequences, whatever they hold: so are results, to the last bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOfKeys<TKernel>(ref readonly AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        ElementType element = problem.Key.NarrowestElement;
        return element.ComeInPairs() && TKernel.RowReadsKeys(element) && !problem.MustTurnKeys;
    }

    /// <summary>The same of values, and their sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreOfValues<TKernel>(ref readonly AttentionProblem problem)
        where TKernel : struct, IAttentionKernel
    {
        ElementType element = problem.Value.NarrowestElement;
        return element.ComeInPairs() && TKernel.RowReadsValues(element);
    }

    /// <summary>Of every two whole vectors of the kernel, elements of even number become the first and those of odd the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Separate<TKernel>(float* numbers, int count)
        where TKernel : struct, IAttentionKernel
    {
        for (int i = 0; i <= count - (2 * TKernel.Lanes); i += 2 * TKernel.Lanes)
        {
            uint* first = (uint*)(numbers + i);
            uint* second = first + TKernel.Lanes;
            if (TKernel.Lanes == Vector512<uint>.Count)
            {
                Vector512<ulong> a = Vector512.Load(first).AsUInt64();
                Vector512<ulong> b = Vector512.Load(second).AsUInt64();
                Vector512.Narrow(a, b).Store(first);
                Vector512.Narrow(a >> 32, b >> 32).Store(second);
            }
            else if (TKernel.Lanes == Vector256<uint>.Count)
            {
                Vector256<ulong> a = Vector256.Load(first).AsUInt64();
                Vector256<ulong> b = Vector256.Load(second).AsUInt64();
                Vector256.Narrow(a, b).Store(first);
                Vector256.Narrow(a >> 32, b >> 32).Store(second);
            }
            else
            {
                Vector128<ulong> a = Vector128.Load(first).AsUInt64();
                Vector128<ulong> b = Vector128.Load(second).AsUInt64();
                Vector128.Narrow(a, b).Store(first);
                Vector128.Narrow(a >> 32, b >> 32).Store(second);
            }
        }
    }

    /// <summary>The way back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join<TKernel>(float* numbers, int count)
        where TKernel : struct, IAttentionKernel
    {
        for (int i = 0; i <= count - (2 * TKernel.Lanes); i += 2 * TKernel.Lanes)
        {
            uint* first = (uint*)(numbers + i);
            uint* second = first + TKernel.Lanes;
            if (TKernel.Lanes == Vector512<uint>.Count)
            {
                Vector512<uint> even = Vector512.Load(first);
                Vector512<uint> odd = Vector512.Load(second);
                (Vector512.WidenLower(even) | (Vector512.WidenLower(odd) << 32)).AsUInt32().Store(first);
                (Vector512.WidenUpper(even) | (Vector512.WidenUpper(odd) << 32)).AsUInt32().Store(second);
            }
            else if (TKernel.Lanes == Vector256<uint>.Count)
            {
                Vector256<uint> even = Vector256.Load(first);
                Vector256<uint> odd = Vector256.Load(second);
                (Vector256.WidenLower(even) | (Vector256.WidenLower(odd) << 32)).AsUInt32().Store(first);
                (Vector256.WidenUpper(even) | (Vector256.WidenUpper(odd) << 32)).AsUInt32().Store(second);
            }
            else
            {
                Vector128<uint> even = Vector128.Load(first);
                Vector128<uint> odd = Vector128.Load(second);
                (Vector128.WidenLower(even) | (Vector128.WidenLower(odd) << 32)).AsUInt32().Store(first);
                (Vector128.WidenUpper(even) | (Vector128.WidenUpper(odd) << 32)).AsUInt32().Store(second);
            }
        }
    }
}
