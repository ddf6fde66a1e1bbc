using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// The functions of the score language on vectors. A kernel gets those that its passes call, as small methods that the JIT inlines;
/// they are written in the class library's vector operations and the few that a dialect spells.
/// </summary>
internal sealed class ScoreFunctions(Dialect dialect)
{
    private readonly HashSet<string> _needed = [];

    /// <summary>The expression of a call.</summary>
    public string Call(ScoreNode node, string[] vectors, ScoreNode[] operands)
    {
        bool isInt = node.Type == ScoreType.Int;
        return node.Function switch
        {
            ScoreFunction.Abs => $"V.Abs({vectors[0]})",
            ScoreFunction.Sqrt => $"V.Sqrt({vectors[0]})",
            ScoreFunction.Floor => $"V.Floor({vectors[0]})",
            ScoreFunction.Ceiling => $"V.Ceiling({vectors[0]})",
            ScoreFunction.Min or ScoreFunction.Max when isInt => $"V.{node.Function}({vectors[0]}, {vectors[1]})",
            ScoreFunction.Min or ScoreFunction.Max when IsOrdinary(operands[1]) => Bound(node.Function, vectors[0], vectors[1]),
            ScoreFunction.Min or ScoreFunction.Max when IsOrdinary(operands[0]) => Bound(node.Function, vectors[1], vectors[0]),
            ScoreFunction.Clamp when isInt => $"V.Min(V.Max({vectors[0]}, {vectors[1]}), {vectors[2]})",
            ScoreFunction.Clamp => Bound(ScoreFunction.Min, Bound(ScoreFunction.Max, vectors[0], vectors[1]), vectors[2]),
            ScoreFunction.Round => dialect.Round(vectors[0]) ?? Use("Round", vectors),
            ScoreFunction.Truncate => dialect.Truncate(vectors[0]) ?? Use("Truncate", vectors),
            ScoreFunction.FusedMultiplyAdd when dialect.IsFused => dialect.MultiplyAdd(vectors[0], vectors[1], vectors[2]),
            _ => Use(node.Function.ToString(), vectors),
        };
    }

    /// <summary>Toward zero. By a power of two it is a shift, which rounds down: negative numbers are moved up before.</summary>
    public string Divide(ScoreGraph graph, ScoreNode node, string[] vectors, bool isNotNegative)
    {
        if (PowerOfTwo(graph, node) is not { } power)
            return Use("Divide", vectors);
        string dividend = vectors[0];
        return power == 0 ? dividend
            : isNotNegative ? $"V.ShiftRightLogical({dividend}, {power})"
            : Use("DivideByPower", [dividend, $"{power}"]);
    }

    public string Remainder(ScoreGraph graph, ScoreNode node, string[] vectors, bool isNotNegative)
    {
        if (isNotNegative && PowerOfTwo(graph, node) is { } power)
            return $"{vectors[0]} & V.Create({(1 << power) - 1})";
        Use("Divide", vectors);
        return Use("Remainder", vectors);
    }

    /// <summary>Every lane by a count of its own.</summary>
    public string Shift(string name, string value, string count) => dialect.ShiftEach(name, value, $"({count}) & V.Create(31)") ?? Use(name + "Each", [value, count]);

    /// <summary>All ones where C# cannot divide the one by the other.</summary>
    public string Undivisible(string dividend, string divisor) => Use("IsUndivisible", [dividend, divisor]);

    public string ThrowIndex(string parameter, string index, string failing, string length)
    {
        _needed.Add("ThrowIndex");
        return $"ThrowIndex({parameter}, {index}, {failing}, {length})";
    }

    public string ThrowDivision(string dividend, string divisor, string failing)
    {
        _needed.Add("ThrowDivision");
        return $"ThrowDivision({dividend}, {divisor}, {failing})";
    }

    public string ThrowClamp(ScoreType type, string lowest, string highest, string failing)
    {
        _needed.Add(type == ScoreType.Int ? "ThrowClamp" : "ThrowFloatClamp");
        return $"ThrowClamp({lowest}, {highest}, {failing})";
    }

    /// <summary>tanh(x·factor), the factor being positive.</summary>
    public string Tanh(string x, double factor) => Use("Tanh", [x, $"V.Create({ScoreLiteral.Of((float)(factor * 2 / Math.Log(2)))})"]);

    /// <summary>Writes the functions that were called.</summary>
    public void Emit(SourceWriter writer)
    {
        foreach (string name in (string[])["Log", "Pow"])
        {
            if (_needed.Contains(name))
                _needed.Add("LogOfDoubles");
        }
        foreach (string name in (string[])["Sin", "Cos"])
        {
            if (_needed.Contains(name))
                _needed.UnionWith(["SinOfDoubles", $"{name}OfLarge"]);
        }
        foreach ((string name, Action<SourceWriter> emit) in Bodies())
        {
            if (_needed.Contains(name))
                emit(writer);
        }
    }

    private string Use(string name, string[] arguments)
    {
        _needed.Add(name);
        return $"{name}({string.Join(", ", arguments)})";
    }

    /// <summary>A constant with which a comparison alone decides: not NaN, and no zero whose sign would matter.</summary>
    private static bool IsOrdinary(ScoreNode node) => node.IsConstant && !float.IsNaN(node.FloatValue) && node.FloatValue != 0;

    /// <summary>The value, or the bound where it is beyond; NaN stays NaN.</summary>
    private static string Bound(ScoreFunction function, string value, string bound) =>
        $"V.ConditionalSelect(V.{(function == ScoreFunction.Min ? "LessThan" : "GreaterThan")}({bound}, {value}), {bound}, {value})";

    private static int? PowerOfTwo(ScoreGraph graph, ScoreNode node)
    {
        ScoreNode divisor = graph.Nodes[node.Operands[1]];
        if (!divisor.IsConstant || divisor.Payload <= 0 || (divisor.Payload & (divisor.Payload - 1)) != 0)
            return null;
        int power = 0;
        while (1 << power != divisor.Payload)
            power++;
        return power;
    }

    private IEnumerable<(string Name, Action<SourceWriter> Emit)> Bodies() =>
    [
        ("Min", writer => Inlined(
            writer,
            "Floats Min(Floats x, Floats y)",
            "The smaller one; NaN where either is, and -0 before 0.",
            "Floats isX = V.LessThan(x, y) | ~V.Equals(x, x) | (V.Equals(x, y) & V.LessThan(x.AsInt32(), Ints.Zero).AsSingle());",
            "return V.ConditionalSelect(isX, x, y);")),
        ("Max", writer => Inlined(
            writer,
            "Floats Max(Floats x, Floats y)",
            "The larger one; NaN where either is, and 0 before -0.",
            "Floats isX = V.GreaterThan(x, y) | ~V.Equals(x, x) | (V.Equals(x, y) & V.GreaterThanOrEqual(x.AsInt32(), Ints.Zero).AsSingle());",
            "return V.ConditionalSelect(isX, x, y);")),
        ("Round", writer => Inlined(
            writer,
            "Floats Round(Floats x)",
            "To the nearest integer, halves to the even one: from 2^23 on there are no fractions, below adding it drops them.",
            "Floats size = V.Abs(x);",
            "Floats rounded = (size + V.Create(8388608f)) - V.Create(8388608f);",
            "return V.ConditionalSelect(V.LessThan(size, V.Create(8388608f)), rounded, size) | (x & V.Create(-0f));")),
        ("Truncate", writer => Inlined(
            writer,
            "Floats Truncate(Floats x)",
            "To the nearest integer toward zero.",
            "return V.ConditionalSelect(V.LessThan(x, Floats.Zero), V.Ceiling(x), V.Floor(x));")),
        ("FusedMultiplyAdd", writer => LaneByLane(writer, "Floats FusedMultiplyAdd(Floats x, Floats y, Floats z)", "Rounded once: there is no such instruction here.",
            lane => $"global::System.MathF.FusedMultiplyAdd(x.GetElement({lane}), y.GetElement({lane}), z.GetElement({lane}))")),
        ("Exp", EmitExp),
        ("Tanh", EmitTanh),
        ("Log", EmitLog),
        ("Pow", EmitPow),
        ("LogOfDoubles", EmitLogOfDoubles),
        ("Sin", writer => EmitSine(writer, "Sin", 0)),
        ("Cos", writer => EmitSine(writer, "Cos", 1)),
        ("SinOfDoubles", EmitSinOfDoubles),
        ("SinOfLarge", writer => EmitSineOfLarge(writer, "Sin")),
        ("CosOfLarge", writer => EmitSineOfLarge(writer, "Cos")),
        ("Divide", EmitDivide),
        ("DivideByPower", writer => Inlined(
            writer,
            "Ints DivideByPower(Ints x, int power)",
            "x / 2^power, toward zero.",
            "return V.ShiftRightArithmetic(x + V.ShiftRightLogical(V.ShiftRightArithmetic(x, 31), 32 - power), power);")),
        ("Remainder", writer => Inlined(writer, "Ints Remainder(Ints x, Ints y)", "With the sign of x.", "return x - (Divide(x, y) * y);")),
        ("IsUndivisible", writer => Inlined(
            writer,
            "Ints IsUndivisible(Ints x, Ints y)",
            "Where x / y is no int.",
            "return V.Equals(y, Ints.Zero) | (V.Equals(y, V.Create(-1)) & V.Equals(x, V.Create(int.MinValue)));")),
        .. ((string[])["ShiftLeft", "ShiftRightArithmetic", "ShiftRightLogical"]).Select(name => (name + "Each", (Action<SourceWriter>)(writer => EmitShift(writer, name)))),
        ("ThrowIndex", writer => Cold(
            writer,
            "void ThrowIndex(string parameter, Ints index, Ints failing, int length)",
            "ScoreFault.ThrowIndex(parameter, index.GetElement(FirstOf(failing)), length);")),
        ("ThrowDivision", writer => Cold(
            writer,
            "void ThrowDivision(Ints dividend, Ints divisor, Ints failing)",
            "ScoreFault.ThrowDivision(dividend.GetElement(FirstOf(failing)), divisor.GetElement(FirstOf(failing)));")),
        ("ThrowClamp", writer => Cold(
            writer,
            "void ThrowClamp(Ints lowest, Ints highest, Ints failing)",
            "ScoreFault.ThrowClamp(lowest.GetElement(FirstOf(failing)), highest.GetElement(FirstOf(failing)));")),
        ("ThrowFloatClamp", writer => Cold(
            writer,
            "void ThrowClamp(Floats lowest, Floats highest, Ints failing)",
            "ScoreFault.ThrowClamp(lowest.GetElement(FirstOf(failing)), highest.GetElement(FirstOf(failing)));")),
    ];

    private static void Inlined(SourceWriter writer, string signature, string comment, params string[] statements) =>
        Method(writer, "AggressiveInlining", signature, [comment], statements);

    /// <summary>The JIT must see that it does not return: else every vector that lives across the call is kept on the stack, in the loop.</summary>
    private static void Cold(SourceWriter writer, string signature, string statement) => Method(
        writer,
        option: null,
        signature,
        ["Does not return: the JIT puts calls of it out of the way."],
        [
            statement.Replace("FirstOf(failing)", "global::System.Numerics.BitOperations.TrailingZeroCount(V.ExtractMostSignificantBits(failing))"),
            "throw new global::System.Diagnostics.UnreachableException();",
        ]);

    private static void Method(SourceWriter writer, string? option, string signature, string[] comments, string[] statements)
    {
        using var method = Member.MethodOf(writer, option, $"private static {signature}", comments);
        foreach (string statement in statements)
            writer.Write(statement);
    }

    private void LaneByLane(SourceWriter writer, string signature, string comment, Func<string, string> element) =>
        Method(writer, "NoInlining", signature, [comment], [$"return V.Create({string.Join(", ", Enumerable.Range(0, dialect.VectorBits / 32).Select(lane => element($"{lane}")))});"]);

    /// <summary>Horner's scheme in statements, for polynomials too long for a line.</summary>
    private IEnumerable<string> Polynomial(string variable, string result, IEnumerable<double> coefficients)
    {
        string? previous = null;
        foreach (double coefficient in coefficients)
        {
            string constant = $"V.Create({ScoreLiteral.Of((float)coefficient)})";
            yield return previous is null ? $"Floats {result} = {constant};" : $"{result} = {dialect.MultiplyAdd(result, variable, constant)};";
            previous = result;
        }
    }

    private static IEnumerable<string> PolynomialOfDoubles(string variable, string result, IEnumerable<double> coefficients)
    {
        string? previous = null;
        foreach (double coefficient in coefficients)
        {
            string constant = $"V.Create({ScoreLiteral.Of(coefficient)})";
            yield return previous is null ? $"Doubles {result} = {constant};" : $"{result} = ({result} * {variable}) + {constant};";
            previous = result;
        }
    }

    private static double Factorial(int n) => Enumerable.Range(1, n).Aggregate(1.0, (product, i) => product * i);

    /// <summary>e^x = 2^n · e^f with f = x − n·ln 2 in two parts; Taylor's series to f^7 is within 5e-9. 2^n in two factors reaches the subnormals.</summary>
    private void EmitExp(SourceWriter writer) => Inlined(
        writer,
        "Floats Exp(Floats x)",
        "e^x = 2^n * e^f with f = x - n*ln(2), by Taylor's series; 2^n in two factors, for results below the normal ones.",
        [
            "Floats y = V.ConditionalSelect(V.LessThan(x, V.Create(-105f)), V.Create(-105f), x);",
            "y = V.ConditionalSelect(V.GreaterThan(y, V.Create(89f)), V.Create(89f), y);",
            $"Floats t = {dialect.MultiplyAdd("y", "V.Create(1.44269504f)", "V.Create(12582912f)")}; // + 1.5 * 2^23",
            "Floats n = t - V.Create(12582912f);",
            $"Floats f = {dialect.MultiplyAdd("n", "V.Create(-0.693359375f)", "y")};",
            $"f = {dialect.MultiplyAdd("n", "V.Create(2.12194440e-4f)", "f")};",
            .. Polynomial("f", "p", Enumerable.Range(0, 8).Reverse().Select(k => 1 / Factorial(k))),
            "Ints exponent = t.AsInt32() - V.Create(12582912f).AsInt32();",
            "Ints half = V.ShiftRightArithmetic(exponent, 1);",
            "Floats first = V.ShiftLeft(half + V.Create(127), 23).AsSingle();",
            "Floats second = V.ShiftLeft(exponent - half + V.Create(127), 23).AsSingle();",
            "return p * first * second;",
        ]);

    /// <summary>
    /// t / (t + 2) with t = e^(2|x|) − 1, which loses nothing for small x: 2|x|·log2(e) = n + f, t = 2^n·(2^f − 1) + (2^n − 1). The
    /// polynomial is (2^f − 1)/f in Chebyshev's points, within 1.3e-8, in pairs (Estrin): the processor waits for results here, not for
    /// units. Beyond 10 the result is 1. Min keeps NaN, its second operand.
    /// </summary>
    private void EmitTanh(SourceWriter writer)
    {
        string[] c = [.. ((double[])[0.69314718802623, 0.240226507605681, 0.0555035711421912, 0.0096180825572860, 0.00133908636646482, 0.000154531629421181])
            .Select(coefficient => $"V.Create({ScoreLiteral.Of((float)coefficient)})")];
        Inlined(
            writer,
            "Floats Tanh(Floats x, Floats scale)",
            "tanh(x * scale * ln(2) / 2), scale > 0: t / (t + 2) with t = e^(2|x|) - 1 = 2^n * (2^f - 1) + (2^n - 1).",
            $"Floats y = {dialect.Min($"V.Create({ScoreLiteral.Of((float)(20 / Math.Log(2)))})", "V.Abs(x) * scale")};",
            "Floats t = y + V.Create(12583039f); // 1.5 * 2^23 + 127: the integer, biased as an exponent, is in the low bits",
            "Floats f = y - (t - V.Create(12583039f));",
            $"Floats p = {dialect.MultiplyAdd("f", c[5], c[4])};",
            $"p = {dialect.MultiplyAdd("f", "p", c[3])};",
            $"p = {dialect.MultiplyAdd("f", "p", c[2])};",
            $"p = {dialect.MultiplyAdd("f", "p", c[1])};",
            $"p = {dialect.MultiplyAdd("f", "p", c[0])};",
            "Floats power = V.ShiftLeft(t.AsInt32(), 23).AsSingle();",
            $"p = {dialect.MultiplyAdd("p * f", "power", "power - V.Create(1f)")};",
            "return (p / (p + V.Create(2f))) | (x & V.Create(-0f));");
    }

    private static void EmitLog(SourceWriter writer) => Inlined(
        writer,
        "Floats Log(Floats x)",
        "In double, where every float is a normal number.",
        "var (lower, upper) = V.Widen(x);",
        "Floats log = V.Narrow(LogOfDoubles(lower), LogOfDoubles(upper));",
        "log = V.ConditionalSelect(V.LessThan(V.Abs(x), V.Create(float.PositiveInfinity)), log, x);",
        "log = V.ConditionalSelect(V.Equals(x, Floats.Zero), V.Create(float.NegativeInfinity), log);",
        "return V.ConditionalSelect(V.LessThan(x, Floats.Zero), V.Create(float.NaN), log);");

    /// <summary>x = 2^k·m with m in [√½, √2): ln x = k·ln 2 + 2·artanh(s), s = (m − 1)/(m + 1), by its series to s^13, within 1e-12.</summary>
    private static void EmitLogOfDoubles(SourceWriter writer) => Inlined(
        writer,
        "Doubles LogOfDoubles(Doubles x)",
        "x = 2^k * m, m near 1: k * ln(2) + 2 * artanh((m - 1) / (m + 1)), by its series.",
        [
            "var bits = x.AsInt64() - V.Create(0x3FE6A09E667F3BCDL); // sqrt(1/2)",
            "var k = V.ShiftRightLogical(bits + V.Create(1023L << 52), 52) - V.Create(1023L);",
            "Doubles m = (x.AsInt64() - V.ShiftLeft(k, 52)).AsDouble();",
            "Doubles s = (m - V.Create(1d)) / (m + V.Create(1d));",
            "Doubles z = s * s;",
            .. PolynomialOfDoubles("z", "p", Enumerable.Range(0, 7).Reverse().Select(i => 2.0 / ((2 * i) + 1))),
            "// An integer in the low bits of 1.5 * 2^52 becomes that number more.",
            "Doubles n = (k + V.Create(0x4338000000000000L)).AsDouble() - V.Create(6755399441055744d);",
            "return (n * V.Create(0.69314718055994531d)) + (s * p);",
        ]);

    private static void EmitPow(SourceWriter writer)
    {
        Inlined(
            writer,
            "Floats Pow(Floats x, Floats y)",
            "|x|^y = 2^(y * log2|x|) in double; then what C# says of signs, zeros, infinities and NaN.",
            "Floats size = V.Abs(x);",
            "Floats infinity = V.Create(float.PositiveInfinity), one = V.Create(1f);",
            "var (lowerX, upperX) = V.Widen(size);",
            "var (lowerY, upperY) = V.Widen(y);",
            "Floats power = V.Narrow(PowOfDoubles(lowerX, lowerY), PowOfDoubles(upperX, upperY));",
            "Floats grows = V.Equals(V.GreaterThan(size, one).AsInt32(), V.GreaterThan(y, Floats.Zero).AsInt32()).AsSingle();",
            "Floats extreme = V.ConditionalSelect(grows, infinity, Floats.Zero);",
            "Floats isExtreme = V.Equals(size, Floats.Zero) | V.Equals(size, infinity) | V.Equals(V.Abs(y), infinity);",
            "power = V.ConditionalSelect(isExtreme, extreme, power);",
            "power = V.ConditionalSelect(V.Equals(size, one) & V.Equals(V.Abs(y), infinity), one, power);",
            "// From 2^24 on every float is an even integer.",
            "Floats sizeY = V.Abs(y);",
            "Floats isInteger = V.Equals(V.Floor(y), y);",
            "Floats halfY = y * V.Create(0.5f);",
            "Floats isOdd = isInteger & ~V.Equals(V.Floor(halfY), halfY) & V.LessThan(sizeY, V.Create(16777216f));",
            "power |= isOdd & x & V.Create(-0f);",
            "Floats isNegative = V.LessThan(x, Floats.Zero) & V.LessThan(size, infinity) & ~isInteger & V.LessThan(sizeY, infinity);",
            "power = V.ConditionalSelect(isNegative | ~V.Equals(x, x) | ~V.Equals(y, y), V.Create(float.NaN), power);",
            "return V.ConditionalSelect(V.Equals(x, one) | V.Equals(y, Floats.Zero), one, power);");
        Inlined(
            writer,
            "Doubles PowOfDoubles(Doubles x, Doubles y)",
            "2^(y * log2(x)) for x > 0, by Taylor's series.",
            [
                "Doubles z = y * LogOfDoubles(x) * V.Create(1.4426950408889634d);",
                "z = V.Min(V.Max(z, V.Create(-300d)), V.Create(300d));",
                "Doubles t = z + V.Create(6755399441055744d); // 1.5 * 2^52: the integer is in the low bits",
                "Doubles f = (z - (t - V.Create(6755399441055744d))) * V.Create(0.69314718055994531d);",
                .. PolynomialOfDoubles("f", "p", Enumerable.Range(0, 11).Reverse().Select(k => 1 / Factorial(k))),
                "return (p.AsInt64() + V.ShiftLeft(t.AsInt64(), 52)).AsDouble();",
            ]);
    }

    private static void EmitSine(SourceWriter writer, string name, int quarter) => Inlined(
        writer,
        $"Floats {name}(Floats x)",
        "In double; what is too large for the reduction, lane by lane.",
        "var (lower, upper) = V.Widen(x);",
        $"Floats result = V.Narrow(SinOfDoubles(lower, {quarter}L), SinOfDoubles(upper, {quarter}L));",
        "Ints large = (V.GreaterThan(V.Abs(x), V.Create(100000f)) & V.LessThan(V.Abs(x), V.Create(float.PositiveInfinity))).AsInt32();",
        $"return V.EqualsAll(large, Ints.Zero) ? result : {name}OfLarge(x, large, result);");

    private void EmitSineOfLarge(SourceWriter writer, string name) => LaneByLane(
        writer,
        $"Floats {name}OfLarge(Floats x, Ints large, Floats result)",
        "By the class library, where the argument is large.",
        lane => $"large.GetElement({lane}) != 0 ? global::System.MathF.{name}(x.GetElement({lane})) : result.GetElement({lane})");

    /// <summary>
    /// x = k·π/2 + r with π/2 in two parts, the first of 33 bits, so that its product with k is exact. Taylor's series of sine and cosine
    /// of r, within 1e-12 on [−π/4, π/4]; the quarter chooses.
    /// </summary>
    private static void EmitSinOfDoubles(SourceWriter writer) => Inlined(
        writer,
        "Doubles SinOfDoubles(Doubles x, long quarter)",
        "sin(x + quarter * pi/2): x = k * pi/2 + r, Taylor's series of sin(r) and cos(r).",
        [
            "Doubles t = (x * V.Create(0.63661977236758138d)) + V.Create(6755399441055744d); // 1.5 * 2^52: k is in the low bits",
            "Doubles k = t - V.Create(6755399441055744d);",
            "Doubles r = (x - (k * V.Create(1.5707963267341256d))) - (k * V.Create(6.0771005065061922e-11d));",
            "Doubles z = r * r;",
            .. PolynomialOfDoubles("z", "sine", Enumerable.Range(0, 7).Reverse().Select(i => (i % 2 == 0 ? 1 : -1) / Factorial((2 * i) + 1))),
            .. PolynomialOfDoubles("z", "cosine", Enumerable.Range(0, 8).Reverse().Select(i => (i % 2 == 0 ? 1 : -1) / Factorial(2 * i))),
            "var q = t.AsInt64() + V.Create(quarter);",
            "Doubles isSine = V.Equals(q & V.Create(1L), V.Create(0L)).AsDouble();",
            "Doubles result = V.ConditionalSelect(isSine, sine * r, cosine);",
            "return (result.AsInt64() ^ V.ShiftLeft(q & V.Create(2L), 62)).AsDouble();",
        ]);

    /// <summary>
    /// The quotient of the nearest floats is corrected by that of the remainder, then by one. For absolute values up to 2^31 and
    /// a = |x|, b = |y|: the first quotient is off by at most a/b·2^-22, so that the remainder is an int again or, where b is so large
    /// that the quotient is only just one too large, a negative one; after the second it is between −b and 2b.
    /// </summary>
    private static void EmitDivide(SourceWriter writer) => Inlined(
        writer,
        "Ints Divide(Ints x, Ints y)",
        "x / y, toward zero: the quotient of floats, corrected by that of the remainder and then by one. Exact; anything where there is none.",
        "Ints a = V.Abs(x), b = V.Abs(y);",
        "Floats reciprocal = V.Create(1f) / V.Abs(V.ConvertToSingle(y));",
        "Ints quotient = V.ConvertToInt32(V.Abs(V.ConvertToSingle(x)) * reciprocal);",
        "Ints rest = a - (quotient * b);",
        "Ints more = V.ConvertToInt32(V.ConvertToSingle(rest) * reciprocal);",
        "quotient += more;",
        "rest -= more * b;",
        "Ints isBelow = V.LessThan(rest, Ints.Zero);",
        "quotient += isBelow;",
        "rest += isBelow & b;",
        "quotient -= V.GreaterThanOrEqual(rest.AsUInt32(), b.AsUInt32()).AsInt32();",
        "Ints sign = V.ShiftRightArithmetic(x ^ y, 31);",
        "return (quotient ^ sign) - sign;");

    private static void EmitShift(SourceWriter writer, string name) => Inlined(
        writer,
        $"Ints {name}Each(Ints x, Ints count)",
        "Every lane by a count of its own, of which five bits count: a step for each of them.",
        [.. ((int[])[1, 2, 4, 8, 16]).Select(bit => $"x = V.ConditionalSelect(V.Equals(count & V.Create({bit}), Ints.Zero), x, V.{name}(x, {bit}));"), "return x;"]);
}
