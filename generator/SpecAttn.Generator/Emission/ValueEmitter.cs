using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the value tiles: for a few rows (their weights are scalars) and a few vectors of the value dimension,
/// o[row][d] = o[row][d]·factor[row] + Σ weight[key][row]·v[key][d], in the row kernel without a factor. V is read as it lies and the output
/// comes out as it is stored.
/// </summary>
internal sealed class ValueEmitter
{
    private readonly SourceWriter _writer;
    private readonly KernelPlan _plan;
    private readonly Dialect _dialect;
    private readonly WeightLayout _weights;
    private readonly ElementType _element;

    private ValueEmitter(SourceWriter writer, KernelPlan plan, Dialect dialect, WeightLayout weights, ElementType element)
    {
        _writer = writer;
        _plan = plan;
        _dialect = dialect;
        _weights = weights;
        _element = element;
    }

    /// <summary>How weights lie in memory, and how many neighbouring rows one load of scalars fetches.</summary>
    private sealed record WeightLayout(bool IsRowKernel, int RowStride, int KeyStride, int Group);

    private string Prefix => _weights.IsRowKernel ? "Row" : "";

    private const string RowParameters = "ref float weights, in TokenChunks values, nint valueStride, int keyCount, ref float accumulators";
    private const string RowArguments = "ref weights, in values, valueStride, keyCount, ref accumulators";

    private const string TileParameters =
        "ref float weights, ref float values, nint valueStride, int keyCount, ref float factor, ref float accumulators";
    private const string TileArguments = "ref weights, ref values, valueStride, keyCount, ref factor, ref accumulators";
    private const string AskingParameters = TileParameters + ", ref LinesAhead ahead";
    private const string AskingArguments = TileArguments + ", ref ahead";

    private string Parameters => _weights.IsRowKernel ? RowParameters : TileParameters;

    private string Arguments => _weights.IsRowKernel ? RowArguments : TileArguments;

    /// <summary>The reference to the next value.</summary>
    private string Values => _weights.IsRowKernel ? "first" : "values";

    /// <summary>Weights are [key][row].</summary>
    public static void EmitTileKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        var layout = new WeightLayout(IsRowKernel: false, 1, plan.BlockRows, plan.Facts.ScalarGroup);
        var emitter = new ValueEmitter(writer, plan, dialect, layout, ElementType.Single);
        emitter.EmitRows();
        foreach (ValueTile tile in plan.ValueTiles)
        {
            foreach (DimRange part in tile.Parts)
                emitter.EmitTile(tile, part, $"private static void {tile.MethodName("", part)}(int tiles, {AskingParameters})", "tiles", visibleOnly: false);
        }

        if (program.MayHide)
            emitter.EmitVisibleOnly(plan.VisibleValues);
    }

    /// <summary>Weights are [row][key].</summary>
    public static void EmitRowKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        Member.ChoiceOfRowTiles(
            writer,
            "RowValues",
            RowParameters,
            RowArguments,
            "values",
            plan.Row.ValueTiles.Select(tile => (tile.Element, tile.Rows, tile.OfStreams, tile.Parts.Select(part => tile.MethodName("Row", part)))));
        if (program.MayHide)
            EmitChoiceOfVisible(writer, [.. plan.Row.VisibleValueTiles]);

        var layout = new WeightLayout(IsRowKernel: true, plan.Row.KeyBlock + plan.Lanes, 1, Group: 1);
        foreach (ValueTile tile in plan.Row.ValueTiles)
        {
            var emitter = new ValueEmitter(writer, plan, dialect, layout, tile.Element);
            foreach (DimRange part in tile.Parts)
                emitter.EmitTile(tile, part, $"private static void {tile.MethodName("Row", part)}({RowParameters})", tiles: null, visibleOnly: false);
            if (program.MayHide && plan.Row.VisibleValueTiles.Contains(tile))
                emitter.EmitVisibleTiles(tile, "private");
        }
    }

    private static void EmitChoiceOfVisible(SourceWriter writer, ValueTile[] tiles)
    {
        string signature = $"public static void RowValuesOfVisible(ElementType element, int rows, {RowParameters})";
        if (tiles.Length > 1)
        {
            Member.Choice(writer, signature, "element", tiles.Select((tile, i) => (i + 1 < tiles.Length ? $"case ElementType.{tile.Element}" : "default", Calls(tile))));
            return;
        }

        using var method = Member.Method(writer, signature);
        foreach (string call in Calls(tiles[0]))
            writer.Write(call);

        static IEnumerable<string> Calls(ValueTile tile) => tile.Parts.Select(part => $"{tile.VisibleMethodName("Row", part)}(rows, {RowArguments});");
    }

    /// <summary>Full tiles of rows, then the smallest tile that covers the rest; it may compute slack rows.</summary>
    private void EmitRows()
    {
        ValueTile widest = _plan.ValueTiles[0];
        int most = widest.Rows;
        using var method = Member.Method(_writer, $"public static void Values(int rows, {AskingParameters})");
        _writer.Write(
            $"""
            int tiles = rows / {most};
            if (tiles > 0)
            {Calls(widest, "tiles")}

            int rest = rows - (tiles * {most});
            if (rest == 0)
                return;
            weights = ref Unsafe.Add(ref weights, tiles * {most * _weights.RowStride});
            factor = ref Unsafe.Add(ref factor, tiles * {most});
            accumulators = ref Unsafe.Add(ref accumulators, tiles * {most * _plan.PaddedValueDim});
            """);
        foreach (ValueTile tile in _plan.ValueTiles.Skip(1).Reverse())
            _writer.Write($"if (rest <= {tile.Rows})\n{Calls(tile, "1")}\nelse");
        _writer.Write(Calls(widest, "1"));

        string Calls(ValueTile tile, string tiles)
        {
            IEnumerable<string> calls = tile.Parts.Select(part => $"    {tile.MethodName("", part)}({tiles}, {AskingArguments});");
            return tile.Parts.Count == 1 ? calls.Single() : $"{{\n{string.Join("\n", calls)}\n}}";
        }
    }

    /// <summary>One row at a time; a key that the row does not see has a negative weight and is stepped over.</summary>
    private void EmitVisibleOnly(ValueTile tile)
    {
        if (tile.Parts.Count > 1)
        {
            using var method = Member.Method(_writer, $"public static void ValuesOfVisible(int rows, {Parameters})");
            foreach (DimRange part in tile.Parts)
                _writer.Write($"{tile.VisibleMethodName(Prefix, part)}(rows, {Arguments});");
        }

        EmitVisibleTiles(tile, tile.Parts.Count > 1 ? "private" : "public");
    }

    private void EmitVisibleTiles(ValueTile tile, string access)
    {
        foreach (DimRange part in tile.Parts)
            EmitTile(tile, part, $"{access} static void {tile.VisibleMethodName(Prefix, part)}(int rows, {Parameters})", "rows", visibleOnly: true);
    }

    /// <param name="tile">Its shape.</param>
    /// <param name="part">The part of the value dimension.</param>
    /// <param name="signature">Of the method.</param>
    /// <param name="tiles">The parameter that says how many tiles of rows there are; null for one.</param>
    /// <param name="visibleOnly">Whether negative weights are stepped over.</param>
    private void EmitTile(ValueTile tile, DimRange part, string signature, string? tiles, bool visibleOnly)
    {
        (int full, int rest) = tile.Strips(part, _plan.Lanes);
        string shape = $"{(tile.Rows == 1 ? "1 row" : $"{tile.Rows} rows")} x {(tile.Vectors == 1 ? "1 vector" : $"{tile.Vectors} vectors")} of the value dimension: {tile.Accumulators} accumulators.";
        string order = "All rows pass before the next vectors: a strip of the values stays in the nearest cache.";
        string[] comments = tiles is null || full + rest < 2 ? [shape] : [shape, order];
        using var method = Member.Method(_writer, signature, [.. comments, .. Member.DescribePart(part, tile.Parts)]);
        if (!_weights.IsRowKernel)
        {
            EmitStrips(tile, part, tiles, visibleOnly);
            return;
        }

        StoredEmitter.EmitConstants(_writer, _element, StoredEmitter.HasPairs(_element, part, _plan.Lanes));
        if (AsksOfAll(tile))
            Member.EmitAsksOnce(_writer, "values");
        Member.EmitStreams(_writer, "values", _plan.Row, tile.OfStreams);
        if (AsksAhead(tile))
            _writer.Write($"bool isContiguous = valueStride == {_plan.ValueDim}; // Heads lie side by side: values are asked for line after line, whichever vectors are at work.");
        int sum = ChunksOfSums * _plan.Row.KeyChunk;
        _writer.Write($"// {sum} keys for all vectors, then the next ones, each time with sums of their own: the same wherever keys are cut between these.");
        using (_writer.Block($"for (int chunk = 0, left = keyCount; left > 0; chunk += {sum} / chunkTokens, left -= {sum})"))
            EmitStrips(tile, part, tiles, visibleOnly);
    }

    /// <summary>Chunks of values that have one sum.</summary>
    private int ChunksOfSums => _plan.Row.ChunksOfSums(_element);

    /// <summary>Whether later values are asked for.</summary>
    private bool AsksAhead(ValueTile tile) => AsksOfAll(tile) || tile.OfStreams;

    /// <summary>Whether this is done in streams and without them.</summary>
    private bool AsksOfAll(ValueTile tile) => _weights.IsRowKernel && RowPlan.AsksAhead(tile.Rows);

    private void EmitStrips(ValueTile tile, DimRange part, string? tiles, bool visibleOnly)
    {
        (int full, int rest) = tile.Strips(part, _plan.Lanes);
        int strip = tile.Vectors * _plan.Lanes;
        if (full > 1 && _plan.Unroll != Unroll.Full)
        {
            using (_writer.Block($"for (nint d = {part.First}; d < {part.First + (full * strip)}; d += {strip})"))
                EmitRowTiles(tile, tile.Vectors, "d", tail: 0, tiles, visibleOnly);
        }
        else
        {
            for (int i = 0; i < full; i++)
                EmitRowTiles(tile, tile.Vectors, $"{part.First + (i * strip)}", tail: 0, tiles, visibleOnly);
        }

        if (rest > 0)
            EmitRowTiles(tile, rest, $"{part.First + (full * strip)}", part.Count % _plan.Lanes, tiles, visibleOnly);
    }

    private void EmitRowTiles(ValueTile tile, int vectors, string d, int tail, string? tiles, bool visibleOnly)
    {
        if (tiles is null)
        {
            using (_writer.Block(""))
                EmitTileBody(tile, vectors, d, tail, "weights", "factor", "accumulators", visibleOnly);
            return;
        }

        using (_writer.Block($"for (nint tile = 0; tile < {tiles}; tile++)"))
        {
            _writer.Write($"ref float tileWeights = ref Unsafe.Add(ref weights, tile * {tile.Rows * _weights.RowStride});");
            if (!_weights.IsRowKernel)
                _writer.Write($"ref float tileFactor = ref Unsafe.Add(ref factor, tile * {tile.Rows});");
            _writer.Write($"ref float tileAccumulators = ref Unsafe.Add(ref accumulators, tile * {tile.Rows * _plan.PaddedValueDim});");
            EmitTileBody(tile, vectors, d, tail, "tileWeights", "tileFactor", "tileAccumulators", visibleOnly);
        }
    }

    private void EmitTileBody(
        ValueTile tile, int vectors, string d, int tail, string weights, string factor, string accumulators, bool visibleOnly)
    {
        int rows = tile.Rows;
        for (int row = 0; row < rows; row++)
            _writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, vectors).Select(vector => $"{Member.At("o", row, vector)} = Floats.Zero"))};");

        if (_weights.IsRowKernel)
        {
            string type = StoredEmitter.TypeOf(_element);
            int sum = ChunksOfSums * _plan.Row.KeyChunk;
            if (AsksAhead(tile))
                EmitReferences(tile, vectors, tail, type);
            using (_writer.Block($"for (int part = chunk, rest = left < {sum} ? left : {sum}; rest > 0; part++, rest -= chunkTokens)"))
            {
                Member.EmitChunk(_writer, type, "values", "part", "rest");
                _writer.Write($"ref float weight = ref Unsafe.Add(ref {weights}, values.Place(part));");
                EmitKeys(tile, vectors, d, tail, visibleOnly);
            }
        }
        else
        {
            _writer.Write($"ref float weight = ref {weights};");
            EmitKeys(tile, vectors, d, tail, visibleOnly);
        }

        _writer.WriteLine();
        _writer.Write("// What was there comes last, so that the sums need not wait for it.");
        _writer.Write($"ref float output = ref Unsafe.Add(ref {accumulators}, {d});");
        for (int row = 0; row < rows; row++)
        {
            if (!_weights.IsRowKernel)
                _writer.Write($"Floats f{row} = V.Create(Unsafe.Add(ref {factor}, {row}));");
            for (int vector = 0; vector < vectors; vector++)
            {
                int offset = (row * _plan.PaddedValueDim) + (vector * _plan.Lanes);
                string before = $"V.LoadUnsafe(ref output, {offset})";
                string sum = _weights.IsRowKernel
                    ? $"{before} + {Member.At("o", row, vector)}"
                    : _dialect.MultiplyAdd(before, $"f{row}", Member.At("o", row, vector));
                _writer.Write($"({sum}).StoreUnsafe(ref output, {offset});");
            }
        }
    }

    /// <summary>The loop over keys that lie equally far apart.</summary>
    private void EmitKeys(ValueTile tile, int vectors, string d, int tail, bool visibleOnly)
    {
        string type = StoredEmitter.TypeOf(_element);
        _writer.Write($"ref {type} value = ref Unsafe.Add(ref {Values}, {d});");
        bool asksForLines = !_weights.IsRowKernel && !visibleOnly;
        if (asksForLines)
            _writer.Write("LinesAhead lines = ahead; // A copy, which the loop can keep in registers.");
        if (AsksAhead(tile))
            EmitNextValues(tile, vectors, d, tail, type);

        using (_writer.Block($"for (int key = {(_weights.IsRowKernel ? "count" : "keyCount")}; key > 0; key--)"))
        {
            if (AsksAhead(tile))
                EmitAsking(tile, vectors, tail);
            if (asksForLines)
                _writer.Write("lines.AskForOne();");
            if (visibleOnly)
            {
                using (_writer.Block("if (!(weight < 0f))"))
                    EmitKey(tile.Rows, vectors, tail);
            }
            else
            {
                EmitKey(tile.Rows, vectors, tail);
            }

            _writer.Write("value = ref Unsafe.Add(ref value, valueStride);");
            _writer.Write($"weight = ref Unsafe.Add(ref weight, {_weights.KeyStride});");
        }

        if (asksForLines)
            _writer.Write("ahead = lines;");
    }

    /// <summary>References to later values, several of streams, which go on from chunk to chunk of all of these.</summary>
    private void EmitReferences(ValueTile tile, int vectors, int tail, string type)
    {
        int references = StreamsAsked(vectors, tail);
        int strip = Strip(vectors, tail);
        Member.EmitReferences(_writer, type, references);
        string ofLines = references == 1 || tile.OfStreams ? $"{strip / references}" : $"areStreams ? {strip / references} : {strip}";
        _writer.Write($"nint nextStep = !isContiguous ? valueStride : {ofLines};");
    }

    /// <summary>What a strip asks for while it takes a chunk.</summary>
    private void EmitNextValues(ValueTile tile, int vectors, string d, int tail, string type)
    {
        int references = StreamsAsked(vectors, tail);
        int strip = Strip(vectors, tail);
        if (AsksOfAll(tile))
            _writer.Write($"nint back = 0{(RowPlan.AsksNear(_element) ? ", near = 0" : "")};");
        if (references == 1)
        {
            EmitNextOfOneStream(tile, d, type, references, strip);
            return;
        }

        using (_writer.Block(tile.OfStreams ? "if (!isContiguous)" : "if (!areStreams || !isContiguous)"))
            EmitNextOfOneStream(tile, d, type, references, strip);
        using (_writer.Block($"else if ((part & {references - 1}) == 0)"))
        {
            for (int i = 0; i < references; i++)
            {
                string chunk = $"values.Ahead<{type}>({Offset.Plus("part", i)})";
                _writer.Write($"next{i} = ref {(d == "0" ? chunk : $"Unsafe.Add(ref {chunk}, {_plan.Row.StreamChunk} * {d})")};");
            }
        }
    }

    /// <summary>The same of values that lie behind those at work.</summary>
    private void EmitNextOfOneStream(ValueTile tile, string d, string type, int references, int strip)
    {
        _writer.Write($"nint ahead = values.AgainAhead<{type}>(part);");
        if (AsksOfAll(tile))
            EmitFirstAhead(type);
        if (d != "0")
            _writer.Write($"ahead += isContiguous ? chunkTokens * {d} : {d};");
        for (int i = 0; i < references; i++)
            _writer.Write($"next{i} = ref Unsafe.Add(ref first, {Offset.Plus("ahead", i * strip / references)});");
    }

    /// <summary>Where to ask for the first time, if twice.</summary>
    private void EmitFirstAhead(string type)
    {
        using var scope = _writer.Block("if (!asksOnce)");
        _writer.Write($"nint firstAhead = values.FirstAhead<{type}>(part);");
        _writer.Write("back = ahead - firstAhead; // To what has been asked for before, and is once more.");
        _writer.Write("ahead = firstAhead;");
        if (RowPlan.AsksNear(_element))
            _writer.Write($"near = values.ToNext<{type}>(part) == chunkTokens * valueStride ? {_plan.Row.NearKeys} * valueStride : 0; // Behind the last ones others may lie, in memory far away.");
    }

    /// <summary>Of how many streams a strip asks for values at a time.</summary>
    private int StreamsAsked(int vectors, int tail) => RowPlan.StreamsAsked(tail > 0 ? vectors - 1 : vectors, tail, _plan.Lanes, _element);

    /// <summary>Elements of a strip.</summary>
    private int Strip(int vectors, int tail) => ((tail > 0 ? vectors - 1 : vectors) * _plan.Lanes) + tail;

    private void EmitAsking(ValueTile tile, int vectors, int tail)
    {
        int streams = StreamsAsked(vectors, tail);
        int[] lines = [.. Enumerable.Range(0, KernelPlan.LinesOf(vectors * _plan.Lanes, _element)).Select(line => line * KernelPlan.LineElements(_element))];
        int[] ofStream = [.. lines.Take(lines.Length / streams)];
        if (AsksOfAll(tile))
        {
            Member.EmitAsking(
                _writer,
                Next(""),
                [.. Next(""), .. Next("back")],
                RowPlan.AsksNear(_element) ? lines.Select(offset => $"value, {Offset.Plus("near", offset)}") : []);
        }
        else
        {
            Member.EmitPrefetches(_writer, "Prefetch", Next(""));
        }

        for (int stream = 0; stream < streams; stream++)
            _writer.Write($"next{stream} = ref Unsafe.Add(ref next{stream}, nextStep);");

        IEnumerable<string> Next(string distance) => Enumerable.Range(0, streams).SelectMany(
            stream => ofStream.Select(offset => $"next{stream}, {(distance.Length == 0 ? $"{offset}" : Offset.Plus(distance, offset))}"));
    }

    private void EmitKey(int rows, int vectors, int tail)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            StoredEmitter.PairHalf half = StoredEmitter.HalfOf(_element, vector, vectors);
            int at = vector - (half == StoredEmitter.PairHalf.Upper ? 1 : 0);
            if (tail > 0 && vector == vectors - 1)
                _writer.Write($"Floats v{vector} = {_dialect.LoadPartial("value", $"{vector * _plan.Lanes}", tail)};");
            else
                StoredEmitter.EmitLoad(_writer, _dialect, _element, $"Floats v{vector}", "value", $"{at * _plan.Lanes}", half);
        }

        bool grouped = _weights.Group > 1 && rows % _weights.Group == 0;
        for (int row = 0; row < rows; row++)
        {
            int index = grouped ? row % _weights.Group : 0;
            string scalars = $"w{(grouped ? row / _weights.Group : row)}";
            string weightOffset = $"{row * _weights.RowStride}";
            if (index == 0)
                _writer.Write($"Floats {scalars} = {(grouped ? _dialect.LoadScalars("weight", weightOffset) : $"V.Create(Unsafe.Add(ref weight, {weightOffset}))")};");

            for (int vector = 0; vector < vectors; vector++)
            {
                string sum = Member.At("o", row, vector);
                string product = grouped
                    ? _dialect.MultiplyAddScalar($"v{vector}", scalars, index, sum)
                    : _dialect.MultiplyAdd($"v{vector}", scalars, sum);
                _writer.Write($"{sum} = {product};");
            }
        }
    }
}
