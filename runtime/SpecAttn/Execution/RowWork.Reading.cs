using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>How keys and values are read, and the queries that meet them.</content>
internal readonly unsafe partial struct RowWork<TKernel>
{
    /// <summary>What finite Halves come without; with it, whatever they are multiplied with.</summary>
    private const float HalfFactor = 5192296858534827628530496329220096f;

    /// <summary>
    /// Lanes times bytes of an element, for each row, with which four streams of keys and values are worth their while: memory brings these sooner
    /// than one, but with more rows, shorter vectors or smaller elements there is more to compute for every byte than to wait for. What a model
    /// with many layers reads comes from memory even if it is little: from 128 tokens on sooner by a tenth to two thirds. What still is in the
    /// last cache, because the same call is made again and again, takes up to a fifth longer.
    /// </summary>
    private const int LeastBytesOfRow = 8;

    /// <summary>With less than twice as much, and tokens of more elements than these, streams are worth it only from far more bytes on.</summary>
    private const int MostElements = 128;

    /// <summary>So many times <see cref="IAttentionKernel.NearBytes"/>.</summary>
    private const int FarFactor = 4;

    /// <summary>
    /// What keys and values are stored as where the kernel reads them so, null where they are first turned into fp32; and whether they are read in
    /// four streams, see <see cref="TakesStreams"/>.
    /// </summary>
    private readonly record struct Reading(ElementType? Keys, ElementType? Values, bool InStreams);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Reading ReadingOf(in HeadRows rows)
    {
        ElementType keys = _problem.Key.ElementOf(rows.Batch);
        ElementType values = _problem.Value.ElementOf(rows.Batch);
        return new(
            TKernel.RowReadsKeys(keys) && !_problem.MustTurnKeys ? keys : null,
            TKernel.RowReadsValues(values) ? values : null,
            TakesStreams(in rows));
    }

    /// <summary>
    /// Whether keys and values are read in four streams. Heads that are taken together ask for nothing, of which streams live. As with the choice
    /// of the kernel, one sequence alone decides.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakesStreams(in HeadRows rows) =>
        Processor.AwaitsManyLines && rows.Heads == 1 && AwaitMemory(rows.OfHead, _problem.Key.Element.Size(), _problem.PlannedBytesOf<TKernel>(rows.Batch));

    /// <summary>Whether some rows wait for memory rather than compute, see <see cref="LeastBytesOfRow"/>.</summary>
    /// <param name="rows">Rows of a key/value head.</param>
    /// <param name="elementBytes">Of a key.</param>
    /// <param name="bytes">Of all keys and values of the sequence.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool AwaitMemory(int rows, int elementBytes, long bytes)
    {
        int bytesOfVector = TKernel.Lanes * elementBytes;
        int least = LeastBytesOfRow * rows;
        return rows >= TKernel.FewestStreamRows
            && bytesOfVector >= least
            && (bytesOfVector >= 2 * least || TKernel.HeadDim <= MostElements || bytes > FarFactor * TKernel.NearBytes);
    }

    /// <summary>Takes in the queries, for the way that the keys will be read in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Reading LoadRows(in HeadRows rows, in RowScratch memory)
    {
        Reading reading = ReadingOf(in rows);
        float scale = _problem.QueryScale(TKernel.ChangesScores);
        if (reading.Keys != ElementType.FiniteHalf)
        {
            LoadRows(in rows, scale, in memory);
            return reading;
        }

        LoadRows(in rows, scale * HalfFactor, in memory);
        if (Numbers.AreFinite(new ReadOnlySpan<float>(memory.Queries, rows.Count * TKernel.PaddedHeadDim)))
            return reading;

        // Queries from 2^15 on leave no room for the factor.
        LoadRows(in rows, scale, in memory);
        return reading with { Keys = null };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadRows(in HeadRows rows, float scale, in RowScratch memory)
    {
        bool inPairs = LanePairs.AreOfKeys<TKernel>(in _problem);
        RowCursor at = rows.From(0);
        for (int row = 0; row < rows.Count; row++)
        {
            float* target = memory.Queries + (row * TKernel.PaddedHeadDim);
            float* source = target;
            if (_problem.MustLoadQueries)
                _problem.LoadQuery(rows.Batch, at.Query, at.Head, target, TKernel.HeadDim);
            else
                source = _problem.Query.FloatHead(rows.Batch, at.Query, at.Head);
            Numbers.Multiply(source, scale, target, TKernel.HeadDim);
            Numbers.Clear(target + TKernel.HeadDim, TKernel.PaddedHeadDim - TKernel.HeadDim);
            if (inPairs)
                LanePairs.Separate<TKernel>(target, TKernel.HeadDim);
            at.MoveNext();
        }
    }
}
