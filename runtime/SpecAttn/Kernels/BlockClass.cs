using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// What becomes of a block. A kernel's own classification looks at each comparison by itself, and calls a block mixed where only several of
/// them together decide ("in this document or before it"). Such a block is cut into parts, until two of them differ, all of them agree, or it
/// has been asked often enough.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BlockClass
{
    /// <summary>Most questions about the parts of one block: less time than a tile of its scores takes.</summary>
    private const int MostParts = 64;

    /// <summary>Most parts that wait to be looked at.</summary>
    private const int MostWaiting = 40;

    /// <summary>Whether queries of a range see keys of a range: none, all, or some.</summary>
    /// <param name="inputs">What classification reads besides.</param>
    /// <param name="query">Positions of the queries.</param>
    /// <param name="key">The keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockVisibility Of<TKernel>(in ScoreInputs inputs, BlockRange query, BlockRange key)
        where TKernel : struct, IAttentionKernel
    {
        BlockVisibility visibility = TKernel.Classify(in inputs, query, key);
        return TKernel.RefinesBlocks && visibility == BlockVisibility.Mixed ? OfParts<TKernel>(in inputs, query, key) : visibility;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static BlockVisibility OfParts<TKernel>(in ScoreInputs inputs, BlockRange query, BlockRange key)
        where TKernel : struct, IAttentionKernel
    {
        // Two corners that differ are the quickest answer.
        BlockVisibility first = TKernel.Classify(in inputs, new(query.Low, query.Low), new(key.Low, key.Low));
        if (TKernel.Classify(in inputs, new(query.Low, query.Low), new(key.High, key.High)) != first
            || TKernel.Classify(in inputs, new(query.High, query.High), new(key.Low, key.Low)) != first
            || TKernel.Classify(in inputs, new(query.High, query.High), new(key.High, key.High)) != first)
        {
            return BlockVisibility.Mixed;
        }

        Span<(BlockRange Query, BlockRange Key)> parts = stackalloc (BlockRange, BlockRange)[MostWaiting];
        parts[0] = (query, key);
        int count = 1;
        for (int asked = 0; count > 0; asked++)
        {
            (query, key) = parts[--count];
            BlockVisibility visibility = TKernel.Classify(in inputs, query, key);
            if (visibility == first)
                continue;
            bool isPair = query.Low == query.High && key.Low == key.High;
            if (visibility != BlockVisibility.Mixed || isPair || asked == MostParts || count + 2 > parts.Length)
                return BlockVisibility.Mixed;
            if (query.High - query.Low > key.High - key.Low)
            {
                long middle = Middle(query);
                parts[count++] = (new(query.Low, middle - 1), key);
                parts[count++] = (new(middle, query.High), key);
            }
            else
            {
                long middle = Middle(key);
                parts[count++] = (query, new(key.Low, middle - 1));
                parts[count++] = (query, new(middle, key.High));
            }
        }
        return first;
    }

    /// <summary>The roundest number above the low end: patterns change where a power of two divides, far more often than elsewhere.</summary>
    private static long Middle(BlockRange range)
    {
        int bits = 63 - BitOperations.LeadingZeroCount((ulong)(range.Low ^ range.High));
        return range.High >> bits << bits;
    }
}
