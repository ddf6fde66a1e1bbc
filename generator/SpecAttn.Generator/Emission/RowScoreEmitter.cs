using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the scores of the row kernel: the head dimension is in the lanes, and a few keys meet a few rows, so that a key vector
/// serves every row and a query vector every key. One transposing sum per row turns the tile into neighbouring scores.
/// </summary>
internal static class RowScoreEmitter
{
    private const string Parameters = "ref float queries, ref float keys, nint keyStride, int keyCount, ref float scores";
    private const string Arguments = "ref queries, ref keys, keyStride, keyCount, ref scores";

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        Member.Choice(
            writer,
            $"public static void RowScores(int rows, {Parameters})",
            "rows",
            plan.Row.ScoreTiles.Select(tile => (
                tile.Rows < plan.Row.RowTile ? $"case {tile.Rows}" : "default",
                tile.Parts.Select(part => $"{tile.MethodName(part)}({Arguments});"))));
        foreach (RowScoreTile tile in plan.Row.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                EmitTile(writer, plan, dialect, tile, part);
        }
    }

    private static void EmitTile(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part)
    {
        int rows = tile.Rows;
        int keys = plan.Row.Keys;
        string shape = $"{rows} rows x {keys} keys: {rows * keys} accumulators, the head dimension in the lanes.";
        using var method = Member.Method(
            writer, $"private static void {tile.MethodName(part)}({Parameters})", [shape, .. Member.DescribePart(part, tile.Parts)]);

        using (writer.Block($"for (int key = 0; key < keyCount; key += {keys})"))
        {
            writer.Write("// Past the last key, that key is repeated: the scores fall into the slack.");
            Member.EmitClampedRows(writer, "key", "keys", "keyStride", "key", "keyCount", keys);
            for (int row = 0; row < rows; row++)
                writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"{Member.At("s", row, key)} = Floats.Zero"))};");
            writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"k{key}"))}, q;");

            EmitHeadDim(writer, plan, dialect, rows, part);

            int stride = plan.Row.KeyBlock + plan.Lanes;
            writer.Write("ref float target = ref Unsafe.Add(ref scores, key);");
            for (int row = 0; row < rows; row++)
            {
                string sums = dialect.SumEach(Member.At("s", row, 0), Member.At("s", row, 1), Member.At("s", row, 2), Member.At("s", row, 3));
                if (part.First > 0)
                    sums = $"({sums} + Vector128.LoadUnsafe(ref target, {row * stride}))";
                writer.Write($"{sums}.StoreUnsafe(ref target, {row * stride});");
            }
        }
    }

    private static void EmitHeadDim(SourceWriter writer, KernelPlan plan, Dialect dialect, int rows, DimRange part)
    {
        int wholeVectors = part.Count / plan.Lanes;
        int looped = wholeVectors > plan.Row.VectorStep ? wholeVectors / plan.Row.VectorStep * plan.Row.VectorStep : 0;
        if (looped > 0)
        {
            using (writer.Block($"for (nint d = 0; d < {looped * plan.Lanes}; d += {plan.Row.VectorStep * plan.Lanes})"))
            {
                for (int vector = 0; vector < plan.Row.VectorStep; vector++)
                    EmitVector(writer, plan, dialect, rows, $"d + {vector * plan.Lanes}", plan.Lanes);
            }
        }

        for (int vector = looped; vector < wholeVectors; vector++)
            EmitVector(writer, plan, dialect, rows, $"{part.First + (vector * plan.Lanes)}", plan.Lanes);
        int tail = part.Count % plan.Lanes;
        if (tail > 0)
            EmitVector(writer, plan, dialect, rows, $"{part.End - tail}", tail);
    }

    private static void EmitVector(SourceWriter writer, KernelPlan plan, Dialect dialect, int rows, string offset, int count)
    {
        for (int key = 0; key < plan.Row.Keys; key++)
        {
            string load = count == plan.Lanes ? $"V.LoadUnsafe(ref key{key}, (nuint)({offset}))" : dialect.LoadPartial($"key{key}", offset, count);
            writer.Write($"k{key} = {load};");
        }

        for (int row = 0; row < rows; row++)
        {
            writer.Write($"q = V.LoadUnsafe(ref queries, (nuint)({offset} + {row * plan.PaddedHeadDim}));");
            for (int key = 0; key < plan.Row.Keys; key++)
            {
                string sum = Member.At("s", row, key);
                writer.Write($"{sum} = {dialect.MultiplyAdd("q", $"k{key}", sum)};");
            }
        }
    }
}
