using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes what a visibility condition becomes: the classification of whole blocks, and for mixed blocks a pass that replaces hidden
/// scores by −∞. In the tile kernel a lane is a query, in the row kernel a lane is a key.
/// </summary>
internal static class MaskEmitter
{
    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreExpression visible)
    {
        writer.WriteLine();
        writer.Write($"// A query sees a key if {visible}.");
        writer.Write("public static bool HasMask => true;");
        writer.WriteLine();
        writer.Write(
            $"""
            public static BlockVisibility Classify(int queryLow, int queryHigh, int keyLow, int keyHigh) =>
                {BlockAnalysis.Never(visible)} ? BlockVisibility.Empty
                : {BlockAnalysis.Always(visible)} ? BlockVisibility.Full
                : BlockVisibility.Mixed;
            """);

        EmitColumn(writer, plan, dialect, visible);
        EmitRow(writer, plan, visible);
    }

    private static void EmitColumn(SourceWriter writer, KernelPlan plan, Dialect dialect, ScoreExpression visible)
    {
        using var method = Member.Method(
            writer,
            "public static void MaskScores(int keyCount, int keyIndex, ref int positions, ref float scores, ref float blockMaximum)",
            "Hides scores of one vector of queries and finds the maximum of the others.");
        writer.Write(
            """
            Ints query = V.LoadUnsafe(ref positions);
            Floats hidden = V.Create(float.NegativeInfinity);
            Floats maximum = hidden;
            """);
        using (writer.Block("for (int i = 0; i < keyCount; i++)"))
        {
            writer.Write($"ref float score = ref Unsafe.Add(ref scores, (nint)i * {plan.BlockRows});");
            string condition = VectorExpression.Condition(visible, query: "query", key: "V.Create(keyIndex + i)");
            writer.Write($"Floats kept = V.ConditionalSelect({condition}.AsSingle(), V.LoadUnsafe(ref score), hidden);");
            writer.Write("kept.StoreUnsafe(ref score);");
            writer.Write($"maximum = {dialect.Max("maximum", "kept")};");
        }

        writer.Write("maximum.StoreUnsafe(ref blockMaximum);");
    }

    private static void EmitRow(SourceWriter writer, KernelPlan plan, ScoreExpression visible)
    {
        using var method = Member.Method(
            writer,
            "public static void MaskRowScores(int keyCount, int keyIndex, int position, ref float scores)",
            "Hides scores of one query.");
        string lanes = string.Join(", ", Enumerable.Range(0, plan.Lanes));
        writer.Write(
            $"""
            Ints query = V.Create(position);
            Ints key = V.Create(keyIndex) + V.Create({lanes});
            Floats hidden = V.Create(float.NegativeInfinity);
            """);
        using (writer.Block($"for (int i = 0; i < keyCount; i += {plan.Lanes})"))
        {
            writer.Write("ref float score = ref Unsafe.Add(ref scores, i);");
            string condition = VectorExpression.Condition(visible, query: "query", key: "key");
            writer.Write($"V.ConditionalSelect({condition}.AsSingle(), V.LoadUnsafe(ref score), hidden).StoreUnsafe(ref score);");
            writer.Write($"key += V.Create({plan.Lanes});");
        }
    }
}
