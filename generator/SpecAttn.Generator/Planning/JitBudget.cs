using SpecAttn.Generator.Model;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Planning;

/// <summary>
/// Predicts how large the methods of a plan will be, statement by statement as the emitters write them. A method that is larger than
/// the JIT's limits is compiled without optimisation, twelve times as slow; so the planner splits it before.
/// </summary>
internal static class JitBudget
{
    /// <summary>
    /// RyuJIT's own limits for optimising a method. It also keeps track of 1024 locals only, those beyond live on the stack; and
    /// machine code beyond 24 KB would push itself out of a first-level instruction cache of 32 KB.
    /// </summary>
    public static MethodSize Limits { get; } = new(
        IlBytes: 60_000, Instructions: 20_000, BasicBlocks: 2_000, Locals: 1_024, LocalReferences: 8_000, MachineBytes: 24 * 1024);

    /// <summary>
    /// What methods are planned for. Predictions are never too small, so the limits need no margin; but the C# compiler takes eight bytes
    /// and three instructions instead of two and one for each use of a local beyond the 256th.
    /// </summary>
    private static readonly MethodSize s_planned = Limits with { Locals = 256 };

    /// <summary>Cuts a dimension into as few equal stretches as have a method each that the JIT optimises.</summary>
    /// <param name="dim">The dimension.</param>
    /// <param name="multiple">Of which all stretches but the last are a multiple.</param>
    /// <param name="method">What a stretch becomes.</param>
    public static EquatableArray<DimRange> Split(int dim, int multiple, Func<DimRange, MethodSize> method)
    {
        for (int parts = 1; ; parts++)
        {
            int length = KernelPlan.RoundUp((dim + parts - 1) / parts, multiple);
            DimRange[] ranges =
            [
                .. Enumerable.Range(0, (dim + length - 1) / length)
                    .Select(part => new DimRange(part * length, Math.Min(length, dim - (part * length)))),
            ];
            if (length == multiple || ranges.All(range => method(range).Fits(s_planned)))
                return ranges.ToEquatableArray();
        }
    }

    /// <summary>Every method of register tiles in a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="hasMask">Whether keys can be hidden, so that there are methods that step over them.</param>
    public static IEnumerable<TileMethod> Methods(KernelPlan plan, bool hasMask)
    {
        foreach (ScoreTile tile in plan.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                yield return ScoreMethod(plan, tile, part);
        }

        foreach (RowScoreTile tile in plan.Row.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                yield return RowScoreMethod(plan, tile, part);
        }

        IEnumerable<TileMethod> values = plan.ValueTiles
            .SelectMany(tile => ValueMethods(plan, tile, "", plan.Facts.ScalarGroup, loopsOverRows: true, visibleOnly: false))
            .Concat(plan.Row.ValueTiles.SelectMany(tile => ValueMethods(plan, tile, "Row", weightGroup: 1, loopsOverRows: false, visibleOnly: false)));
        if (hasMask)
        {
            values = values
                .Concat(ValueMethods(plan, plan.VisibleValues, "", weightGroup: 1, loopsOverRows: true, visibleOnly: true))
                .Concat(plan.Row.VisibleValueTiles.SelectMany(tile => ValueMethods(plan, tile, "Row", weightGroup: 1, loopsOverRows: true, visibleOnly: true)));
        }

        foreach (TileMethod method in values)
            yield return method;
    }

    private static IEnumerable<TileMethod> ValueMethods(
        KernelPlan plan, ValueTile tile, string prefix, int weightGroup, bool loopsOverRows, bool visibleOnly)
    {
        foreach (DimRange part in tile.Parts)
        {
            (int fullStrips, int rest) = tile.Strips(part, plan.Lanes);
            int unrolled = plan.Unroll == Unroll.Full ? fullStrips : Math.Min(fullStrips, 1);
            int products = tile.Rows + ProductsOfLoad(plan.Facts, tile.Element);
            yield return new TileMethod(
                visibleOnly ? tile.VisibleMethodName(prefix, part) : tile.MethodName(prefix, part),
                Values(plan.Facts, tile.Rows, tile.Vectors, plan.Unroll, part, weightGroup, loopsOverRows, visibleOnly, isRowKernel: prefix.Length > 0, tile.Element, tile.OfStreams),
                [.. Enumerable.Repeat(tile.Vectors * products, unrolled), .. rest > 0 ? [rest * products] : Array.Empty<int>()]);
        }
    }

    private static TileMethod ScoreMethod(KernelPlan plan, ScoreTile tile, DimRange part)
    {
        int looped = plan.HeadDimStep < part.Count ? plan.HeadDimStep : 0;
        return new TileMethod(
            tile.MethodName(part),
            Scores(plan.Facts, tile.Keys, tile.Columns, plan.HeadDimStep, part, isLast: part.End == plan.HeadDim),
            [(looped > 0 ? looped : part.Count) * tile.Accumulators]);
    }

    private static TileMethod RowScoreMethod(KernelPlan plan, RowScoreTile tile, DimRange part)
    {
        int vectors = KernelPlan.RoundUp(part.Count, plan.Lanes) / plan.Lanes;
        VectorRuns runs = tile.RunsOf(part, plan.Lanes, plan.Row.VectorStep);
        int products = tile.Keys * (tile.Rows + ProductsOfLoad(plan.Facts, tile.Element));
        return new TileMethod(
            tile.MethodName(part),
            RowScores(plan.Facts, tile, plan.Row.VectorStep, part),
            [(runs.Looped > 0 ? plan.Row.VectorStep : vectors) * products]);
    }

    /// <summary>A method of a score tile.</summary>
    public static MethodSize Scores(IsaFacts facts, int keys, int columns, int step, DimRange part, bool isLast)
    {
        int accumulators = keys * columns;
        int looped = step < part.Count ? step : 0;
        int straight = looped > 0 ? part.Count % step : part.Count;

        MethodSize size = Method(parameters: 6, locals: 4 + (2 * keys) + columns + accumulators);
        size += Loop + ClampedRows(keys);
        size += accumulators * (part.First == 0 ? Zero : Load(facts));
        size += Reference + ScoreSteps(facts, keys, columns, straight, variableOffset: false);
        if (looped > 0)
            size += Loop + Reference + ScoreSteps(facts, keys, columns, looped, variableOffset: true);
        size += Reference + (accumulators * Store(facts));
        if (isLast)
            size += columns * ((keys * Binary) + Load(facts) + Store(facts));
        return size;
    }

    private static MethodSize ScoreSteps(IsaFacts facts, int keys, int columns, int steps, bool variableOffset)
    {
        int groups = steps / facts.ScalarGroup;
        MethodSize scalars = facts.ScalarGroup == 1 ? Broadcast(facts) : Load(facts);
        if (variableOffset)
            scalars += Statement(locals: 1, others: 2);
        MethodSize perStep = (columns * Load(facts)) + (keys * columns * MultiplyAdd(facts));
        MethodSize rest = steps % facts.ScalarGroup == 0 ? default : keys * PartialLoad(facts.Lanes, steps % facts.ScalarGroup);
        return (steps * perStep) + (groups * keys * scalars) + rest;
    }

    /// <summary>A method of a score tile of the row kernel.</summary>
    public static MethodSize RowScores(IsaFacts facts, RowScoreTile tile, int step, DimRange part)
    {
        int rows = tile.Rows;
        int keys = tile.Keys;
        int whole = part.Count / facts.Lanes;
        VectorRuns runs = tile.RunsOf(part, facts.Lanes, step);
        int looped = Math.Min(runs.Looped, step);
        int straight = whole - runs.Looped;
        int tail = part.Count % facts.Lanes;
        int groups = ((rows * keys) + RowScoreTile.SumsOfVector - 1) / RowScoreTile.SumsOfVector;
        int pending = ((rows * keys) + 1) / 2;

        MethodSize size = Method(parameters: 5, locals: 3 + (2 * keys) + (rows * keys) + pending);
        size += (tile.OfStreams ? default : Streams) + Chunks + PlaceOfChunk + Loop + Constants(tile.Element) + ClampedRows(keys);
        size += rows * keys * Zero;
        int alone = Alone(facts, tile.Element, part);
        size += (straight - alone) * RowVector(keys * Load(facts, tile.Element));
        size += alone * RowVector(keys * LoadAlone(facts, tile.Element));
        int lines = Lines(straight) + Lines(looped) + (tail > 0 && whole * facts.Lanes % KernelPlan.LineElements(tile.Element) == 0 ? 1 : 0);
        if (RowPlan.AsksAhead(rows))
        {
            int pages = part.First == 0 ? 1 : 0;
            size += OnceOrTwice + (lines * (AskingBranch + (3 * keys * Prefetch))) + (pages * (AskingBranch + Prefetch));
            size += AskingBranch + ((2 + pages) * (Distance + Statement(locals: 1, constants: 1, others: 1))) + (keys * (NextKey + NextOwnKey)) + NextOfStreams;
        }
        else if (tile.OfStreams)
        {
            size += (lines * keys * Prefetch) + (keys * NextKey) + NextOfStreams;
        }

        if (looped > 0)
            size += Loop + (looped * (RowVector(keys * Load(facts, tile.Element)) + ((keys + rows) * Statement(locals: 1, others: 3))));
        if (tail > 0)
            size += RowVector(keys * PartialLoad(facts.Lanes, tail));
        if (tile.Element.ComeInPairs())
            size += Statement(locals: 2, constants: 1, others: 2, machine: 8) with { Locals = 1 };
        int completions = tile.OverlapsSums ? 2 : 1;
        if (tile.OverlapsSums)
            size += Reference + (pending * Zero);
        return size + (2 * Reference) + (pending * SumPairs(facts)) + (completions * Sums());

        int Lines(int vectors) => KernelPlan.LinesOf(vectors * facts.Lanes, tile.Element);

        MethodSize RowVector(MethodSize loads) => loads + (rows * Load(facts)) + (rows * keys * MultiplyAdd(facts));

        // Two keys: references to the scores of every row, and a vector for every two rows.
        MethodSize Sums() => keys == RowScoreTile.SumsOfVector
            ? groups * (SumQuads(facts) + Store(facts) + (part.First > 0 ? Load(facts) : default))
            : (groups * (SumQuads(facts) + new MethodSize(0, 0, Locals: 2))) + (rows * (2 * Statement(locals: 2, calls: 2, constants: 1, others: 2, machine: 12) + new MethodSize(0, 0, Locals: 1)));
    }

    /// <summary>A method of a value tile.</summary>
    /// <param name="facts">The instruction set.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="vectors">Vectors of the tile.</param>
    /// <param name="unroll">Whether every strip of the value dimension has code of its own.</param>
    /// <param name="part">Part of the value dimension.</param>
    /// <param name="weightGroup">Neighbouring weights that one load fetches.</param>
    /// <param name="loopsOverRows">Whether it takes more than one tile of rows.</param>
    /// <param name="visibleOnly">Whether it steps over hidden keys.</param>
    /// <param name="isRowKernel">Whether it takes a few keys at a time and, for several rows, asks for later values.</param>
    /// <param name="element">How values are stored.</param>
    /// <param name="ofStreams">Whether they are in streams, of which later ones are asked for.</param>
    public static MethodSize Values(
        IsaFacts facts,
        int rows,
        int vectors,
        Unroll unroll,
        DimRange part,
        int weightGroup,
        bool loopsOverRows,
        bool visibleOnly,
        bool isRowKernel,
        ElementType element,
        bool ofStreams)
    {
        int wholeVectors = part.Count / facts.Lanes;
        int strips = wholeVectors / vectors;
        int rest = wholeVectors % vectors;
        int tail = part.Count % facts.Lanes;

        MethodSize size = Method(parameters: loopsOverRows ? 7 : 6, locals: isRowKernel ? 0 : 2);
        bool asksOfAll = isRowKernel && RowPlan.AsksAhead(rows);
        bool asksAhead = asksOfAll || ofStreams;
        if (isRowKernel)
            size += (ofStreams ? default : Streams) + Loop + Statement(locals: 1, others: 1) + Constants(element) + new MethodSize(0, 0, Locals: 3);
        if (asksOfAll)
            size += OnceOrTwice;
        if (asksAhead)
            size += Statement(locals: 2, constants: 1, others: 3, machine: 16) with { Locals = 1 };
        size += Alone(facts, element, part) * LoadAlone(facts, element);
        size += unroll == Unroll.Full
            ? strips * Strip(vectors, tail: 0)
            : Math.Min(strips, 1) * Strip(vectors, tail: 0) + (strips > 1 ? Loop : default);
        return rest + tail > 0 ? size + Strip(rest, tail) : size;

        MethodSize Strip(int whole, int tail)
        {
            int width = whole + (tail > 0 ? 1 : 0);
            bool grouped = weightGroup > 1 && rows % weightGroup == 0;
            MethodSize strip = new(0, 0, Locals: 5 + (rows * (width + 2)) + width + (loopsOverRows ? 4 : 0));
            if (loopsOverRows)
                strip += Loop + (3 * Reference);
            strip += (rows * width * Zero) + (2 * Reference) + Loop;
            if (isRowKernel)
                strip += Chunks + PlaceOfChunk + LeftOfSum;
            if (asksAhead)
                strip += NextValues(RowPlan.StreamsAsked(whole, tail, facts.Lanes, element)) + Asking(width);
            if (!isRowKernel && !visibleOnly)
                strip += LinesAhead;
            strip += (whole * Load(facts, element)) + (tail > 0 ? PartialLoad(facts.Lanes, tail) : default);
            strip += grouped ? rows / weightGroup * Load(facts) : rows * Broadcast(facts);
            strip += rows * width * (grouped ? MultiplyAdd(facts) : MultiplyAdd(facts with { ScalarGroup = 1 }));
            strip += 2 * Reference;
            if (visibleOnly)
                strip += Statement(locals: 1, constants: 1, others: 2, machine: 16) with { BasicBlocks = 2 };
            int additions = isRowKernel ? 1 : facts.MultiplyAddInstructions;
            MethodSize addAndStore = Statement(
                locals: isRowKernel ? 3 : 4, calls: 2 + additions, constants: 2, others: 2, machine: (2 * Memory(facts)) + (6 * additions));
            return strip + Reference + (isRowKernel ? default : rows * Broadcast(facts)) + (rows * width * addAndStore);
        }

        MethodSize Asking(int width)
        {
            int lines = KernelPlan.LinesOf(width * facts.Lanes, element);
            if (!asksOfAll)
                return Distance + (lines * Prefetch);
            bool asksNear = RowPlan.AsksNear(element);
            return DistancesOnceOrTwice + (asksNear ? Near : default) + AskingBranch + ((asksNear ? 4 : 3) * lines * Prefetch);
        }
    }

    /// <summary>Prologue, epilogue and what there is once.</summary>
    private static MethodSize Method(int parameters, int locals) =>
        new(IlBytes: 1, Instructions: 1, BasicBlocks: 1, Locals: parameters + locals, MachineBytes: 96);

    /// <summary><c>for (int i = 0; i &lt; n; i += step)</c>: start, jump to the condition, step, condition.</summary>
    private static MethodSize Loop { get; } = Statement(locals: 5, constants: 2, others: 3, machine: 16) with { BasicBlocks = 3 };

    /// <summary><c>ref float r = ref Unsafe.Add(ref s, i * constant)</c>.</summary>
    private static MethodSize Reference { get; } = Statement(locals: 3, calls: 1, constants: 1, others: 3, machine: 16);

    /// <summary><c>CacheLine.Prefetch(ref Unsafe.Add(ref s, ahead + constant))</c>.</summary>
    private static MethodSize Prefetch { get; } = Statement(locals: 2, calls: 2, constants: 1, others: 3, machine: 16);

    /// <summary><c>bool asksOnce = keys.AsksOnce</c>.</summary>
    private static MethodSize OnceOrTwice { get; } = Statement(locals: 2, calls: 1, machine: 16) with { Locals = 1 };

    /// <summary><c>if (asksOnce) … else …</c>.</summary>
    private static MethodSize AskingBranch { get; } = Statement(locals: 1, others: 2, machine: 16) with { BasicBlocks = 3 };

    /// <summary>The loop of the row kernel over chunks of tokens: how many there are in one, and where.</summary>
    private static MethodSize Chunks { get; } = Loop
        + (Statement(locals: 13, calls: 1, constants: 1, others: 6, machine: 56) with { BasicBlocks = 3, Locals = 4 });

    /// <summary><c>rest = left &lt; constant ? left : constant</c>.</summary>
    private static MethodSize LeftOfSum { get; } = Statement(locals: 3, constants: 2, others: 2, machine: 16) with { BasicBlocks = 3, Locals = 1 };

    /// <summary><c>nint firstAhead = keys.FirstAhead&lt;float&gt;(chunk)</c>.</summary>
    private static MethodSize Distance { get; } = Statement(locals: 4, calls: 1, others: 1, machine: 32) with { Locals = 1 };

    /// <summary><c>nint near = values.ToNext&lt;float&gt;(chunk) == constant * valueStride ? constant * valueStride : 0</c>.</summary>
    private static MethodSize Near { get; } = Statement(locals: 5, calls: 1, constants: 3, others: 7, machine: 48) with { BasicBlocks = 3, Locals = 1 };

    /// <summary><c>bool areStreams = keys.AreStreams; int chunkTokens = areStreams ? constant : constant</c>.</summary>
    private static MethodSize Streams { get; } = Statement(locals: 4, calls: 1, constants: 2, others: 2, machine: 24) with { BasicBlocks = 3, Locals = 2 };

    /// <summary><c>ref float ofChunk = ref Unsafe.Add(ref scores, keys.Place(chunk))</c>.</summary>
    private static MethodSize PlaceOfChunk { get; } = Statement(locals: 4, calls: 2, machine: 64) with { Locals = 1 };

    /// <summary><c>ref float next = ref Unsafe.NullRef&lt;float&gt;()</c>.</summary>
    private static MethodSize NullReference { get; } = Statement(locals: 1, calls: 1, machine: 8) with { Locals = 1 };

    /// <summary>A later key that is asked for: first of another stream, and the next of that.</summary>
    private static MethodSize NextKey { get; } = NullReference + Statement(locals: 5, calls: 2, constants: 1, others: 1, machine: 40);

    /// <summary><c>next = ref Unsafe.Add(ref key, againAhead)</c>, one that is in no streams.</summary>
    private static MethodSize NextOwnKey { get; } = Statement(locals: 3, calls: 1, machine: 16);

    /// <summary>Which of these it is, if there are streams.</summary>
    private static MethodSize NextOfStreams { get; } = Statement(locals: 3, constants: 1, others: 7, machine: 32) with { BasicBlocks = 4 };

    /// <summary>How far ahead values are asked for, once or twice.</summary>
    private static MethodSize DistancesOnceOrTwice { get; } = (2 * Distance)
        + (Statement(locals: 8, constants: 2, others: 6, machine: 32) with { BasicBlocks = 2, Locals = 2 });

    /// <summary>Where a strip asks for values, of some streams or of its own, and how it goes on.</summary>
    private static MethodSize NextValues(int references)
    {
        MethodSize own = Statement(locals: 3, calls: 1, constants: 1, others: 2, machine: 32);
        MethodSize step = Statement(locals: 3, calls: 1, machine: 8);
        MethodSize size = Statement(locals: 3, constants: 1, others: 3, machine: 24) with { BasicBlocks = 6, Locals = 1 };
        size += references * (NullReference + own + step);
        if (references == 1)
            return size;
        size += Statement(locals: 4, constants: 2, others: 7, machine: 40) with { BasicBlocks = 8 };
        return size + (references * Statement(locals: 4, calls: 2, constants: 2, others: 3, machine: 40));
    }

    /// <summary>A copy of the lines ahead, a request for one, and the copy back.</summary>
    private static MethodSize LinesAhead { get; } =
        Statement(locals: 4, calls: 1, others: 10, machine: 48) with { BasicBlocks = 2, Locals = 3 };

    /// <summary><c>o = Floats.Zero</c>.</summary>
    private static MethodSize Zero { get; } = Statement(locals: 1, calls: 1, machine: 5);

    /// <summary><c>a = Max(a, b)</c>.</summary>
    private static MethodSize Binary { get; } = Statement(locals: 3, calls: 1, machine: 6);

    /// <summary>The references to consecutive rows, of which those past the last repeat it.</summary>
    private static MethodSize ClampedRows(int rows) =>
        Statement(locals: 4, calls: 1, others: 2, machine: 16)
        + ((rows - 1) * Statement(locals: 5, calls: 1, constants: 2, others: 5, machine: 40) with { BasicBlocks = 3 });

    /// <summary><c>v = V.LoadUnsafe(ref r, constant)</c>.</summary>
    private static MethodSize Load(IsaFacts facts) => Statement(locals: 2, calls: 1, constants: 1, others: 1, machine: Memory(facts));

    /// <summary>The same from elements of another type, which become fp32.</summary>
    private static MethodSize Load(IsaFacts facts, ElementType element) => element switch
    {
        ElementType.Single => Load(facts),
        ElementType.Half => Statement(locals: 13, calls: facts.ShortLoadCalls + 10, constants: 2, others: 1, machine: 88),
        ElementType.FiniteHalf => Statement(locals: 4, calls: 6, constants: 3, others: 1, machine: 40),
        ElementType.BFloat16 => Statement(locals: 3, calls: 4, constants: 2, others: 1, machine: 32),
        _ => Statement(locals: 2, calls: facts.ByteLoadCalls + 1, constants: 1, others: 1, machine: 40),
    };

    /// <summary>The same of a vector that could be one of a pair and is not.</summary>
    private static MethodSize LoadAlone(IsaFacts facts, ElementType element) => element == ElementType.FiniteHalf
        ? Statement(locals: 3, calls: facts.ShortLoadCalls + 3, constants: 2, others: 1, machine: 40)
        : Statement(locals: 2, calls: facts.ShortLoadCalls + 2, constants: 2, others: 1, machine: 32);

    /// <summary>How many such vectors a part of a dimension has.</summary>
    private static int Alone(IsaFacts facts, ElementType element, DimRange part) => element.ComeInPairs() ? part.Count / facts.Lanes % 2 : 0;

    /// <summary>Multiplications of whole vectors, beside those of multiply-adds, that look like these where product and sum are apart.</summary>
    private static int ProductsOfLoad(IsaFacts facts, ElementType element) => element == ElementType.Half && facts.MultiplyAddInstructions > 1 ? 1 : 0;

    /// <summary>The constants of a conversion.</summary>
    private static MethodSize Constants(ElementType element) => element switch
    {
        ElementType.Half => Statement(locals: 4, calls: 4, constants: 4, machine: 48) with { Locals = 5 },
        ElementType.FiniteHalf or ElementType.BFloat16 => Statement(locals: 1, calls: 1, constants: 1, machine: 12) with { Locals = 1 },
        _ => default,
    };

    /// <summary><c>v.StoreUnsafe(ref r, constant)</c>.</summary>
    private static MethodSize Store(IsaFacts facts) => Load(facts);

    /// <summary><c>v = V.Create(Unsafe.Add(ref r, constant))</c>.</summary>
    private static MethodSize Broadcast(IsaFacts facts) => Statement(locals: 2, calls: 2, constants: 1, others: 1, machine: Memory(facts));

    /// <summary><c>v =</c> the first few elements of a vector: halves that are whole, empty or again partial.</summary>
    private static MethodSize PartialLoad(int lanes, int count)
    {
        return Statement(locals: 1) + Part(lanes, count);

        static MethodSize Part(int lanes, int count)
        {
            if (count == lanes)
                return Statement(locals: 1, calls: 1, constants: 1, others: 1, machine: 11);
            if (count == 1)
                return Statement(locals: 1, calls: 2, constants: 1, others: 1, machine: 11);
            if (lanes == 4)
                return Statement(calls: 1, others: 5 * (lanes - count)) + (count * Statement(locals: 1, calls: 1, constants: 1, others: 1, machine: 11));
            int half = lanes / 2;
            return Statement(calls: 1, machine: 8)
                + (count <= half ? Part(half, count) : Part(half, half) + Part(half, count - half));
        }
    }

    /// <summary>One multiply-add.</summary>
    private static MethodSize MultiplyAdd(IsaFacts facts) => Statement(
        locals: 4,
        calls: facts.MultiplyAddInstructions,
        others: facts.ScalarGroup > 1 ? 1 : 0,
        machine: 6 * facts.MultiplyAddInstructions);

    /// <summary>Two vectors become one of sums of either.</summary>
    private static MethodSize SumPairs(IsaFacts facts) => facts.MultiplyAddInstructions > 1
        ? Statement(locals: 3, calls: 3, constants: 2, machine: 36)
        : facts.Lanes == 4 ? Statement(locals: 3, calls: 1, machine: 8) : Statement(locals: 5, calls: 3, machine: 24);

    /// <summary>The same once more, and what is wider than four elements is folded in halves.</summary>
    private static MethodSize SumQuads(IsaFacts facts)
    {
        if (facts.MultiplyAddInstructions > 1)
            return Statement(locals: 3, calls: 6, machine: 16) with { Locals = 1 };
        MethodSize size = SumPairs(facts) + (facts.Lanes > 4 ? Statement(constants: 2) : default) with { Locals = 1 };
        for (int lanes = facts.Lanes; lanes > 4; lanes /= 2)
            size += Statement(locals: 3, calls: 3, machine: 18) with { Locals = 1 };
        return size;
    }

    /// <summary>Most bytes of an instruction that reads or writes memory.</summary>
    private static int Memory(IsaFacts facts) => facts.Registers > 16 ? 11 : 10;

    private static MethodSize Statement(int locals = 0, int calls = 0, int constants = 0, int others = 0, int machine = 0) => new(
        IlBytes: (2 * locals) + (5 * calls) + (5 * constants) + others,
        Instructions: locals + calls + constants + others,
        LocalReferences: locals,
        MachineBytes: machine);
}
