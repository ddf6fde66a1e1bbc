using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>Where the heads of a rank-4 tensor lie, or those of cached sequences. Strides are in elements.</summary>
internal unsafe struct StridedTensor
{
    public byte* Data;
    public ElementType Element;
    public nint BatchStride;

    /// <summary>[batch + 1] the first token of each sequence, and the number of all, where sequences differ in length; else null.</summary>
    public int* Segments;
    public nint TokenStride;
    public nint HeadStride;

    /// <summary>[batch] where the tokens of caches lie, which then go before everything but <see cref="TokenStride"/>; else null.</summary>
    public BlockTable* Tables;

    /// <summary>Elements from the first one of the tensor to the first one of a head; not of caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint OffsetOf(int batch, int token, int head) =>
        (Segments == null ? batch * BatchStride : Segments[batch] * TokenStride) + (token * TokenStride) + (head * HeadStride);

    /// <summary>First element of a head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte* Head(int batch, int token, int head) =>
        Tables == null ? Data + (OffsetOf(batch, token, head) << Element.SizeShift()) : Tables[batch].Address(token, head);

    /// <summary>First element of a head of a tensor of <see cref="ElementType.Single"/>; not of caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* FloatHead(int batch, int token, int head) => (float*)Data + OffsetOf(batch, token, head);

    /// <summary>How the elements of a sequence are stored, as narrowly as it is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ElementType ElementOf(int batch) =>
        Element == ElementType.Half && Tables != null && Tables[batch].IsFinite ? ElementType.FiniteHalf : Element;

    /// <summary>The narrowest that it could be of any sequence.</summary>
    public readonly ElementType NarrowestElement => Element == ElementType.Half && Tables != null ? ElementType.FiniteHalf : Element;

    /// <summary>How many of some consecutive tokens of a head lie <see cref="TokenStride"/> apart, until a page ends or a ring begins anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int RunOf(int batch, int token, int count) => Tables == null ? count : Tables[batch].RunOf(token, count);

    /// <summary>Whether the tokens of a chunk lie <see cref="TokenStride"/> apart, in all chunks of some consecutive tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool HasWhole(int batch, int token, int count, int chunk) => Tables == null || Tables[batch].HasWhole(token, count, chunk);

    /// <summary>The first of some consecutive tokens of a head, if all of them lie <see cref="TokenStride"/> apart; otherwise null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly byte* RunOfHead(int batch, int token, int count, int head) =>
        RunOf(batch, token, count) == count ? Head(batch, token, head) : null;

    /// <summary>Copies consecutive tokens of a head as they are, with <paramref name="targetStride"/> elements between two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void CopyRows(int batch, int first, int count, int head, byte* target, nint targetStride, int dim)
    {
        int bytes = dim * Element.Size();
        for (int token = first; token < first + count; token++)
        {
            Buffer.MemoryCopy(Head(batch, token, head), target, bytes, bytes);
            target += targetStride * Element.Size();
        }
    }

    /// <summary>Multiplies numbers, one for each of some consecutive tokens of a head, with the scales of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void MultiplyByScales(int batch, int first, int count, int head, float* numbers)
    {
        while (count > 0)
        {
            int run = RunOf(batch, first, count);
            Numbers.Multiply(numbers, Tables[batch].Scale(first, head), numbers, run);
            first += run;
            count -= run;
            numbers += run;
        }
    }

    /// <summary>Copies consecutive tokens of a head as fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void LoadRows(int batch, int first, int count, int head, float* target, nint targetStride, int dim)
    {
        while (count > 0)
        {
            int run = RunOf(batch, first, count);
            LoadRun(batch, first, run, head, target, targetStride, dim);
            first += run;
            count -= run;
            target += run * targetStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void LoadRun(int batch, int first, int count, int head, float* target, nint targetStride, int dim)
    {
        byte* source = Head(batch, first, head);
        if (Element == ElementType.Single)
            Numbers.CopyRows((float*)source, TokenStride, target, targetStride, count, dim);
        else if (Element == ElementType.SByte)
            StoredNumbers.LoadScaledRows((sbyte*)source, Tables[batch].Scale(first, head), target, targetStride, count, dim);
        else
            StoredNumbers.LoadRows(Element, (ushort*)source, TokenStride, target, targetStride, count, dim);
    }
}
