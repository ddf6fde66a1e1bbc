using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the online-softmax step of one column: a query is a lane, so maximum, rescale factor and sum are lane-wise and nothing is
/// ever reduced across lanes.
/// </summary>
internal static class SoftmaxEmitter
{
    public static void Emit(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        using var method = Member.Method(
            writer,
            "public static void Softmax(int keyCount, ref float scores, ref float blockMaximum, ref float maximum, ref float sum, ref float factor)",
            "One online-softmax step for one vector of queries; scores become weights in place.");

        Exp2Emitter.EmitConstants(writer, dialect);
        writer.Write(
            $"""
            Floats before = V.LoadUnsafe(ref maximum);
            Floats after = {dialect.Max("before", "V.LoadUnsafe(ref blockMaximum)")};
            // A query that has seen no key has the maximum -infinity; 0 in its place keeps infinity - infinity out of the exponents.
            Floats shift = V.ConditionalSelect(V.Equals(after, V.Create(float.NegativeInfinity)), Floats.Zero, after);
            Floats x = before - shift;
            """);
        Exp2Emitter.Emit(writer, dialect, "x", "rescale", "");
        writer.Write(
            $"""
            after.StoreUnsafe(ref maximum);
            rescale.StoreUnsafe(ref factor);
            Floats sum0 = V.LoadUnsafe(ref sum) * rescale{string.Concat(Steps(plan).Skip(1).Select(step => $", sum{step} = Floats.Zero"))};

            int key = 0;
            """);

        using (writer.Block($"for (; key <= keyCount - {plan.SoftmaxStep}; key += {plan.SoftmaxStep})"))
        {
            writer.Write($"ref float score = ref Unsafe.Add(ref scores, (nint)key * {plan.BlockRows});");
            foreach (int step in Steps(plan))
                writer.Write($"Floats x{step} = V.LoadUnsafe(ref score, {step * plan.BlockRows}) - shift;");
            EmitWeights(writer, plan, dialect, plan.BlockRows);
        }

        using (writer.Block("for (; key < keyCount; key++)"))
        {
            writer.Write($"ref float score = ref Unsafe.Add(ref scores, (nint)key * {plan.BlockRows});");
            writer.Write("Floats x0 = V.LoadUnsafe(ref score) - shift;");
            EmitWeight(writer, dialect, "ref score");
        }

        writer.Write($"{Total(plan)}.StoreUnsafe(ref sum);");
    }

    /// <summary>The weights of all steps, which are stored some elements apart and summed up.</summary>
    public static void EmitWeights(SourceWriter writer, KernelPlan plan, Dialect dialect, int stride)
    {
        Exp2Emitter.EmitSteps(writer, plan, dialect);
        if (dialect.IsFused)
            writer.Write("// Summed up by the units that multiply: those that add have more to do here.");
        foreach (int step in Steps(plan))
            EmitStoreAndSum(writer, dialect, step, $"ref score, {step * stride}");
    }

    /// <summary>The weights of <c>x0</c>, which are stored and summed up.</summary>
    public static void EmitWeight(SourceWriter writer, Dialect dialect, string target)
    {
        Exp2Emitter.Emit(writer, dialect, "x0", "weight0", "0");
        EmitStoreAndSum(writer, dialect, step: 0, target);
    }

    /// <summary>sum + weight is a multiply-add where that is one instruction: on some processors other units do that than additions.</summary>
    private static void EmitStoreAndSum(SourceWriter writer, Dialect dialect, int step, string target)
    {
        (string sum, string weight) = ($"sum{step}", $"weight{step}");
        writer.Write($"{weight}.StoreUnsafe({target});");
        writer.Write($"{sum} = {(dialect.IsFused ? dialect.MultiplyAdd(weight, "one", sum) : $"{sum} + {weight}")};");
    }

    /// <summary>The sum of the sums of all steps.</summary>
    public static string Total(KernelPlan plan) => plan.SoftmaxStep == 4 ? "((sum0 + sum1) + (sum2 + sum3))" : "(sum0 + sum1)";

    private static IEnumerable<int> Steps(KernelPlan plan) => Enumerable.Range(0, plan.SoftmaxStep);
}
