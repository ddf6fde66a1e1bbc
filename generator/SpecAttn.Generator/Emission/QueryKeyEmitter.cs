using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the score tiles of the tile kernel: a few keys (rows, one scalar per key and head-dimension element) against a few vectors
/// of queries (lanes). A tile is a set of accumulators that never leave their registers.
/// </summary>
internal static class QueryKeyEmitter
{
    private const string Parameters =
        "ref float queries, ref float keys, nint keyStride, int keyCount, ref float scores, ref float blockMaximum";

    private const string Arguments = "ref queries, ref keys, keyStride, keyCount, ref scores, ref blockMaximum";

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        Member.Choice(
            writer,
            $"public static void Scores(int columns, {Parameters})",
            "columns",
            plan.ScoreTiles.Select(tile => (
                tile.Columns < plan.ScoreTiles.Count ? $"case {tile.Columns}" : "default",
                tile.Parts.Select(part => $"{tile.MethodName(part)}({Arguments});"))));

        foreach (ScoreTile tile in plan.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                EmitTile(writer, plan, dialect, tile, part);
        }
    }

    private static void EmitTile(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile, DimRange part)
    {
        string shape = $"{tile.Keys} keys x {tile.Columns} vectors of {plan.Lanes} queries: {tile.Accumulators} accumulators.";
        using var method = Member.Method(
            writer,
            $"private static void {tile.MethodName(part)}({Parameters})",
            [shape, .. Member.DescribePart(part, tile.Parts)]);

        using (writer.Block($"for (int key = 0; key < keyCount; key += {tile.Keys})"))
        {
            writer.Write("// Past the last key, that key is repeated: the scores fall into the slack.");
            Member.EmitClampedRows(writer, "float", "key", "keys", "keyStride", "key", "keyCount", tile.Keys);

            if (part.First > 0)
                EmitTarget(writer, plan);
            foreach (int key in Enumerable.Range(0, tile.Keys))
                writer.Write($"Floats {string.Join(", ", Columns(tile).Select(column => $"{Member.At("s", key, column)} = {Begin(key, column)}"))};");
            writer.Write($"Floats {string.Join(", ", Columns(tile).Select(column => $"q{column}"))};");
            writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, tile.Keys).Select(key => $"k{key}"))};");

            EmitHeadDim(writer, plan, dialect, tile, part);
            if (part.First == 0)
                EmitTarget(writer, plan);
            EmitStores(writer, plan, tile);
            if (part.End == plan.HeadDim)
                EmitMaximum(writer, plan, dialect, tile);
        }

        string Begin(int key, int column) => part.First == 0 ? "Floats.Zero" : $"V.LoadUnsafe(ref target, {TileOffset(plan, key, column)})";
    }

    private static void EmitHeadDim(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile, DimRange part)
    {
        int looped = plan.HeadDimStep < part.Count ? part.Count / plan.HeadDimStep * plan.HeadDimStep : 0;
        if (looped > 0)
        {
            using (writer.Block($"for (nint d = 0; d < {looped}; d += {plan.HeadDimStep})"))
            {
                writer.Write($"ref float query = ref Unsafe.Add(ref queries, d * {plan.BlockRows});");
                EmitSteps(writer, plan, dialect, tile, "query", "d", plan.HeadDimStep, first: 0);
            }
        }

        if (looped < part.Count)
        {
            int first = part.First + looped;
            using (writer.Block(""))
            {
                writer.Write($"ref float query = ref Unsafe.Add(ref queries, {first * plan.BlockRows});");
                EmitSteps(writer, plan, dialect, tile, "query", "", part.End - first, first);
            }
        }
    }

    private static void EmitSteps(
        SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile, string query, string variable, int steps, int first)
    {
        int group = plan.Facts.ScalarGroup;
        for (int step = 0; step < steps; step += group)
        {
            int count = Math.Min(group, steps - step);
            string offset = variable.Length == 0 ? $"{first + step}" : step == 0 ? variable : $"{variable} + {step}";
            if (group == 1)
                EmitStepByBroadcast(writer, plan, dialect, tile, query, offset, step);
            else
                EmitStepsByElement(writer, plan, dialect, tile, query, offset, step, count);
        }
    }

    /// <summary>The queries of one step stay in registers, one key's scalar at a time is broadcast.</summary>
    private static void EmitStepByBroadcast(
        SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile, string query, string offset, int step)
    {
        foreach (int column in Columns(tile))
            writer.Write($"q{column} = V.LoadUnsafe(ref {query}, {(step * plan.BlockRows) + (column * plan.Lanes)});");
        for (int key = 0; key < tile.Keys; key++)
        {
            writer.Write($"k{key} = {dialect.LoadScalars($"key{key}", offset)};");
            EmitMultiplyAdds(writer, dialect, tile, key, index: 0);
        }
    }

    /// <summary>A group of scalars of every key stays in registers, one step's queries at a time are loaded.</summary>
    private static void EmitStepsByElement(
        SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile, string query, string offset, int step, int count)
    {
        for (int key = 0; key < tile.Keys; key++)
        {
            string scalars = count == plan.Facts.ScalarGroup
                ? dialect.LoadScalars($"key{key}", offset)
                : dialect.LoadPartial($"key{key}", offset, count);
            writer.Write($"k{key} = {scalars};");
        }

        for (int index = 0; index < count; index++)
        {
            foreach (int column in Columns(tile))
                writer.Write($"q{column} = V.LoadUnsafe(ref {query}, {((step + index) * plan.BlockRows) + (column * plan.Lanes)});");
            for (int key = 0; key < tile.Keys; key++)
                EmitMultiplyAdds(writer, dialect, tile, key, index);
        }
    }

    private static void EmitMultiplyAdds(SourceWriter writer, Dialect dialect, ScoreTile tile, int key, int index)
    {
        foreach (int column in Columns(tile))
        {
            string sum = Member.At("s", key, column);
            writer.Write($"{sum} = {dialect.MultiplyAddScalar($"q{column}", $"k{key}", index, sum)};");
        }
    }

    private static void EmitTarget(SourceWriter writer, KernelPlan plan) =>
        writer.Write($"ref float target = ref Unsafe.Add(ref scores, (nint)key * {plan.BlockRows});");

    private static void EmitStores(SourceWriter writer, KernelPlan plan, ScoreTile tile)
    {
        for (int key = 0; key < tile.Keys; key++)
        {
            foreach (int column in Columns(tile))
                writer.Write($"{Member.At("s", key, column)}.StoreUnsafe(ref target, {TileOffset(plan, key, column)});");
        }
    }

    /// <summary>The maximum over the tile's keys is a tree, so that no chain of comparisons waits for itself.</summary>
    private static void EmitMaximum(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreTile tile)
    {
        foreach (int column in Columns(tile))
        {
            for (int distance = 1; distance < tile.Keys; distance *= 2)
            {
                for (int key = 0; key + distance < tile.Keys; key += 2 * distance)
                {
                    string kept = Member.At("s", key, column);
                    writer.Write($"{kept} = {dialect.Max(kept, Member.At("s", key + distance, column))};");
                }
            }

            string largest = dialect.Max(Member.At("s", 0, column), $"V.LoadUnsafe(ref blockMaximum, {column * plan.Lanes})");
            writer.Write($"{largest}.StoreUnsafe(ref blockMaximum, {column * plan.Lanes});");
        }
    }

    private static int TileOffset(KernelPlan plan, int key, int column) => (key * plan.BlockRows) + (column * plan.Lanes);

    private static IEnumerable<int> Columns(ScoreTile tile) => Enumerable.Range(0, tile.Columns);
}
