using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>Writes the transposition of rows of a bias or a mask, by which a row becomes a lane as in the scores.</summary>
internal static class TransposeEmitter
{
    private const int Step = 4;

    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        using var method = Member.Method(
            writer,
            "public static void TransposeRows(int columns, int count, ref float rows, ref nint rowOffsets, ref float target)",
            $"Transposes rows into lanes: four elements of {plan.Lanes} rows become four vectors.");

        using (writer.Block("for (int column = 0; column < columns; column++)"))
        {
            for (int lane = 0; lane < plan.Lanes; lane++)
                writer.Write($"ref float row{lane} = ref Unsafe.Add(ref rows, Unsafe.Add(ref rowOffsets, {lane}));");

            writer.Write("nint d = 0;");
            writer.Write("ref float to = ref target;");
            using (writer.Block($"for (; d <= count - {Step}; d += {Step})"))
            {
                string[] rows = ["r0", "r1", "r2", "r3"];
                string[] columns = ["c0", "c1", "c2", "c3"];
                for (int i = 0; i < Step; i++)
                    writer.Write($"Floats {rows[i]} = {QueryLoadEmitter.EveryFourthRow(i, plan.Lanes)};");
                foreach (string statement in dialect.Transpose4(rows, columns))
                    writer.Write(statement);
                for (int i = 0; i < Step; i++)
                    writer.Write($"{columns[i]}.StoreUnsafe(ref to, {i * plan.BlockRows});");
                writer.Write($"to = ref Unsafe.Add(ref to, {Step * plan.BlockRows});");
            }

            using (writer.Block("for (; d < count; d++)"))
            {
                string elements = string.Join(", ", Enumerable.Range(0, plan.Lanes).Select(lane => $"Unsafe.Add(ref row{lane}, d)"));
                writer.Write($"V.Create({elements}).StoreUnsafe(ref to);");
                writer.Write($"to = ref Unsafe.Add(ref to, {plan.BlockRows});");
            }

            writer.Write($"rowOffsets = ref Unsafe.Add(ref rowOffsets, {plan.Lanes});");
            writer.Write($"target = ref Unsafe.Add(ref target, {plan.Lanes});");
        }
    }
}
