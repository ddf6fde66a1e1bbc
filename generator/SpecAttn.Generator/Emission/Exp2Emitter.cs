using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes 2^x for x ≤ 0, inline. x = n + f with n = round(x) and f in [−½, ½]; 2^f is the polynomial of degree 5 with the least
/// maximal relative error on that interval among those that are exactly 1 at 0 (9.2e-8, found by Lawson's reweighted least squares);
/// 2^n goes into the exponent, in the way of the dialect.
/// </summary>
internal static class Exp2Emitter
{
    private static readonly float[] Coefficients = [0.693147004f, 0.240222424f, 0.0555073395f, 0.00967152603f, 0.00132647646f];

    public static void EmitConstants(SourceWriter writer, Dialect dialect)
    {
        writer.Write("// 2^x = 2^n * 2^f with n = round(x): a polynomial of degree 5 in f, exactly 1 at 0, within 9.2e-8 of 2^f elsewhere.");
        writer.Write("Floats one = V.Create(1f);");
        for (int i = 0; i < Coefficients.Length; i++)
            writer.Write($"Floats c{i + 1} = V.Create({DispatchEmitter.Literal(Coefficients[i])});");
        foreach (string constant in dialect.Exp2Constants)
            writer.Write(constant);
    }

    /// <summary>Declares <c>weight0</c>, <c>weight1</c>, … = 2^<c>x0</c>, ….</summary>
    public static void EmitSteps(SourceWriter writer, KernelPlan plan, Dialect dialect)
    {
        string[][] chains = [.. Enumerable.Range(0, plan.SoftmaxStep).Select(step => dialect.Exp2($"x{step}", $"weight{step}", $"{step}").ToArray())];
        IEnumerable<string> statements = plan.InterleavesSoftmax
            ? Enumerable.Range(0, chains[0].Length).SelectMany(i => chains.Select(chain => chain[i]))
            : chains.SelectMany(chain => chain);
        foreach (string statement in statements)
            writer.Write(statement);
    }

    /// <summary>
    /// sum + weight, by the units that multiply where that is one instruction: those that add have more to do in softmax, and on some
    /// processors they are others.
    /// </summary>
    public static string Accumulate(Dialect dialect, string sum, string weight) =>
        dialect.IsFused ? dialect.MultiplyAdd(weight, "one", sum) : $"{sum} + {weight}";

    /// <summary>Declares <paramref name="result"/>; <paramref name="suffix"/> keeps the locals of several copies apart.</summary>
    public static void Emit(SourceWriter writer, Dialect dialect, string x, string result, string suffix)
    {
        foreach (string statement in dialect.Exp2(x, result, suffix))
            writer.Write(statement);
    }
}
