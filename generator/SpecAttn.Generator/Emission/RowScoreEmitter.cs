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
    private const string Parameters = "ref float queries, in TokenChunks keys, nint keyStride, int keyCount, ref float scores";
    private const string Arguments = "ref queries, in keys, keyStride, keyCount, ref scores";

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        Member.ChoiceOfRowTiles(
            writer,
            "RowScores",
            Parameters,
            Arguments,
            "keys",
            plan.Row.ScoreTiles.Select(tile => (tile.Element, tile.Rows, tile.OfStreams, tile.Parts.Select(tile.MethodName))));
        foreach (RowScoreTile tile in plan.Row.ScoreTiles)
        {
            foreach (DimRange part in tile.Parts)
                EmitTile(writer, plan, dialect, tile, part);
        }
    }

    /// <summary>Name of a local that is 0.</summary>
    private const string Again = "again";

    private static void EmitTile(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part)
    {
        int rows = tile.Rows;
        int keys = tile.Keys;
        string shape = $"{(rows == 1 ? "1 row" : $"{rows} rows")} x {keys} keys: {rows * keys} accumulators, the head dimension in the lanes.";
        using var method = Member.Method(
            writer, $"private static void {tile.MethodName(part)}({Parameters})", [shape, .. Member.DescribePart(part, tile.Parts)]);

        string type = StoredEmitter.TypeOf(tile.Element);
        bool hasPairs = StoredEmitter.HasPairs(tile.Element, part, plan.Lanes);
        StoredEmitter.EmitConstants(writer, tile.Element, hasPairs);
        if (hasPairs)
            writer.Write($"nint {Again} = keyCount >>> 31; // 0, but the JIT does not know: pairs are loaded again where it would keep them in registers it has not.");
        if (RowPlan.AsksAhead(rows))
            Member.EmitAsksOnce(writer, "keys");
        Member.EmitStreams(writer, "keys", plan.Row, tile.OfStreams);
        if (tile.OverlapsSums)
        {
            writer.Write("// The sums of a tile are completed when the first products of the next one are on their way, and need not be waited for.");
            foreach (SumGroup group in GroupsOf(tile))
                writer.Write($"Floats {string.Join(", ", group.Pending.Select(pending => $"{pending} = Floats.Zero"))};");
            writer.Write("ref float target = ref scores;");
        }

        if (tile.AsksAhead)
            Member.EmitReferences(writer, type, keys);
        using (writer.Block("for (int chunk = 0, left = keyCount; left > 0; chunk++, left -= chunkTokens)"))
        {
            Member.EmitChunk(writer, type, "keys", "chunk", "left");
            if (RowPlan.AsksAhead(rows))
                EmitDistances(writer, part, type);
            writer.Write("ref float ofChunk = ref Unsafe.Add(ref scores, keys.Place(chunk));");
            EmitChunk(writer, plan, dialect, tile, part, type);
        }

        if (tile.OverlapsSums)
        {
            writer.WriteLine();
            EmitSums(writer, plan, dialect, tile, part.First > 0);
        }
    }

    /// <summary>The scores of a chunk of keys.</summary>
    private static void EmitChunk(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part, string type)
    {
        int rows = tile.Rows;
        int keys = tile.Keys;
        bool adds = part.First > 0;
        using (writer.Block($"for (int key = 0; key < count; key += {keys})"))
        {
            writer.Write("// Past the last key, that key is repeated: the scores fall into the slack.");
            Member.EmitClampedRows(writer, type, "key", "first", "keyStride", "key", "count", keys);
            for (int row = 0; row < rows; row++)
                writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"{Member.At("s", row, key)} = Floats.Zero"))};");
            writer.Write($"Floats {string.Join(", ", Enumerable.Range(0, keys).Select(key => $"k{key}"))}, q;");
            if (tile.AsksAhead)
                EmitNextKeys(writer, tile, type);
            if (part.First == 0 && RowPlan.AsksAhead(rows))
                writer.Write("if (!asksOnce)\n    CacheLine.PrefetchFar(ref Unsafe.Add(ref key0, pageAhead));");

            VectorRuns runs = tile.RunsOf(part, plan.Lanes, plan.Row.VectorStep);
            EmitVectors(writer, plan, dialect, tile, part, 0, runs.First, inLoop: false);
            if (tile.OverlapsSums)
            {
                EmitSums(writer, plan, dialect, tile, adds);
                EmitTarget(writer, "target");
            }

            EmitFurtherVectors(writer, plan, dialect, tile, part, runs);
            if (!tile.OverlapsSums)
                EmitTarget(writer, "ref float target");
            foreach (SumGroup group in GroupsOf(tile))
            {
                string declaration = tile.OverlapsSums ? "" : "Floats ";
                writer.Write($"{declaration}{group.Pending[0]} = {dialect.SumPairs(group.Accumulators[0], group.Accumulators[1])};");
                if (group.Pending.Count > 1)
                    writer.Write($"{declaration}{group.Pending[1]} = {dialect.SumPairs(group.Accumulators[2], group.Accumulators[3])};");
            }

            if (!tile.OverlapsSums)
                EmitSums(writer, plan, dialect, tile, adds);
        }

        static void EmitTarget(SourceWriter writer, string target) => writer.Write($"{target} = ref Unsafe.Add(ref ofChunk, key);");
    }

    /// <summary>Accumulators whose sums come out as one vector: those of four keys and a row, or of two keys and two rows.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="Rows">The rows.</param>
    /// <param name="Accumulators">Two or four.</param>
    /// <param name="Pending">What they first become, half as many.</param>
    private sealed record SumGroup(int Number, IReadOnlyList<int> Rows, IReadOnlyList<string> Accumulators, IReadOnlyList<string> Pending);

    private static IEnumerable<SumGroup> GroupsOf(RowScoreTile tile)
    {
        int rowsOfGroup = RowScoreTile.SumsOfVector / tile.Keys;
        for (int number = 0; number * rowsOfGroup < tile.Rows; number++)
        {
            int[] rows = [.. Enumerable.Range(number * rowsOfGroup, rowsOfGroup).Where(row => row < tile.Rows)];
            string[] accumulators = [.. rows.SelectMany(row => Enumerable.Range(0, tile.Keys).Select(key => Member.At("s", row, key)))];
            yield return new(number, rows, accumulators, [.. Enumerable.Range(0, accumulators.Length / 2).Select(pair => Member.At("p", number, pair))]);
        }
    }

    /// <summary>Completes sums and stores them.</summary>
    private static void EmitSums(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, bool adds)
    {
        using var scope = writer.Block("");
        foreach (SumGroup group in GroupsOf(tile))
        {
            string sums = $"sums{group.Number}";
            string second = group.Pending.Last();
            if (group.Pending.Count == 1)
            {
                second = $"p{group.Number}_1";
                writer.Write($"Floats {second} = {group.Pending[0]};");
            }

            foreach (string statement in dialect.SumQuads(group.Pending[0], second, sums))
                writer.Write(statement);
            if (tile.Keys == RowScoreTile.SumsOfVector)
                EmitStore(writer, plan, group, sums, adds);
            else
                EmitStoreOfPairs(writer, plan, group, sums, adds);
        }
    }

    /// <summary>A vector of scores of one row.</summary>
    private static void EmitStore(SourceWriter writer, KernelPlan plan, SumGroup group, string sums, bool adds)
    {
        int offset = group.Rows[0] * ScoreStride(plan);
        writer.Write($"{(adds ? $"({sums} + Vector128.LoadUnsafe(ref target, {offset}))" : sums)}.StoreUnsafe(ref target, {offset});");
    }

    /// <summary>A vector that holds the scores of two rows, each half a row's.</summary>
    private static void EmitStoreOfPairs(SourceWriter writer, KernelPlan plan, SumGroup group, string sums, bool adds)
    {
        string[] targets = [.. group.Rows.Select(row => $"target{row}")];
        for (int i = 0; i < targets.Length; i++)
            writer.Write($"ref double {targets[i]} = ref Unsafe.As<float, double>(ref Unsafe.Add(ref target, {group.Rows[i] * ScoreStride(plan)}));");
        string before = $"Vector128.Create({targets[0]}, {targets.Last()}).AsSingle()";
        writer.Write($"Vector128<double> pair{group.Number} = {(adds ? $"({sums} + {before})" : sums)}.AsDouble();");
        for (int i = 0; i < targets.Length; i++)
            writer.Write($"{targets[i]} = pair{group.Number}.{(i == 0 ? "ToScalar()" : $"GetElement({i})")};");
    }

    private static int ScoreStride(KernelPlan plan) => plan.Row.KeyBlock + plan.Lanes;

    /// <summary>The vectors after the first ones.</summary>
    private static void EmitFurtherVectors(SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part, VectorRuns runs)
    {
        if (runs.Looped > 0)
        {
            int begin = part.First + (runs.First * plan.Lanes);
            using (writer.Block($"for (nint d = {begin}; d < {begin + (runs.Looped * plan.Lanes)}; d += {plan.Row.VectorStep * plan.Lanes})"))
                EmitVectors(writer, plan, dialect, tile, part, 0, plan.Row.VectorStep, inLoop: true);
        }

        int vectors = KernelPlan.RoundUp(part.Count, plan.Lanes) / plan.Lanes;
        EmitVectors(writer, plan, dialect, tile, part, runs.First + runs.Looped, vectors, inLoop: false);
    }

    /// <summary>Neighbouring vectors of the head dimension, those that come in pairs one after the other.</summary>
    /// <param name="writer">Takes the statements.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="dialect">Spells them.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="part">The part of the head dimension.</param>
    /// <param name="begin">Number of the first vector in the part, or in an iteration of the loop.</param>
    /// <param name="end">After the last.</param>
    /// <param name="inLoop">Whether they are in the loop.</param>
    private static void EmitVectors(
        SourceWriter writer, KernelPlan plan, Dialect dialect, RowScoreTile tile, DimRange part, int begin, int end, bool inLoop)
    {
        for (int vector = begin; vector < end; vector++)
        {
            int elements = inLoop ? plan.Lanes : Math.Min(plan.Lanes, part.Count - (vector * plan.Lanes));
            string offset = OffsetOf(vector);
            if (tile.AsksAhead)
                EmitAsking(writer, plan, tile, vector, offset);

            StoredEmitter.PairHalf half = StoredEmitter.HalfOf(tile.Element, vector, inLoop ? plan.Row.VectorStep : part.Count / plan.Lanes);
            string keyOffset = half == StoredEmitter.PairHalf.Upper ? $"{OffsetOf(vector - 1)} + {Again}" : offset;
            for (int key = 0; key < tile.Keys; key++)
            {
                if (elements == plan.Lanes)
                    StoredEmitter.EmitLoad(writer, dialect, tile.Element, $"k{key}", $"key{key}", keyOffset, half);
                else
                    writer.Write($"k{key} = {dialect.LoadPartial($"key{key}", offset, elements)};");
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

        string OffsetOf(int vector) => inLoop ? $"d + {vector * plan.Lanes}" : $"{part.First + (vector * plan.Lanes)}";
    }

    /// <summary>How far from the chunk at work those are of which tiles ask for keys, if it is not of streams.</summary>
    private static void EmitDistances(SourceWriter writer, DimRange part, string type)
    {
        bool asksForPages = part.First == 0;
        writer.Write($"nint firstAhead = 0, againAhead = 0{(asksForPages ? ", pageAhead = 0" : "")};");
        using (writer.Block("if (!areStreams)"))
        {
            writer.Write($"firstAhead = keys.FirstAhead<{type}>(chunk);");
            writer.Write($"againAhead = keys.AgainAhead<{type}>(chunk);");
            if (asksForPages)
                writer.Write($"pageAhead = firstAhead + keys.Page<{type}>(); // So much later tokens that only their page is made known.");
        }
    }

    /// <summary>
    /// References to the later keys that a tile asks for, if once: as many as it has itself, but of streams one of each, and so on through as
    /// many chunks as there are references, so that several streams are on their way all the time.
    /// </summary>
    private static void EmitNextKeys(SourceWriter writer, RowScoreTile tile, string type)
    {
        int[] keys = [.. Enumerable.Range(0, tile.Keys)];
        if (!tile.OfStreams)
        {
            using (writer.Block("if (!areStreams)"))
                EmitReferences(key => $"Unsafe.Add(ref key{key}, againAhead)");
        }
        using (writer.Block($"{(tile.OfStreams ? "" : "else ")}if (((chunk & {tile.Keys - 1}) | key) == 0)"))
            EmitReferences(key => $"keys.Ahead<{type}>({Offset.Plus("chunk", key)})");
        using (writer.Block("else"))
            EmitReferences(key => $"Unsafe.Add(ref next{key}, keyStride)");

        void EmitReferences(Func<int, string> reference)
        {
            foreach (int key in keys)
                writer.Write($"next{key} = ref {reference(key)};");
        }
    }

    /// <summary>Asks for a line of later keys, where a vector begins one.</summary>
    private static void EmitAsking(SourceWriter writer, KernelPlan plan, RowScoreTile tile, int vector, string offset)
    {
        if (vector * plan.Lanes % KernelPlan.LineElements(tile.Element) != 0)
            return;
        if (tile.OfStreams)
            Member.EmitPrefetches(writer, "Prefetch", Keys("next", offset));
        else
            Member.EmitAsking(writer, Keys("next", offset), [.. Keys("key", Ahead("firstAhead")), .. Keys("key", Ahead("againAhead"))], near: []);

        string Ahead(string distance) => offset == "0" ? distance : $"{distance} + {offset}";

        IEnumerable<string> Keys(string keys, string offset) => Enumerable.Range(0, tile.Keys).Select(key => $"{keys}{key}, {offset}");
    }
}
