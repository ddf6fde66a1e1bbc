using System.Globalization;
using System.Text;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>Writes functions at random, from the grammar of the score language; the seed decides everything.</summary>
/// <remarks>No function fails: indices and divisors are made safe, or a condition stands before them.</remarks>
/// <param name="seed">The seed.</param>
/// <param name="isExact">Whether to leave out functions whose last bits C# leaves open.</param>
internal sealed class RandomFunctions(int seed, bool isExact = false)
{
    private static readonly string[] s_integers = ["query", "key", "head", "batch", "keyValueHead", "queryLength", "keyLength"];
    private static readonly string[] s_exactFunctions = ["Abs", "Sqrt", "Floor", "Ceiling", "Round", "Truncate"];
    private static readonly string[] s_otherFunctions = ["Exp", "Log", "Tanh", "Sin", "Cos"];

    private readonly Random _random = new(seed);
    private readonly List<(string Type, string Name)> _locals = [];

    // Positions that are known to be indices of 'offsets' or 'table' where the walk stands.
    private readonly List<string> _safeElements = [];
    private int _names;

    /// <summary>A function, with the signature of all test functions.</summary>
    /// <param name="result"><c>float</c> or <c>bool</c>.</param>
    /// <param name="name">Its name.</param>
    public string Write(string result, string name)
    {
        _locals.Clear();
        _safeElements.Clear();
        string body = Chance(40) ? $"unchecked({Expression(result, 4)})" : $"unchecked {{ {Body(result)} }}";
        return TestSignature.Declare(result, name, body);
    }

    private string Body(string result)
    {
        var body = new StringBuilder();
        if (Chance(30))
        {
            string span = Pick("offsets", "table");
            string index = Pick("query", "key");
            body.Append(CultureInfo.InvariantCulture, $"if ({index} < 0 || {index} >= {span}.Length) return {Expression(result, 1)}; ");
            _safeElements.Add($"{span}[{index}]");
        }
        Statements(body, result, depth: 2);
        body.Append(CultureInfo.InvariantCulture, $"return {Expression(result, 3)};");
        return body.ToString();
    }

    private void Statements(StringBuilder body, string result, int depth)
    {
        int outside = _locals.Count;
        for (int count = _random.Next(1, 5); count > 0; count--)
            Statement(body, result, depth);
        if (depth < 2)
            _locals.RemoveRange(outside, _locals.Count - outside);
    }

    private void Statement(StringBuilder body, string result, int depth)
    {
        switch (_random.Next(depth > 0 ? 8 : 5))
        {
            case 0 or 1:
                string type = Pick("float", "int", "int", "bool");
                string value = Expression(type, 2);
                string name = $"v{_names++}";
                body.Append(CultureInfo.InvariantCulture, $"{(Chance(50) ? "var" : type)} {name} = {value}; ");
                _locals.Add((type, name));
                break;
            case 2 or 3 when _locals.Count > 0:
                body.Append(CultureInfo.InvariantCulture, $"{Assignment(_locals[_random.Next(_locals.Count)])}; ");
                break;
            case 4:
                body.Append(CultureInfo.InvariantCulture, $"score {Pick("+=", "-=", "*=")} {Expression("float", 2)}; ");
                break;
            case 5:
                body.Append(CultureInfo.InvariantCulture, $"if ({Expression("bool", 2)}) return {Expression(result, 2)}; ");
                break;
            case 6:
                body.Append(CultureInfo.InvariantCulture, $"if ({Expression("bool", 2)}) {{ ");
                Statements(body, result, depth - 1);
                body.Append("} ");
                if (Chance(60))
                {
                    body.Append("else { ");
                    Statements(body, result, depth - 1);
                    body.Append("} ");
                }
                break;
            case 7:
                Switch(body, result, depth);
                break;
        }
    }

    private void Switch(StringBuilder body, string result, int depth)
    {
        string end = Chance(50) ? "break; " : $"return {Expression(result, 1)}; ";
        body.Append(CultureInfo.InvariantCulture, $"switch ({Expression("int", 2)} & 7) {{ case 0: case 1: {{ ");
        Statements(body, result, depth - 1);
        body.Append(CultureInfo.InvariantCulture, $"{end} }} ");
        if (Chance(50))
        {
            body.Append(CultureInfo.InvariantCulture, $"{Pick("default:", "case > 5: default:")} ");
            Statements(body, result, 0);
            body.Append("break; ");
        }
        body.Append(CultureInfo.InvariantCulture, $"case > 2 and not 6 when {Expression("bool", 1)}: ");
        Statements(body, result, 0);
        body.Append("break; } ");
    }

    private string Assignment((string Type, string Name) local) => local.Type switch
    {
        "float" => $"{local.Name} {Pick("=", "+=", "-=", "*=", "/=")} {Expression("float", 2)}",
        "int" when Chance(30) => Pick($"{local.Name}++", $"--{local.Name}"),
        "int" => $"{local.Name} {Pick("=", "+=", "-=", "*=", "&=", "|=", "^=", "<<=", ">>=", ">>>=")} {Expression("int", 2)}",
        _ => $"{local.Name} {Pick("=", "&=", "|=", "^=")} {Expression("bool", 2)}",
    };

    private string Expression(string type, int depth) => type switch
    {
        "float" => Float(depth),
        "int" => Int(depth),
        _ => Bool(depth),
    };

    private string Float(int depth)
    {
        if (depth == 0)
        {
            return Pick(
                "score", "score", "rate", "0.5f", "0f", "3.25f", "-2f", "1e-3f", "MathF.PI", "Slope", "(float)temperature", "(float)seed",
                _random.Next(-40, 40).ToString(CultureInfo.InvariantCulture) + ".75f", Local("float") ?? "score", Safe("table") ?? "rate");
        }
        return _random.Next(12) switch
        {
            < 4 => $"({Float(depth - 1)} {Pick("+", "-", "*", "/")} {Pick(Float(depth - 1), Float(depth - 1), Int(depth - 1))})",
            4 => $"-({Float(0)})",
            5 => $"MathF.{Pick(isExact ? s_exactFunctions : [.. s_exactFunctions, .. s_otherFunctions])}({Float(depth - 1)})",
            6 => $"{Pick("MathF.Min", "Math.Max", "float.Min", "MathF.Max", isExact ? "Math.Min" : "MathF.Pow")}({Float(depth - 1)}, {Float(depth - 1)})",
            7 => Pick($"Math.Clamp({Float(depth - 1)}, -1.5f, 8)", $"MathF.FusedMultiplyAdd({Float(depth - 1)}, {Float(0)}, {Float(0)})", $"Twice({Float(depth - 1)})", $"Twice(factor: {Float(0)}, value: {Float(depth - 1)})"),
            8 => $"({Bool(depth - 1)} ? {Float(depth - 1)} : {Float(depth - 1)})",
            9 => $"({Int(depth - 1)} switch {{ {Pick("0", "< 2", "3 or 5", "-1 or 4")} => {Float(depth - 1)}, > 7 when {Bool(depth - 1)} => {Float(0)}, _ => {Float(depth - 1)} }})",
            10 => Pick($"(float)({Int(depth - 1)})", Element("table", depth), $"({Float(0)} is > -1f and < 3 or -2f ? {Float(0)} : {Float(0)})"),
            _ => Local("float") is { } local ? $"({local} = {Float(depth - 1)})" : Float(depth - 1),
        };
    }

    private string Int(int depth)
    {
        if (depth == 0)
        {
            return Pick(
                Pick(s_integers), Pick(s_integers), "(query - key)", _random.Next(-9, 70).ToString(CultureInfo.InvariantCulture), "int.MaxValue", "offsets.Length",
                "(int)seed", "(0 + level)", Local("int") ?? "key", Safe("offsets") ?? "query");
        }
        return _random.Next(14) switch
        {
            < 4 => $"({Int(depth - 1)} {Pick("+", "-", "*")} {Int(depth - 1)})",
            4 or 5 => $"({Int(depth - 1)} {Pick("/", "%")} {Pick("2", "64", "-3", "7", $"(({Int(depth - 1)} & 63) + 1)")})",
            6 => $"({Int(depth - 1)} {Pick("&", "|", "^", "<<", ">>", ">>>")} {Int(depth - 1)})",
            7 => $"{Pick("~", "-", "+")}({Int(depth - 1)})",
            8 => Pick($"Math.Abs({Int(depth - 1)} % 1000)", $"Math.Min({Int(depth - 1)}, {Int(0)})", $"int.Max({Int(depth - 1)}, {Int(0)})", $"Math.Clamp({Int(depth - 1)}, -2, 50)"),
            9 => $"({Bool(depth - 1)} ? {Int(depth - 1)} : {Int(depth - 1)})",
            10 => $"(int)({Float(depth - 1)})",
            11 => Element("offsets", depth),
            12 => $"({Int(0)} is var d{_names} && d{_names} > 0 ? {Int(0)} / d{_names} : {Int(0)} % ({(_names++ & 7) + 1}))",
            _ => Local("int") is { } local ? Pick($"{local}++", $"--{local}", $"({local} = {Int(depth - 1)})", $"({local} -= {Int(depth - 1)})") : Int(depth - 1),
        };
    }

    private string Bool(int depth)
    {
        if (depth == 0)
            return Pick("flag", "(key <= query)", "(head == 1)", Local("bool") ?? "(key > 3)", "(query - key < 4)", "table.IsEmpty");
        return _random.Next(12) switch
        {
            < 3 => $"({Int(depth - 1)} {Pick("<", "<=", ">", ">=", "==", "!=")} {Int(depth - 1)})",
            < 5 => $"({Float(depth - 1)} {Pick("<", "<=", ">", ">=", "==", "!=")} {Float(depth - 1)})",
            5 or 6 => $"({Bool(depth - 1)} && {Bool(depth - 1)})",
            7 => $"({Bool(depth - 1)} || {Bool(depth - 1)})",
            8 => $"({Bool(depth - 1)} {Pick("&", "|", "^", "==", "!=")} {Bool(depth - 1)})",
            9 => $"!({Bool(depth - 1)})",
            10 => Pick($"({Int(depth - 1)} is {Pick("> 3 and < 9", "0 or 5", "not 2", "< 0 or > 6 and not 8")})", $"float.{Pick("IsNaN", "IsInfinity", "IsFinite", "IsNegativeInfinity", "IsPositiveInfinity")}({Float(depth - 1)})"),
            _ => $"({Pick("key", "query", "head")} is var i{_names} && i{_names} >= 0 && i{_names} < offsets.Length && offsets[i{_names++}] > {Int(0)})",
        };
    }

    private string Element(string span, int depth) => $"{span}[({Int(depth - 1)} & int.MaxValue) % {span}.Length]";

    private string? Safe(string span) => _safeElements.Find(element => element.StartsWith(span, StringComparison.Ordinal));

    private string? Local(string type)
    {
        string[] names = [.. _locals.Where(local => local.Type == type).Select(local => local.Name)];
        return names.Length == 0 ? null : names[_random.Next(names.Length)];
    }

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;
}
