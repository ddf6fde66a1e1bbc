using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the value tiles: for a few rows (their weights are scalars) and a few vectors of the value dimension,
/// o[row][d] = o[row][d]·factor[row] + Σ weight[key][row]·v[key][d]. V is read as it lies and the output comes out as it is stored.
/// </summary>
internal sealed class ValueEmitter
{
    private const string Parameters = "ref float weights, ref float values, nint valueStride, int keyCount, ref float factor, ref float accumulators";
    private const string Arguments = "ref weights, ref values, valueStride, keyCount, ref factor, ref accumulators";

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
    private sealed record WeightLayout(string Prefix, int RowStride, int KeyStride, int Group);

    /// <summary>Weights are [key][row].</summary>
    public static void EmitTileKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        var emitter = new ValueEmitter(writer, plan, dialect, new WeightLayout("", 1, plan.BlockRows, plan.Facts.ScalarGroup));
        emitter.EmitRowsLoop();
        foreach (ValueTile tile in plan.ValueTiles)
            emitter.EmitTile(tile, $"Values{tile.Rows}", visibleOnly: false);
        if (program.Visible is not null)
            emitter.EmitVisibleOnly();
    }

    /// <summary>Weights are [row][key].</summary>
    public static void EmitRowKernel(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreProgram program)
    {
        var emitter = new ValueEmitter(writer, plan, dialect, new WeightLayout("Row", plan.Row.KeyBlock + plan.Lanes, 1, Group: 1));
        Member.Choice(
            writer,
            $"public static void RowValues(int rows, {Parameters})",
            "rows",
            plan.Row.ValueTiles.Select<ValueTile, (string, IEnumerable<string>)>(tile => (
                tile.Rows < plan.Row.RowTile ? $"case {tile.Rows}" : "default",
                [$"RowValues{tile.Rows}({Arguments});"])));
        foreach (ValueTile tile in plan.Row.ValueTiles)
            emitter.EmitTile(tile, $"RowValues{tile.Rows}", visibleOnly: false);
        if (program.Visible is not null)
            emitter.EmitVisibleOnly();
    }

    /// <summary>Full tiles of rows, then the smallest tile that covers the rest; it may compute slack rows.</summary>
    private void EmitRowsLoop()
    {
        _writer.WriteLine();
        using var method = _writer.Block($"public static void Values(int rows, {Parameters})");
        int most = _plan.ValueTiles[0].Rows;
        using (_writer.Block($"for (; rows > 0; rows -= {most})"))
        {
            foreach (ValueTile tile in _plan.ValueTiles.Reverse())
            {
                string call = $"Values{tile.Rows}({Arguments});";
                string keyword = tile == _plan.ValueTiles[_plan.ValueTiles.Count - 1] ? "if" : "else if";
                _writer.Write(tile.Rows == most && _plan.ValueTiles.Count > 1
                    ? $"else\n    {call}"
                    : _plan.ValueTiles.Count == 1 ? call : $"{keyword} (rows <= {tile.Rows})\n    {call}");
            }

            EmitAdvance(most.ToString());
        }
    }

    /// <summary>One row at a time; a key that the row does not see has a negative weight and is stepped over.</summary>
    private void EmitVisibleOnly()
    {
        string prefix = _weights.Prefix;
        _writer.WriteLine();
        using (_writer.Block($"public static void {prefix}ValuesOfVisible(int rows, {Parameters})"))
        using (_writer.Block("for (; rows > 0; rows--)"))
        {
            _writer.Write($"{prefix}ValuesOfVisible1({Arguments});");
            EmitAdvance("1");
        }

        EmitTile(_plan.Row.ValueTiles[0], $"{prefix}ValuesOfVisible1", visibleOnly: true);
    }

    private void EmitAdvance(string rows)
    {
        int count = int.Parse(rows);
        _writer.Write($"weights = ref Unsafe.Add(ref weights, {count * _weights.RowStride});");
        _writer.Write($"factor = ref Unsafe.Add(ref factor, {count});");
        _writer.Write($"accumulators = ref Unsafe.Add(ref accumulators, {count * _plan.PaddedValueDim});");
    }

    private void EmitTile(ValueTile tile, string name, bool visibleOnly)
    {
        int vectors = _plan.PaddedValueDim / _plan.Lanes;
        int wholeVectors = _plan.ValueDim / _plan.Lanes;
        int fullTiles = wholeVectors / tile.Vectors;
        int rest = vectors - (fullTiles * tile.Vectors);

        string shape = $"{tile.Rows} rows x {tile.Vectors} vectors of the value dimension: {tile.Accumulators} accumulators.";
        using var method = Member.Method(_writer, $"private static void {name}({Parameters})", shape);

        if (fullTiles > 1)
        {
            using (_writer.Block($"for (nint d = 0; d < {fullTiles * tile.Vectors * _plan.Lanes}; d += {tile.Vectors * _plan.Lanes})"))
                EmitTileBody(tile.Rows, tile.Vectors, "d", tail: 0, visibleOnly);
        }
        else if (fullTiles == 1)
        {
            using (_writer.Block(""))
                EmitTileBody(tile.Rows, tile.Vectors, "0", tail: 0, visibleOnly);
        }

        if (rest > 0)
        {
            using (_writer.Block(""))
                EmitTileBody(tile.Rows, rest, $"{fullTiles * tile.Vectors * _plan.Lanes}", _plan.ValueDimTail, visibleOnly);
        }
    }

    private void EmitTileBody(int rows, int vectors, string d, int tail, bool visibleOnly)
    {
        _writer.Write($"ref float output = ref Unsafe.Add(ref accumulators, {d});");
        for (int row = 0; row < rows; row++)
        {
            _writer.Write($"Floats f{row} = V.Create(Unsafe.Add(ref factor, {row}));");
            for (int vector = 0; vector < vectors; vector++)
                _writer.Write($"Floats {Member.At("o", row, vector)} = V.LoadUnsafe(ref output, {OutputOffset(row, vector)}) * f{row};");
        }

        _writer.Write($"ref float value = ref Unsafe.Add(ref values, {d});");
        _writer.Write("ref float weight = ref weights;");
        using (_writer.Block("for (int key = keyCount; key > 0; key--)"))
        {
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

        for (int row = 0; row < rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
                _writer.Write($"{Member.At("o", row, vector)}.StoreUnsafe(ref output, {OutputOffset(row, vector)});");
        }
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

    private int OutputOffset(int row, int vector) => (row * _plan.PaddedValueDim) + (vector * _plan.Lanes);
}
