using SpecAttn.Generator.Model;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Planning;

/// <summary>Everything decided about one variant of one kernel; emitters only carry it out.</summary>
/// <param name="Facts">The instruction set.</param>
/// <param name="HeadDim">Elements of a query or key head.</param>
/// <param name="ValueDim">Elements of a value head.</param>
/// <param name="ScoreTiles">Register tiles of Q·Kᵀ, one per number of columns, 1 first.</param>
/// <param name="Unroll">How far the loops over the head and value dimension are unrolled.</param>
/// <param name="HeadDimStep">Head-dimension elements per iteration of the loop of a score tile; <see cref="HeadDim"/> when there is no loop.</param>
/// <param name="ValueTiles">Register tiles of P·V by falling number of rows; a remainder of rows takes the smallest that covers it.</param>
/// <param name="VisibleValues">The register tile of P·V that steps over hidden keys.</param>
/// <param name="KeyBlock">Keys between two softmax steps.</param>
/// <param name="SoftmaxStep">Vectors per iteration of the softmax loops.</param>
/// <param name="Row">The row kernel.</param>
internal sealed record KernelPlan(
    IsaFacts Facts,
    int HeadDim,
    int ValueDim,
    Unroll Unroll,
    EquatableArray<ScoreTile> ScoreTiles,
    int HeadDimStep,
    EquatableArray<ValueTile> ValueTiles,
    ValueTile VisibleValues,
    int KeyBlock,
    int SoftmaxStep,
    RowPlan Row)
{
    private const int CacheLineBytes = 64;

    public int Lanes => Facts.Lanes;

    /// <summary>The number of every lane, as arguments: <c>0, 1, 2, …</c>.</summary>
    public string LaneNumbers => string.Join(", ", Enumerable.Range(0, Lanes));

    /// <summary>Rows in a full block: the lanes of the widest score tile.</summary>
    public int BlockRows => Facts.QueryColumns * Lanes;

    /// <summary>Most keys in a score tile.</summary>
    public int KeyTile => ScoreTiles.Max(tile => tile.Keys);

    /// <summary>
    /// Whether the exponentials of an iteration go side by side, so that none has to wait for its own last result; where registers are few,
    /// one behind the other.
    /// </summary>
    public bool InterleavesSoftmax => Facts.Registers >= 32;

    public int PaddedHeadDim => RoundUp(HeadDim, Lanes);

    public int PaddedValueDim => RoundUp(ValueDim, Lanes);

    /// <summary>Elements in a cache line.</summary>
    public static int LineElements(ElementType element) => CacheLineBytes / SizeOf(element);

    /// <summary>Cache lines of some neighbouring elements, the first of which begins a line.</summary>
    public static int LinesOf(int elements, ElementType element) => RoundUp(elements, LineElements(element)) / LineElements(element);

    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(ElementType element) => element switch
    {
        ElementType.Single => 4,
        ElementType.SByte => 1,
        _ => 2,
    };

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}

/// <summary>A stretch of the head or value dimension.</summary>
internal sealed record DimRange(int First, int Count)
{
    public int End => First + Count;

    /// <summary>What a method over this range adds to the name of its tile, which is the whole name where the tile is one method.</summary>
    public string NameSuffix(EquatableArray<DimRange> all) => all.Count == 1 ? "" : $"From{First}";
}

/// <summary>A register tile of scores: keys × vectors of queries, every element an accumulator of its own.</summary>
/// <param name="Keys">Keys.</param>
/// <param name="Columns">Vectors of queries.</param>
/// <param name="Parts">The stretches of the head dimension that are a method each; between them the sums wait in memory.</param>
internal sealed record ScoreTile(int Keys, int Columns, EquatableArray<DimRange> Parts)
{
    public int Accumulators => Keys * Columns;

    public string MethodName(DimRange part) => $"Scores{Keys}x{Columns}{part.NameSuffix(Parts)}";
}

/// <summary>A register tile of outputs: rows × vectors of the value dimension.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Vectors">Vectors of the value dimension.</param>
/// <param name="Parts">The stretches of the value dimension that are a method each.</param>
/// <param name="Element">How values are stored.</param>
/// <param name="OfStreams">See <see cref="RowPlan.HasTilesOfStreams"/>.</param>
internal sealed record ValueTile(
    int Rows, int Vectors, EquatableArray<DimRange> Parts, ElementType Element = ElementType.Single, bool OfStreams = false)
{
    public int Accumulators => Rows * Vectors;

    /// <summary>How many whole tiles lie side by side in a part, and how many vectors, the last perhaps incomplete, are left.</summary>
    public (int Full, int Remaining) Strips(DimRange part, int lanes)
    {
        int full = part.Count / lanes / Vectors;
        return (full, (KernelPlan.RoundUp(part.Count, lanes) / lanes) - (full * Vectors));
    }

    /// <param name="prefix">Of the tile kernel or the row kernel.</param>
    /// <param name="part">One of <see cref="Parts"/>.</param>
    public string MethodName(string prefix, DimRange part) => $"{prefix}Values{Rows}{Element.Suffix(OfStreams)}{part.NameSuffix(Parts)}";

    /// <summary>The name of the method that steps over hidden keys.</summary>
    public string VisibleMethodName(string prefix, DimRange part) => prefix.Length == 0
        ? $"ValuesOfVisible{part.NameSuffix(Parts)}"
        : $"{prefix}VisibleValues{Element.Suffix()}{part.NameSuffix(Parts)}";
}

/// <summary>The kernel for few rows, where the head dimension is in the lanes.</summary>
/// <param name="MaximumRows">Most rows it is used for.</param>
/// <param name="MaximumScatteredRows">The same where tokens of other heads lie between those of one.</param>
/// <param name="MaximumNearRows">The same where keys and values are of at most <paramref name="NearBytes"/>.</param>
/// <param name="NearBytes">Bytes of keys and values that the caches, and their tables of pages, hold.</param>
/// <param name="RowTile">Rows in one pass over the keys, if there are as many.</param>
/// <param name="SmallRowTile">Rows in one pass over the keys, at most, if there are fewer.</param>
/// <param name="ScoreTiles">Register tiles of Q·Kᵀ, for every way keys may be stored those for 1 row, 2 rows and so on, the largest last.</param>
/// <param name="VectorStep">Head-dimension vectors per iteration of the score loop.</param>
/// <param name="KeyBlock">Keys between two softmax steps.</param>
/// <param name="KeyChunk">Keys read again at once for the next rows and the next vectors of the value dimension.</param>
/// <param name="NearKeys">How many keys ahead values are asked for from the second-level cache.</param>
/// <param name="ValueTiles">Register tiles of P·V, for every way values may be stored those for 1 row, 2 rows and so on, the largest last.</param>
/// <param name="FewestStreamRows">Rows from which on tokens may be taken from streams.</param>
internal sealed record RowPlan(
    int MaximumRows,
    int MaximumScatteredRows,
    int MaximumNearRows,
    long NearBytes,
    int RowTile,
    int SmallRowTile,
    EquatableArray<RowScoreTile> ScoreTiles,
    int VectorStep,
    int KeyBlock,
    int KeyChunk,
    int NearKeys,
    EquatableArray<ValueTile> ValueTiles,
    int FewestStreamRows)
{
    /// <summary>Streams that the tokens of a long run are taken from, see <c>TokenChunks</c>: a quarter of a chunk of each.</summary>
    public const int Streams = 4;

    /// <summary>Tokens of a chunk of a stream.</summary>
    public int StreamChunk => KeyChunk / Streams;

    /// <summary>How keys may be stored that are read as they are; others are turned into fp32 before.</summary>
    public IEnumerable<ElementType> KeyElements => ScoreTiles.Select(tile => tile.Element).Distinct();

    /// <summary>The same of values.</summary>
    public IEnumerable<ElementType> ValueElements => ValueTiles.Select(tile => tile.Element).Distinct();

    /// <summary>Those that also have methods which step over hidden keys, a row at a time.</summary>
    public IEnumerable<ValueTile> VisibleValueTiles => ValueTiles.Where(tile => tile is { Rows: 1, OfStreams: false });

    /// <summary>
    /// Chunks of values whose sums are made together before they are added to the accumulators: so many that they are as many bytes as one
    /// chunk of fp32, and stay near.
    /// </summary>
    public int ChunksOfSums(ElementType element) => Math.Min(
        KernelPlan.LineElements(element) / KernelPlan.LineElements(ElementType.Single), KeyBlock / KeyChunk);

    /// <summary>
    /// Whether keys and values are asked for ahead, if they lie one behind the other. For one row there is so little to compute that the
    /// processor itself looks far enough ahead, and asking only takes its time.
    /// </summary>
    public static bool AsksAhead(int rows) => rows >= FewestAskingRows;

    /// <inheritdoc cref="AsksAhead"/>
    public const int FewestAskingRows = 2;

    /// <summary>
    /// Whether some rows, which ask for nothing that lies one behind the other, have tiles of their own for tokens in streams, which ask. With
    /// shorter heads these take longer than without streams.
    /// </summary>
    public static bool HasTilesOfStreams(int rows, HeadGeometry geometry) =>
        !AsksAhead(rows) && Math.Min(geometry.HeadDim, geometry.ValueDim) > LongestShortHead;

    /// <inheritdoc cref="HasTilesOfStreams"/>
    private const int LongestShortHead = 64;

    /// <summary>Of how many streams a strip of values asks for lines at a time: 4, 2 or 1.</summary>
    /// <param name="vectors">Its whole vectors.</param>
    /// <param name="tail">Elements of an incomplete one.</param>
    /// <param name="lanes">Elements of a vector.</param>
    /// <param name="element">How values are stored.</param>
    public static int StreamsAsked(int vectors, int tail, int lanes, ElementType element)
    {
        int line = KernelPlan.LineElements(element);
        int lines = vectors * lanes / line;
        bool isWhole = tail == 0 && vectors * lanes % line == 0;
        return !isWhole || lines % 2 > 0 ? 1 : lines % Streams > 0 ? 2 : Streams;
    }

    /// <summary>Whether values are also brought from the second-level cache into the nearest one. Of those in few bits the processor itself thinks early enough.</summary>
    public static bool AsksNear(ElementType element) => element == ElementType.Single;
}

/// <summary>A register tile of scores of the row kernel.</summary>
/// <param name="Rows">Rows that meet the keys.</param>
/// <param name="Keys">Keys in the tile, 4 or 2.</param>
/// <param name="OverlapsSums">Whether there are registers for the sums of a tile while the next one has begun.</param>
/// <param name="Parts">The stretches of the head dimension that are a method each; the later ones add to the scores of the earlier.</param>
/// <param name="Element">How keys are stored.</param>
/// <param name="OfStreams">See <see cref="RowPlan.HasTilesOfStreams"/>.</param>
internal sealed record RowScoreTile(int Rows, int Keys, bool OverlapsSums, EquatableArray<DimRange> Parts, ElementType Element, bool OfStreams = false)
{
    /// <summary>Whether later keys are asked for, in streams at least.</summary>
    public bool AsksAhead => OfStreams || RowPlan.AsksAhead(Rows);

    /// <summary>Sums that one vector takes.</summary>
    public const int SumsOfVector = 4;

    public string MethodName(DimRange part) => $"RowScores{Rows}{Element.Suffix(OfStreams)}{part.NameSuffix(Parts)}";

    /// <summary>How the whole vectors of a part are gone through.</summary>
    /// <param name="part">The part.</param>
    /// <param name="lanes">Elements of a vector.</param>
    /// <param name="step">Vectors per iteration of a loop.</param>
    public VectorRuns RunsOf(DimRange part, int lanes, int step)
    {
        int whole = part.Count / lanes;
        int first = OverlapsSums ? Math.Min(step, (whole + 1) / 2) : 0;
        if (Element.ComeInPairs() && first < whole)
            first += first % 2;
        int iterations = (whole - first) / step;
        return new(first, iterations > 1 ? iterations * step : 0);
    }
}

/// <summary>Whole vectors of the head dimension: some at first, some in a loop, and the rest.</summary>
internal readonly record struct VectorRuns(int First, int Looped);

internal static class ElementNames
{
    /// <summary>What the names of methods say of the elements that they read, and whether in streams alone.</summary>
    public static string Suffix(this ElementType element, bool ofStreams = false) =>
        (element == ElementType.Single ? "" : $"{element}") + (ofStreams ? "OfStreams" : "");
}
