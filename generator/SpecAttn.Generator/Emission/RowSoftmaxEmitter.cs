using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>Writes the softmax of a block of the row kernel: keys are the lanes, reduced across lanes once per block.</summary>
internal static class RowSoftmaxEmitter
{
    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        using var method = Member.Method(
            writer,
            "public static void RowSoftmax(int keyCount, ref float scores, ref float maximum, ref float sum)",
            "Softmax of one row, not yet divided by the sum; scores become weights in place.");

        Exp2Emitter.EmitConstants(writer, dialect);
        writer.Write($"int whole = keyCount & -{plan.Lanes};");
        writer.Write("Floats last = V.Create(float.NegativeInfinity);");
        using (writer.Block("if (whole < keyCount)"))
        {
            writer.Write(
                $"""
                // What lies past the last key becomes -infinity, and so the weight 0.
                Ints isKey = V.LessThan(V.Create({plan.LaneNumbers}), V.Create(keyCount - whole));
                last = V.ConditionalSelect(isKey.AsSingle(), V.LoadUnsafe(ref scores, (nuint)whole), last);
                """);
        }

        writer.Write("Floats largest = last;");
        using (writer.Block($"for (int key = 0; key < whole; key += {plan.Lanes})"))
            writer.Write($"largest = {dialect.Max("largest", "V.LoadUnsafe(ref scores, (nuint)key)")};");

        EmitFold(writer, plan, "largest", "rowMaximum", (left, right, bits) => dialect.Max(bits, left, right));
        writer.Write(
            """
            maximum = rowMaximum;
            Floats shift = V.Create(float.IsNegativeInfinity(rowMaximum) ? 0f : rowMaximum);

            """);
        int[] steps = [.. Enumerable.Range(0, plan.SoftmaxStep)];
        writer.Write($"Floats {string.Join(", ", steps.Select(step => $"sum{step} = Floats.Zero"))};");
        writer.Write("int first = 0;");
        using (writer.Block($"for (; first <= whole - {plan.SoftmaxStep * plan.Lanes}; first += {plan.SoftmaxStep * plan.Lanes})"))
        {
            writer.Write("ref float score = ref Unsafe.Add(ref scores, first);");
            foreach (int step in steps)
                writer.Write($"Floats x{step} = V.LoadUnsafe(ref score, {step * plan.Lanes}) - shift;");
            SoftmaxEmitter.EmitWeights(writer, plan, dialect, plan.Lanes);
        }

        using (writer.Block($"for (; first < whole; first += {plan.Lanes})"))
        {
            writer.Write("ref float score = ref Unsafe.Add(ref scores, first);");
            writer.Write("Floats x0 = V.LoadUnsafe(ref score) - shift;");
            SoftmaxEmitter.EmitWeight(writer, dialect, "ref score");
        }

        using (writer.Block("if (whole < keyCount)"))
        {
            writer.Write("Floats x0 = last - shift;");
            SoftmaxEmitter.EmitWeight(writer, dialect, "ref scores, (nuint)whole");
        }

        writer.Write($"Floats total = {SoftmaxEmitter.Total(plan)};");
        EmitFold(writer, plan, "total", "rowSum", (left, right, _) => $"{left} + {right}");
        writer.Write("sum = rowSum;");
    }

    /// <summary>Folds a vector in halves down to one element.</summary>
    private static void EmitFold(SourceWriter writer, KernelPlan plan, string vector, string result, Func<string, string, int, string> fold)
    {
        string current = vector;
        for (int bits = plan.Lanes * 16; bits >= 128; bits /= 2)
        {
            string half = $"{vector}{bits}";
            writer.Write($"Vector{bits}<float> {half} = {fold($"{current}.GetLower()", $"{current}.GetUpper()", bits)};");
            current = half;
        }

        writer.Write($"Vector128<float> {vector}Pair = {fold(current, $"Vector128.Shuffle({current}, Vector128.Create(2, 3, 0, 1))", 128)};");
        writer.Write($"float {result} = ({fold($"{vector}Pair", $"Vector128.Shuffle({vector}Pair, Vector128.Create(1, 0, 3, 2))", 128)}).ToScalar();");
    }
}
