using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the scores of the row kernel: the head dimension is in the lanes, and a few keys meet a few rows, so that a key vector
/// serves every row and a query vector every key. One transposing sum per row turns the tile into neighbouring scores.
/// </summary>
internal static class RowScoreEmitter
{
    private const string Parameters = "ref float queries, ref byte keys, nint keyStride, int keyCount, nint ahead, nint pageAhead, ref float scores";
    private const string Arguments = "ref queries, ref keys, keyStride, keyCount, ahead, pageAhead, ref scores";

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        Member.ChoiceOfRowTiles(
            writer,
            "RowScores",
            Parameters,
            Arguments,
            plan.Row.ScoreTiles.Select(tile => (tile.Element, tile.Rows, tile.Parts.Select(tile.MethodName))));
        foreach (RowScoreTile tile in plan.Row.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                EmitTile(writer, plan, dialect, tile, part);
        }
    }

    private static void EmitTile(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part)
    {
        int rows = tile.Rows;
        int keys = tile.Keys;
        string shape = $"{(rows == 1 ? "1 row" : $"{rows} rows")} x {keys} keys: {rows * keys} accumulators, the head dimension in the lanes.";
        using var method = Member.Method(
            writer, $"private static void {tile.MethodName(part)}({Parameters})", [shape, .. Member.DescribePart(part, tile.Parts)]);

        string type = StoredEmitter.TypeOf(tile.Element);
        StoredEmitter.EmitConstants(writer, tile.Element);
        writer.Write($"ref {type} first = ref Unsafe.As<byte, {type}>(ref keys);");
        using (writer.Block($"for (int key = 0; key < keyCount; key += {keys})"))
        {
            writer.Write("// Past the last key, that key is repeated: the scores fall into the slack.");
            Member.EmitClampedRows(writer, type, "key", "first", "keyStride", "key", "keyCount", keys);
            for (int row = 0; row < rows; row++)
                writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"{Member.At("s", row, key)} = Floats.Zero"))};");
            writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"k{key}"))}, q;");

            if (part.First == 0 && RowPlan.AsksAhead(rows))
                writer.Write("CacheLine.PrefetchFar(ref Unsafe.Add(ref key0, pageAhead));");
            EmitHeadDim(writer, plan, dialect, tile, part);

            writer.Write("ref float target = ref Unsafe.Add(ref scores, key);");
            if (keys == 4)
                EmitStores(writer, plan, dialect, rows, adds: part.First > 0);
            else
                EmitStoresOfPairs(writer, plan, dialect, rows, adds: part.First > 0);
        }
    }

    /// <summary>Four keys: a vector of scores per row.</summary>
    private static void EmitStores(SourceWriter writer, KernelPlan plan, Dialect dialect, int rows, bool adds)
    {
        for (int row = 0; row < rows; row++)
        {
            string sums = EmitSums(writer, dialect, row, [Member.At("s", row, 0), Member.At("s", row, 1), Member.At("s", row, 2), Member.At("s", row, 3)]);
            if (adds)
                sums = $"({sums} + Vector128.LoadUnsafe(ref target, {row * ScoreStride(plan)}))";
            writer.Write($"{sums}.StoreUnsafe(ref target, {row * ScoreStride(plan)});");
        }
    }

    /// <summary>Two keys: a vector holds the scores of two rows, each half a row's.</summary>
    private static void EmitStoresOfPairs(SourceWriter writer, KernelPlan plan, Dialect dialect, int rows, bool adds)
    {
        for (int row = 0; row < rows; row += 2)
        {
            int next = Math.Min(row + 1, rows - 1);
            string pair = $"pair{row / 2}";
            string last = Member.At("s", next, 1);
            string sums = EmitSums(writer, dialect, row, [Member.At("s", row, 0), Member.At("s", row, 1), next > row ? Member.At("s", next, 0) : last, last]);
            writer.Write($"ref double target{row} = ref Unsafe.As<float, double>(ref Unsafe.Add(ref target, {row * ScoreStride(plan)}));");
            if (next > row)
                writer.Write($"ref double target{next} = ref Unsafe.As<float, double>(ref Unsafe.Add(ref target, {next * ScoreStride(plan)}));");
            if (adds)
                sums = $"({sums} + Vector128.Create(target{row}, target{next}).AsSingle())";
            writer.Write($"Vector128<double> {pair} = {sums}.AsDouble();");
            writer.Write($"target{row} = {pair}.ToScalar();");
            if (next > row)
                writer.Write($"target{next} = {pair}.GetElement(1);");
        }
    }

    /// <summary>Returns the vector of the sums of four accumulators.</summary>
    private static string EmitSums(SourceWriter writer, Dialect dialect, int row, string[] accumulators)
    {
        string sums = $"sums{row}";
        foreach (string statement in dialect.SumEach(accumulators[0], accumulators[1], accumulators[2], accumulators[3], sums))
            writer.Write(statement);
        return sums;
    }

    private static int ScoreStride(KernelPlan plan) => plan.Row.KeyBlock + plan.Lanes;

    private static void EmitHeadDim(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part)
    {
        int wholeVectors = part.Count / plan.Lanes;
        int looped = wholeVectors > plan.Row.VectorStep ? wholeVectors / plan.Row.VectorStep * plan.Row.VectorStep : 0;
        if (looped > 0)
        {
            using (writer.Block($"for (nint d = 0; d < {looped * plan.Lanes}; d += {plan.Row.VectorStep * plan.Lanes})"))
            {
                for (int vector = 0; vector < plan.Row.VectorStep; vector++)
                    EmitVector(writer, plan, dialect, tile, vector, $"d + {vector * plan.Lanes}", plan.Lanes);
            }
        }

        for (int vector = looped; vector < wholeVectors; vector++)
            EmitVector(writer, plan, dialect, tile, vector, $"{part.First + (vector * plan.Lanes)}", plan.Lanes);
        int tail = part.Count % plan.Lanes;
        if (tail > 0)
            EmitVector(writer, plan, dialect, tile, wholeVectors, $"{part.End - tail}", tail);
    }

    private static void EmitVector(
        SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, int vector, string offset, int count)
    {
        bool isNewLine = vector * plan.Lanes % KernelPlan.LineElements(tile.Element) == 0;
        for (int key = 0; key < tile.Keys && isNewLine && RowPlan.AsksAhead(tile.Rows); key++)
            writer.Write($"CacheLine.PrefetchFar(ref Unsafe.Add(ref key{key}, {(offset == "0" ? "ahead" : $"ahead + {offset}")}));");
        for (int key = 0; key < tile.Keys; key++)
        {
            if (count == plan.Lanes)
                StoredEmitter.EmitLoad(writer, dialect, tile.Element, $"k{key}", $"key{key}", offset);
            else
                writer.Write($"k{key} = {dialect.LoadPartial($"key{key}", offset, count)};");
        }

        for (int row = 0; row < tile.Rows; row++)
        {
            writer.Write($"q = V.LoadUnsafe(ref queries, {Offset.Index(Offset.Plus(offset, row * plan.PaddedHeadDim))});");
            for (int key = 0; key < tile.Keys; key++)
            {
                string sum = Member.At("s", row, key);
                writer.Write($"{sum} = {dialect.MultiplyAdd("q", $"k{key}", sum)};");
            }
        }
    }
}
