using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

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

    private ValueEmitter(SourceWriter writer, KernelPlan plan, Dialect dialect, WeightLayout weights)
    {
        _writer = writer;
        _plan = plan;
        _dialect = dialect;
        _weights = weights;
    }

    /// <summary>How weights lie in memory, and how many neighbouring rows one load of scalars fetches.</summary>
    private sealed record WeightLayout(bool IsRowKernel, int RowStride, int KeyStride, int Group);

    private string Prefix => _weights.IsRowKernel ? "Row" : "";

    private string Parameters =>
        $"ref float weights, ref float values, nint valueStride, int keyCount, {(_weights.IsRowKernel ? "" : "ref float factor, ")}ref float accumulators";

    private string Arguments => $"ref weights, ref values, valueStride, keyCount, {(_weights.IsRowKernel ? "" : "ref factor, ")}ref accumulators";

    /// <summary>Weights are [key][row].</summary>
    public static void EmitTileKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        var emitter = new ValueEmitter(writer, plan, dialect, new WeightLayout(IsRowKernel: false, 1, plan.BlockRows, plan.Facts.ScalarGroup));
        emitter.EmitRows();
        foreach (ValueTile tile in plan.ValueTiles)
        {
            foreach (DimRange part in tile.Parts)
                emitter.EmitTile(tile, part, $"private static void {tile.MethodName("", part)}(int tiles, {emitter.Parameters})", "tiles", visibleOnly: false);
        }

        if (program.MayHide)
            emitter.EmitVisibleOnly();
    }

    /// <summary>Weights are [row][key].</summary>
    public static void EmitRowKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        var emitter = new ValueEmitter(writer, plan, dialect, new WeightLayout(IsRowKernel: true, plan.Row.KeyBlock + plan.Lanes, 1, Group: 1));
        Member.Choice(
            writer,
            $"public static void RowValues(int rows, {emitter.Parameters})",
            "rows",
            plan.Row.ValueTiles.Select(tile => (
                tile.Rows < plan.Row.RowTile ? $"case {tile.Rows}" : "default",
                tile.Parts.Select(part => $"{tile.MethodName("Row", part)}({emitter.Arguments});"))));
        foreach (ValueTile tile in plan.Row.ValueTiles)
        {
            foreach (DimRange part in tile.Parts)
                emitter.EmitTile(tile, part, $"private static void {tile.MethodName("Row", part)}({emitter.Parameters})", tiles: null, visibleOnly: false);
        }

        if (program.MayHide)
            emitter.EmitVisibleOnly();
    }

    /// <summary>Full tiles of rows, then the smallest tile that covers the rest; it may compute slack rows.</summary>
    private void EmitRows()
    {
        ValueTile widest = _plan.ValueTiles[0];
        int most = widest.Rows;
        _writer.WriteLine();
        using var method = _writer.Block($"public static void Values(int rows, {Parameters})");
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
            IEnumerable<string> calls = tile.Parts.Select(part => $"    {tile.MethodName("", part)}({tiles}, {Arguments});");
            return tile.Parts.Count == 1 ? calls.Single() : $"{{\n{string.Join("\n", calls)}\n}}";
        }
    }

    /// <summary>One row at a time; a key that the row does not see has a negative weight and is stepped over.</summary>
    private void EmitVisibleOnly()
    {
        ValueTile tile = _plan.Row.ValueTiles[0];
        if (tile.Parts.Count > 1)
        {
            _writer.WriteLine();
            using var method = _writer.Block($"public static void {Prefix}ValuesOfVisible(int rows, {Parameters})");
            foreach (DimRange part in tile.Parts)
                _writer.Write($"{tile.VisibleMethodName(Prefix, part)}(rows, {Arguments});");
        }

        string access = tile.Parts.Count > 1 ? "private" : "public";
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
        string shape = $"{tile.Rows} rows x {tile.Vectors} vectors of the value dimension: {tile.Accumulators} accumulators.";
        string order = "All rows pass before the next vectors: a strip of the values stays in the nearest cache.";
        string[] comments = tiles is null || full + rest < 2 ? [shape] : [shape, order];
        using var method = Member.Method(_writer, signature, [.. comments, .. Member.DescribePart(part, tile.Parts)]);
        if (!_weights.IsRowKernel)
        {
            EmitStrips(tile, part, tiles, visibleOnly);
            return;
        }

        int chunk = _plan.Row.KeyChunk;
        if (AsksLineByLine(tile))
        {
            _writer.Write(
                $"""
                // Later values are asked for: where heads lie side by side, line after line, whichever vectors are at work.
                bool isContiguous = valueStride == {_plan.ValueDim};
                ref float next = ref Unsafe.Add(ref values, {_plan.Row.AskedKeys} * valueStride);
                """);
        }

        _writer.Write("// A chunk of keys for all vectors, then the next one, each with sums of its own: the same wherever keys are cut between chunks.");
        using (_writer.Block($"for (; keyCount > 0; keyCount -= {chunk})"))
        {
            _writer.Write($"int count = keyCount < {chunk} ? keyCount : {chunk};");
            EmitStrips(tile, part, tiles, visibleOnly);
            _writer.Write($"values = ref Unsafe.Add(ref values, {chunk} * valueStride);");
            _writer.Write($"weights = ref Unsafe.Add(ref weights, {chunk * _weights.KeyStride});");
        }
    }

    /// <summary>Whether later values are asked for.</summary>
    private bool AsksAhead(ValueTile tile) => _weights.IsRowKernel && RowPlan.AsksAhead(tile.Rows);

    /// <summary>Whether they are asked for in another order than they are used in: by strips, the lines of a key are far from each other in time.</summary>
    private bool AsksLineByLine(ValueTile tile) =>
        AsksAhead(tile) && tile.Parts.Count == 1 && _plan.ValueDim > tile.Vectors * _plan.Lanes;

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

        _writer.Write($"ref float value = ref Unsafe.Add(ref values, {d});");
        _writer.Write($"ref float weight = ref {weights};");
        if (AsksLineByLine(tile))
        {
            _writer.Write($"next = ref isContiguous ? ref next : ref Unsafe.Add(ref value, {_plan.Row.AskedKeys} * valueStride);");
            _writer.Write($"nint nextStep = isContiguous ? {(tail > 0 ? ((vectors - 1) * _plan.Lanes) + tail : vectors * _plan.Lanes)} : valueStride;");
        }

        using (_writer.Block($"for (int key = {(_weights.IsRowKernel ? "count" : "keyCount")}; key > 0; key--)"))
        {
            if (AsksAhead(tile))
                EmitAsking(tile, vectors);
            if (visibleOnly)
            {
                using (_writer.Block("if (!(weight < 0f))"))
                    EmitKey(rows, vectors, tail);
            }
            else
            {
                EmitKey(rows, vectors, tail);
            }

            _writer.Write("value = ref Unsafe.Add(ref value, valueStride);");
            _writer.Write($"weight = ref Unsafe.Add(ref weight, {_weights.KeyStride});");
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

    private void EmitAsking(ValueTile tile, int vectors)
    {
        int[] lines = [.. Enumerable.Range(0, KernelPlan.LinesOf(vectors * _plan.Lanes)).Select(line => line * KernelPlan.CacheLineElements)];
        bool isLineByLine = AsksLineByLine(tile);
        foreach (int offset in lines)
            _writer.Write($"CacheLine.PrefetchFar(ref Unsafe.Add(ref {(isLineByLine ? "next, " : $"value, ({_plan.Row.AskedKeys} * valueStride) + ")}{offset}));");
        if (isLineByLine)
            _writer.Write("next = ref Unsafe.Add(ref next, nextStep);");
        foreach (int offset in lines)
            _writer.Write($"CacheLine.Prefetch(ref Unsafe.Add(ref value, ({_plan.Row.NearKeys} * valueStride) + {offset}));");
    }

    private void EmitKey(int rows, int vectors, int tail)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            bool partial = tail > 0 && vector == vectors - 1;
            string load = partial
                ? _dialect.LoadPartial("value", $"{vector * _plan.Lanes}", tail)
                : $"V.LoadUnsafe(ref value, {vector * _plan.Lanes})";
            _writer.Write($"Floats v{vector} = {load};");
        }

        bool grouped = _weights.Group > 1 && rows % _weights.Group == 0;
        for (int row = 0; row < rows; row++)
        {
            int index = grouped ? row % _weights.Group : 0;
            string scalars = $"w{(grouped ? row / _weights.Group : row)}";
            string offset = $"{row * _weights.RowStride}";
            if (index == 0)
                _writer.Write($"Floats {scalars} = {(grouped ? _dialect.LoadScalars("weight", offset) : $"V.Create(Unsafe.Add(ref weight, {offset}))")};");

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
