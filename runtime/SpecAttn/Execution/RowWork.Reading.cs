using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <content>How keys and values are read, and the queries that meet them.</content>
internal readonly unsafe partial struct RowWork<TKernel>
{
    /// <summary>What finite Halves come without; with it, whatever they are multiplied with.</summary>
    private const float HalfFactor = 5192296858534827628530496329220096f;

    /// <summary>
    /// Rows of fp32 up to which memory is the limit and four streams are worth their while. Keys and values of many layers or sequences in turn
    /// come from memory even if they are few: those of 256 to 1024 tokens sooner by a third, while those that are still in the last cache take
    /// up to a twentieth longer. With twice as much to compute for every byte they have to be more than <see cref="FarFactor"/> times
    /// <see cref="IAttentionKernel.NearBytes"/>, and with even more streams are never taken.
    /// </summary>
    private const int MostRowsOfMemory = 4;

    /// <inheritdoc cref="MostRowsOfMemory"/>
    private const int FarFactor = 4;

    /// <summary>What keys and values are stored as where the kernel reads them so; null where they are first turned into fp32.</summary>
    private readonly record struct Reading(ElementType? Keys, ElementType? Values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Reading ReadingOf(int batch)
    {
        ElementType keys = _problem.Key.ElementOf(batch);
        ElementType values = _problem.Value.ElementOf(batch);
        return new(
            TKernel.RowReadsKeys(keys) && !_problem.MustTurnKeys ? keys : null,
            TKernel.RowReadsValues(values) ? values : null);
    }

    /// <summary>
    /// Whether keys and values are read in four streams, see <see cref="MostRowsOfMemory"/>. One row asks for nothing, of which streams live.
    /// As with the choice of the kernel, one sequence alone decides.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakesStreams(in HeadRows rows)
    {
        int work = rows.OfHead * sizeof(float) / _problem.Key.Element.Size();
        if (!Processor.AwaitsManyLines || rows.OfHead < TKernel.FewestAskingRows || work > 2 * MostRowsOfMemory)
            return false;
        return work <= MostRowsOfMemory || _problem.PlannedBytesOf<TKernel>(rows.Batch) > FarFactor * TKernel.NearBytes;
    }

    /// <summary>Takes in the queries, for the way that the keys will be read in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Reading LoadRows(in HeadRows rows, in RowScratch memory)
    {
        Reading reading = ReadingOf(rows.Batch);
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
