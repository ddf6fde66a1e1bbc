using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the transposition of a block of query rows: four elements of every row at a time become four vectors with a row in each lane.
/// </summary>
internal static class QueryLoadEmitter
{
    private const int Step = 4;

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        using var method = Member.Method(
            writer,
            "public static void LoadQueries(int columns, ref float query, ref nint rowOffsets, float scale, ref float queries)",
            $"Transposes rows into lanes: four elements of {plan.Lanes} rows become four vectors.");

        writer.Write("Floats factor = V.Create(scale);");
        using (writer.Block("for (int column = 0; column < columns; column++)"))
        {
            for (int lane = 0; lane < plan.Lanes; lane++)
                writer.Write($"ref float row{lane} = ref Unsafe.Add(ref query, Unsafe.Add(ref rowOffsets, {lane}));");

            int whole = plan.HeadDim / Step * Step;
            if (whole > 0)
            {
                using (writer.Block($"for (nint d = 0; d < {whole}; d += {Step})"))
                    EmitStep(writer, plan, dialect);
            }

            for (int d = whole; d < plan.HeadDim; d++)
            {
                string elements = string.Join(", ", Enumerable.Range(0, plan.Lanes).Select(lane => $"Unsafe.Add(ref row{lane}, {d})"));
                writer.Write($"(V.Create({elements}) * factor).StoreUnsafe(ref queries, {d * plan.BlockRows});");
            }

            writer.Write($"rowOffsets = ref Unsafe.Add(ref rowOffsets, {plan.Lanes});");
            writer.Write($"queries = ref Unsafe.Add(ref queries, {plan.Lanes});");
        }
    }

    private static void EmitStep(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        string[] rows = ["r0", "r1", "r2", "r3"];
        string[] columns = ["c0", "c1", "c2", "c3"];
        for (int i = 0; i < Step; i++)
            writer.Write($"Floats {rows[i]} = {EveryFourthRow(i, plan.Lanes)};");
        foreach (string statement in dialect.Transpose4(rows, columns))
            writer.Write(statement);
        writer.Write($"ref float target = ref Unsafe.Add(ref queries, d * {plan.BlockRows});");
        for (int i = 0; i < Step; i++)
            writer.Write($"({columns[i]} * factor).StoreUnsafe(ref target, {i * plan.BlockRows});");
    }

    /// <summary>Rows <paramref name="first"/>, first + 4, … side by side, four elements of each.</summary>
    internal static string EveryFourthRow(int first, int lanes)
    {
        if (lanes == Step)
            return $"Vector128.LoadUnsafe(ref row{first}, (nuint)d)";
        int half = lanes / 2;
        return $"Vector{lanes * 32}.Create({EveryFourthRow(first, half)}, {EveryFourthRow(first + half, half)})";
    }
}
