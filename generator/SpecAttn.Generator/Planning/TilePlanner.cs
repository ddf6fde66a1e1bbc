using SpecAttn.Generator.Model;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Planning;

/// <summary>Decides tiles, blocks and unrolling from the head's dimensions and the facts of an instruction set.</summary>
internal static class TilePlanner
{
    /// <summary>Every key of a score tile needs an address in a general-purpose register; x64 has 16 of them, and the loop needs some.</summary>
    private const int MostKeysInTile = 8;

    /// <summary>Scores of a block of keys stay in L1 or L2 together with the keys; blocks of 96 to 400 measure alike.</summary>
    private const int KeyBlock = 128;

    /// <summary>Up to here a loop over the head dimension is not worth its branch.</summary>
    private const int StraightLineHeadDim = 8;

    /// <summary>Head-dimension elements per iteration; more measure alike.</summary>
    private const int HeadDimStep = 4;

    /// <summary>More rows than this in a value tile save no loads.</summary>
    private const int MostRowsInTile = 12;

    /// <summary>Rows up to which the row kernel wins where keys and values come from far, if heads are short.</summary>
    private const int FewestFarRows = 8;

    /// <summary>The same if heads are the longest.</summary>
    private const int MostFarRows = 32;

    /// <summary>From here on it matters how far keys and values come from.</summary>
    private const int FarHeadDim = 128;

    /// <summary>
    /// The same where tokens of other heads lie between those of one: every token is in a page of its own then, into which the row kernel goes
    /// again and again, and the tile kernel, which is through with a token when it leaves it, but once.
    /// </summary>
    private const int FarScatteredHeadDim = 256;

    /// <summary>As many pages of 4 KB as current processors know at a time: 3072.</summary>
    private const long NearBytes = 3072 * 4096;

    /// <summary>Long uninterrupted streams of keys, then of values, are what the memory system wants in decoding.</summary>
    private const int RowKeyBlock = 1024;

    /// <summary>
    /// Elements of the chunk of keys or values that several groups of rows, or several strips of the value dimension, take in turn while the
    /// next one is on its way: 8 KB. In larger ones reading pauses for too long while a chunk is read again.
    /// </summary>
    private const int RowChunkElements = 2048;

    /// <summary>Fewer tokens would have the accumulators loaded and stored too often, whatever the cache holds.</summary>
    private const int FewestTokensInChunk = 16;

    /// <summary>Keys ahead of which values are brought from the second-level cache: about its latency.</summary>
    private const int NearKeys = 4;

    /// <summary>Rows that share one pass over keys and values, be they queries or heads of a group: every number up to here has a use in decoding.</summary>
    private const int SmallRowTile = 4;

    /// <summary>
    /// The same where registers are many, of heads in groups of 8, or two queries of heads in groups of 4. In two passes the second one reads
    /// a chunk again while nothing new comes from memory: that takes a fifth to a third longer.
    /// </summary>
    private const int LargeRowTile = 8;

    /// <summary>Keys whose scores come out of one transposing sum; half as many where registers are few.</summary>
    private const int KeysInRowTile = 4;

    public static KernelPlan Plan(HeadGeometry geometry, HeadStorage storage, Unroll unroll, IsaFacts facts)
    {
        int headDimStep = unroll == Unroll.Full || geometry.HeadDim <= StraightLineHeadDim ? geometry.HeadDim : HeadDimStep;
        var scoreTiles = Enumerable.Range(1, facts.QueryColumns)
            .Select(columns => PlanScoreTile(columns, geometry.HeadDim, headDimStep, facts))
            .ToEquatableArray();
        int blockRows = facts.QueryColumns * facts.Lanes;
        int valueVectors = KernelPlan.RoundUp(geometry.ValueDim, facts.Lanes) / facts.Lanes;

        return new KernelPlan(
            facts,
            geometry.HeadDim,
            geometry.ValueDim,
            unroll,
            scoreTiles,
            headDimStep,
            PlanValueTiles(geometry, unroll, valueVectors, blockRows, facts).ToEquatableArray(),
            PlanValueTile(1, geometry, unroll, valueVectors, facts, weightGroup: 1, ElementType.Single),
            KeyBlock,
            SoftmaxStep: facts.Registers >= 32 ? 4 : 2,
            PlanRows(geometry, storage, unroll, valueVectors, facts));
    }

    /// <summary>Accumulators, the queries of one step and the scalars of a key must fit in the registers.</summary>
    private static ScoreTile PlanScoreTile(int columns, int headDim, int step, IsaFacts facts)
    {
        int free = facts.Registers - facts.Reserved - 1;
        int mostKeys = facts.ScalarGroup == 1
            ? (free - columns) / columns // one scalar lives at a time, the queries all along
            : free / (columns + 1); // one query vector lives at a time, the scalars all along
        int keys = Math.Min(mostKeys, MostKeysInTile);
        return new ScoreTile(
            keys,
            columns,
            JitBudget.Split(headDim, HeadDimStep, part => JitBudget.Scores(facts, keys, columns, step, part, isLast: part.End == headDim)));
    }

    private static IEnumerable<ValueTile> PlanValueTiles(HeadGeometry geometry, Unroll unroll, int vectors, int blockRows, IsaFacts facts)
    {
        int step = Math.Max(2, facts.ScalarGroup);
        int typicalRows = facts.ScalarGroup > 1 ? 8 : 6;
        int width = SplitEvenly(vectors, MostVectors(typicalRows, facts, ElementType.Single));
        int mostRows = Math.Min(MostRowsInTile, (Free(facts) - width) / width);
        int rows = Enumerable.Range(1, mostRows).Last(candidate => candidate == step || (candidate % step == 0 && blockRows % candidate == 0));

        for (; rows >= step; rows = rows * 2 / 3 / step * step)
            yield return PlanValueTile(rows, geometry, unroll, vectors, facts, facts.ScalarGroup, ElementType.Single);
    }

    private static ValueTile PlanValueTile(
        int rows, HeadGeometry geometry, Unroll unroll, int vectors, IsaFacts facts, int weightGroup, ElementType element, bool ofStreams = false)
    {
        int width = SplitEvenly(vectors, MostVectors(rows, facts, element));
        if (element.ComeInPairs() && width < vectors)
            width -= width % 2;
        return new ValueTile(
            rows,
            width,
            JitBudget.Split(
                geometry.ValueDim,
                width * facts.Lanes,
                part => JitBudget.Values(facts, rows, width, unroll, part, weightGroup, loopsOverRows: true, visibleOnly: rows == 1, isRowKernel: true, element, ofStreams)),
            element,
            ofStreams);
    }

    private static RowPlan PlanRows(HeadGeometry geometry, HeadStorage storage, Unroll unroll, int valueVectors, IsaFacts facts)
    {
        int headVectors = KernelPlan.RoundUp(geometry.HeadDim, facts.Lanes) / facts.Lanes;
        int[] rowTiles = [.. Enumerable.Range(1, SmallRowTile), .. HoldsLargeRowTile(facts) ? [LargeRowTile] : Array.Empty<int>()];
        int rowTile = rowTiles[rowTiles.Length - 1];
        int nearRows = rowTile + SmallRowTile; // Two passes; in more, lanes filled with rows win over lanes filled with the head dimension.
        int vectorStep = unroll == Unroll.Full ? headVectors : Math.Min(headVectors, 4);
        return new RowPlan(
            Math.Max(nearRows, PlanFarRows(geometry.HeadDim / FarHeadDim, facts)),
            Math.Max(nearRows, PlanFarRows(geometry.HeadDim / FarScatteredHeadDim, facts)),
            nearRows,
            NearBytes,
            rowTile,
            SmallRowTile,
            Tiles(storage.Keys, geometry.HeadDim, (rows, element, ofStreams) => PlanRowScores(geometry.HeadDim, vectorStep, rows, facts, element, ofStreams)),
            vectorStep,
            RowKeyBlock,
            PlanKeyChunk(Math.Max(geometry.HeadDim, geometry.ValueDim)),
            NearKeys,
            Tiles(
                storage.Values,
                geometry.ValueDim,
                (rows, element, ofStreams) => PlanValueTile(rows, geometry, unroll, valueVectors, facts, weightGroup: 1, element, ofStreams)),
            RowPlan.HasTilesOfStreams(rows: 1, geometry) ? 1 : RowPlan.FewestAskingRows);

        // Incomplete vectors are put together from elements, which is for fp32 alone.
        EquatableArray<T> Tiles<T>(IEnumerable<ElementType> elements, int dim, Func<int, ElementType, bool, T> plan)
            where T : IEquatable<T> => (dim % facts.Lanes == 0 ? elements : [ElementType.Single])
            .SelectMany(element => rowTiles.SelectMany(
                rows => (RowPlan.HasTilesOfStreams(rows, geometry) ? [true, false] : new[] { false }).Select(ofStreams => plan(rows, element, ofStreams))))
            .ToEquatableArray();
    }

    /// <summary>
    /// Rows up to which the row kernel wins where keys and values come from far, as measured with 8 to 32 rows of 128 and 256: the more, the
    /// longer heads are, and the fewer of its lanes the tile kernel would fill.
    /// </summary>
    /// <param name="headLengths">The length of a head, in such from which on it matters.</param>
    /// <param name="facts">The instruction set.</param>
    private static int PlanFarRows(int headLengths, IsaFacts facts) =>
        Math.Min(FewestFarRows + (headLengths * facts.Lanes * 3 / 4), MostFarRows);

    /// <summary>A power of two: so mostly are the tokens of a page, which then is whole chunks.</summary>
    private static int PlanKeyChunk(int dim)
    {
        int chunk = FewestTokensInChunk;
        while (2 * chunk * dim <= RowChunkElements && chunk < RowKeyBlock)
            chunk *= 2;
        return chunk;
    }

    /// <summary>With the fewest keys that a tile has.</summary>
    private static bool HoldsLargeRowTile(IsaFacts facts) => (LargeRowTile + 1) * (KeysInRowTile / 2) <= Free(facts);

    /// <summary>Accumulators, a vector of every key and one of a row must fit in the registers.</summary>
    private static RowScoreTile PlanRowScores(int headDim, int vectorStep, int rows, IsaFacts facts, ElementType element, bool ofStreams)
    {
        int free = Free(facts, element);
        int keys = (rows * KeysInRowTile) + KeysInRowTile <= free ? KeysInRowTile : KeysInRowTile / 2;
        int sums = (rows * keys + 1) / 2;
        var tile = new RowScoreTile(rows, keys, OverlapsSums: (rows * keys) + keys + sums <= free, [], element, ofStreams);
        return tile with { Parts = JitBudget.Split(headDim, 2 * facts.Lanes, part => JitBudget.RowScores(facts, tile, vectorStep, part)) };
    }

    /// <summary>Registers that a tile may use: one is for the scalar that is multiplied with.</summary>
    private static int Free(IsaFacts facts, ElementType element = ElementType.Single) =>
        facts.Registers - facts.Reserved - 1 - ConversionRegisters(element);

    /// <summary>Registers for constants and what lies between a stored element and an fp32 number.</summary>
    private static int ConversionRegisters(ElementType element) => element switch
    {
        ElementType.Half => 5,
        ElementType.FiniteHalf => 2,
        ElementType.BFloat16 => 1,
        _ => 0,
    };

    /// <summary>Accumulators and the value vectors of one key must fit.</summary>
    private static int MostVectors(int rows, IsaFacts facts, ElementType element) => Math.Max(1, Free(facts, element) / (rows + 1));

    /// <summary>Tiles of at most <paramref name="most"/> vectors, as equal as they can be: 5 in tiles of 4 become 3 and 2, not 4 and 1.</summary>
    private static int SplitEvenly(int vectors, int most)
    {
        int tiles = (vectors + most - 1) / most;
        int width = (vectors + tiles - 1) / tiles;
        return width > 2 && vectors % width != 0 && vectors % (width - 1) == 0 ? width - 1 : width;
    }
}
