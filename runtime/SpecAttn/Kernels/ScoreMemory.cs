using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SpecAttn.Kernels;

/// <summary>Vectors of elements of captured spans. What lies outside a span is 0 here; whether it was asked for is the caller's to check.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class ScoreMemory
{
    /// <summary>The elements with these indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Gather(ref int span, int length, Vector128<int> index)
    {
        if (length == 0)
            return Vector128<int>.Zero;
        Vector128<int> inside = Vector128.LessThan(index.AsUInt32(), Vector128.Create((uint)length)).AsInt32();
        Vector128<int> safe = index & inside;
        return inside & (Avx2.IsSupported
            ? Avx2.GatherVector128((int*)Unsafe.AsPointer(ref span), safe, sizeof(int))
            : Vector128.Create(
                Unsafe.Add(ref span, safe.GetElement(0)), Unsafe.Add(ref span, safe.GetElement(1)),
                Unsafe.Add(ref span, safe.GetElement(2)), Unsafe.Add(ref span, safe.GetElement(3))));
    }

    /// <inheritdoc cref="Gather(ref int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Gather(ref int span, int length, Vector256<int> index)
    {
        if (!Avx2.IsSupported || length == 0)
            return Vector256.Create(Gather(ref span, length, index.GetLower()), Gather(ref span, length, index.GetUpper()));
        Vector256<int> inside = Vector256.LessThan(index.AsUInt32(), Vector256.Create((uint)length)).AsInt32();
        return inside & Avx2.GatherVector256((int*)Unsafe.AsPointer(ref span), index & inside, sizeof(int));
    }

    /// <inheritdoc cref="Gather(ref int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Gather(ref int span, int length, Vector512<int> index) =>
        Vector512.Create(Gather(ref span, length, index.GetLower()), Gather(ref span, length, index.GetUpper()));

    /// <inheritdoc cref="Gather(ref int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Gather(ref float span, int length, Vector128<int> index) =>
        Gather(ref Unsafe.As<float, int>(ref span), length, index).AsSingle();

    /// <inheritdoc cref="Gather(ref int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gather(ref float span, int length, Vector256<int> index) =>
        Gather(ref Unsafe.As<float, int>(ref span), length, index).AsSingle();

    /// <inheritdoc cref="Gather(ref int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gather(ref float span, int length, Vector512<int> index) =>
        Gather(ref Unsafe.As<float, int>(ref span), length, index).AsSingle();

    /// <summary>Neighbouring elements from index <paramref name="start"/> on, whose indices are <paramref name="index"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Run(ref int span, int length, int start, Vector128<int> index) =>
        start >= 0 && start <= length - Vector128<int>.Count ? Vector128.LoadUnsafe(ref span, (nuint)start) : Gather(ref span, length, index);

    /// <inheritdoc cref="Run(ref int, int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Run(ref int span, int length, int start, Vector256<int> index) =>
        start >= 0 && start <= length - Vector256<int>.Count ? Vector256.LoadUnsafe(ref span, (nuint)start) : Gather(ref span, length, index);

    /// <inheritdoc cref="Run(ref int, int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Run(ref int span, int length, int start, Vector512<int> index) =>
        start >= 0 && start <= length - Vector512<int>.Count ? Vector512.LoadUnsafe(ref span, (nuint)start) : Gather(ref span, length, index);

    /// <inheritdoc cref="Run(ref int, int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Run(ref float span, int length, int start, Vector128<int> index) =>
        Run(ref Unsafe.As<float, int>(ref span), length, start, index).AsSingle();

    /// <inheritdoc cref="Run(ref int, int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Run(ref float span, int length, int start, Vector256<int> index) =>
        Run(ref Unsafe.As<float, int>(ref span), length, start, index).AsSingle();

    /// <inheritdoc cref="Run(ref int, int, int, Vector128{int})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Run(ref float span, int length, int start, Vector512<int> index) =>
        Run(ref Unsafe.As<float, int>(ref span), length, start, index).AsSingle();
}
