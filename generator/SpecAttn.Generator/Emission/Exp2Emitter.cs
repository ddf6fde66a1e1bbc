using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Emission;

/// <summary>Writes 2^x for x ≤ 0, inline: a polynomial (<see cref="Exp2Polynomial"/>), and 2^n in the way of the dialect.</summary>
internal static class Exp2Emitter
{
    public static void EmitConstants(SourceWriter writer, Dialect dialect)
    {
        Exp2Polynomial polynomial = dialect.Exp2Polynomial;
        writer.Write($"// 2^x = 2^n * 2^f with n = {polynomial.Integer}: a polynomial of degree 5 in f, exactly 1 at 0, within {polynomial.Error} of 2^f elsewhere.");
        writer.Write("Floats one = V.Create(1f);");
        for (int i = 0; i < polynomial.Coefficients.Count; i++)
            writer.Write($"Floats c{i + 1} = V.Create({DispatchEmitter.Literal(polynomial.Coefficients[i])});");
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

    /// <summary>Declares <paramref name="result"/>; <paramref name="suffix"/> keeps the locals of several copies apart.</summary>
    public static void Emit(SourceWriter writer, Dialect dialect, string x, string result, string suffix)
    {
        foreach (string statement in dialect.Exp2(x, result, suffix))
            writer.Write(statement);
    }
}
