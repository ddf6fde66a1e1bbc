using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>What is in the lanes of a pass over scores.</summary>
internal enum ScorePass
{
    /// <summary>Of the tile kernel: a lane is a query, the loop runs over keys.</summary>
    Column,

    /// <summary>Of the row kernel: a lane is a key, the query is one.</summary>
    Row,
}

/// <summary>
/// Turns nodes of a score graph into the statements of a pass. Every node has a place: before the loop or in it, a single number or a
/// vector. What is the same in all lanes is computed once as a number and spread where a vector needs it; what does not change with the
/// keys of the loop is computed before it.
/// </summary>
internal sealed class ScoreCode
{
    /// <summary>Longer expressions get a name, so that no line grows out of sight.</summary>
    private const int LongestInline = 90;

    private readonly ScoreGraph _graph;
    private readonly ScoreRanges _ranges;
    private readonly ScorePass _pass;
    private readonly AttentionSpec _spec;
    private readonly KernelPlan _plan;
    private readonly Dialect _dialect;
    private readonly ScoreFunctions _functions;
    private readonly Place[] _places;
    private readonly int[] _uses;
    private readonly bool[] _isUsedInLoop;
    private readonly Dictionary<int, string> _texts = [];
    private readonly Dictionary<int, string> _spread = [];
    private readonly List<string> _before = [];
    private readonly List<string> _inLoop = [];

    /// <param name="graph">The program.</param>
    /// <param name="roots">The nodes that the pass needs as vectors in its loop.</param>
    /// <param name="pass">What is in the lanes.</param>
    /// <param name="spec">The method.</param>
    /// <param name="plan">The kernel.</param>
    /// <param name="dialect">The instruction set.</param>
    /// <param name="functions">Takes note of the functions that the kernel must have.</param>
    public ScoreCode(
        ScoreGraph graph, int[] roots, ScorePass pass, AttentionSpec spec, KernelPlan plan, Dialect dialect, ScoreFunctions functions)
    {
        (_graph, _pass, _spec, _plan, _dialect, _functions) = (graph, pass, spec, plan, dialect, functions);
        _ranges = new ScoreRanges(graph);
        _places = [.. new Place[graph.Nodes.Count]];
        _uses = new int[graph.Nodes.Count];
        _isUsedInLoop = new bool[graph.Nodes.Count];
        foreach (int root in roots)
        {
            CountUse(root);
            _isUsedInLoop[root] = true;
        }
        FindPlaces();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            if (_uses[i] > 0)
                Translate(i);
        }

        // A root that is the same in all lanes is spread now, while there are still statements to come.
        foreach (int root in roots)
            Vector(root);
    }

    /// <summary>Statements before the loop.</summary>
    public IReadOnlyList<string> Before => _before;

    /// <summary>Statements in the loop.</summary>
    public IReadOnlyList<string> InLoop => _inLoop;

    /// <summary>Whether there is integer arithmetic on single numbers, which must not depend on the project's overflow checks.</summary>
    public bool HasScalarArithmetic { get; private set; }

    /// <summary>Whether the pass must know where the keys end, because what lies past the end must not fail.</summary>
    public bool ReadsEnd { get; private set; }

    /// <summary>Whether the pass reads an input.</summary>
    public bool Reads(ScoreInput input) => Enumerable.Range(0, _graph.Nodes.Count).Any(i => _uses[i] > 0 && _graph.Nodes[i].Is(input));

    /// <summary>The vector of a node, for use in the loop.</summary>
    public string Vector(int index)
    {
        if (_places[index].IsVector)
            return _texts[index];
        if (_spread.TryGetValue(index, out string? spread))
            return spread;
        ScoreNode node = _graph.Nodes[index];
        if (node.IsConstant)
            return _spread[index] = node.Type == ScoreType.Bool ? (node.Payload != 0 ? "Ints.AllBitsSet" : "Ints.Zero") : $"V.Create({ScoreLiteral.Of(node)})";

        string value = node.Type == ScoreType.Bool ? $"{Operand(_texts[index])} ? -1 : 0" : _texts[index];
        spread = $"{NameOf(index)}Lanes";
        List(_places[index]).Add($"{VectorType(node.Type)} {spread} = V.Create({value});");
        return _spread[index] = spread;
    }

    private void CountUse(int index)
    {
        if (_uses[index]++ > 0)
            return;
        ScoreNode node = _graph.Nodes[index];
        foreach (int operand in node.Operands)
            CountUse(operand);
        if (!_ranges.CanFail(node))
            return;
        if (node.Guard != ScoreNode.Unguarded)
            CountUse(node.Guard);
        foreach (int operand in node.Operands)
            _uses[operand] += 2; // The checks look at them again: they get names.
    }

    private void FindPlaces()
    {
        for (int i = 0; i < _places.Length; i++)
        {
            ScoreNode node = _graph.Nodes[i];
            if (node.Operation == ScoreOperation.Input)
                _places[i] = PlaceOf(node.Source);
            foreach (int operand in node.Operands)
                _places[i] = _places[i].With(_places[operand]);
        }

        for (int i = 0; i < _places.Length; i++)
        {
            if (_uses[i] == 0)
                continue;
            foreach (int operand in _graph.Nodes[i].Operands)
                _isUsedInLoop[operand] |= _places[i].IsInLoop;
        }
    }

    private Place PlaceOf(ScoreInput input) => input switch
    {
        ScoreInput.Score or ScoreInput.Bias or ScoreInput.Mask => new Place(IsVector: true, IsInLoop: true),
        ScoreInput.Key => new Place(IsVector: _pass == ScorePass.Row, IsInLoop: true),
        ScoreInput.Query => new Place(IsVector: _pass == ScorePass.Column, IsInLoop: false),
        ScoreInput.Head or ScoreInput.Slope => new Place(IsVector: _pass == ScorePass.Column && _spec.Geometry.Group > 1, IsInLoop: false),
        _ => new Place(IsVector: false, IsInLoop: false),
    };

    private void Translate(int index)
    {
        ScoreNode node = _graph.Nodes[index];
        Place place = _places[index];
        if (node.IsConstant)
        {
            _texts[index] = ScoreLiteral.Of(node);
            return;
        }
        if (node.Operation == ScoreOperation.Input)
        {
            TranslateInput(index, node.Source, place);
            return;
        }

        string text = place.IsVector ? VectorText(node) : ScalarText(node);
        bool isNamed = _uses[index] > 1 || _ranges.CanFail(node) || text.Length > LongestInline || (_isUsedInLoop[index] && !place.IsInLoop)
            || node.Operation is ScoreOperation.CapturedScalar or ScoreOperation.CapturedLength;
        if (isNamed)
        {
            string comment = node.Operation is ScoreOperation.CapturedScalar or ScoreOperation.CapturedElement or ScoreOperation.CapturedLength
                ? $" // {_spec.Scoring.Captured[node.Payload].Name}{(node.Operation == ScoreOperation.CapturedLength ? ".Length" : "")}"
                : "";
            List(place).Add($"{(place.IsVector ? VectorType(node.Type) : ScalarType(node.Type))} {NameOf(index)} = {text};{comment}");
            text = NameOf(index);
        }
        _texts[index] = text;
        if (_ranges.CanFail(node))
            EmitCheck(index, node, place);
    }

    private void TranslateInput(int index, ScoreInput input, Place place)
    {
        string name = char.ToLowerInvariant(input.ToString()[0]) + input.ToString().Substring(1);
        _texts[index] = name;
        string? value = (input, place.IsVector) switch
        {
            (ScoreInput.Score or ScoreInput.Key, _) => null, // The loop itself has them.
            (ScoreInput.Bias, _) => "V.LoadUnsafe(ref Unsafe.Add(ref inputs.Bias, offset))",
            (ScoreInput.Mask, _) => "V.LoadUnsafe(ref Unsafe.Add(ref inputs.Mask, offset))",
            (ScoreInput.Query, true) => "V.LoadUnsafe(ref inputs.Queries)",
            (ScoreInput.Head, true) => "V.LoadUnsafe(ref inputs.Heads)",
            (ScoreInput.Slope, true) => "V.LoadUnsafe(ref inputs.Slopes)",
            _ => $"inputs.{input}",
        };
        ScoreType type = _graph.Nodes[index].Type;
        if (value is not null)
            List(place).Add($"{(place.IsVector ? VectorType(type) : ScalarType(type))} {name} = {value};");
    }

    private string ScalarText(ScoreNode node)
    {
        string[] operands = [.. node.Operands.Select(operand => Operand(_texts[operand]))];
        HasScalarArithmetic |= node.Type == ScoreType.Int && node.Operation is not (ScoreOperation.CapturedScalar or ScoreOperation.CapturedLength);
        return node.Operation switch
        {
            ScoreOperation.CapturedScalar => CapturedNumbers.Scalar(_spec.Scoring, node),
            ScoreOperation.CapturedLength => $"inputs.SpanLength({Number(node)})",
            ScoreOperation.CapturedElement => $"ScoreScalar.Element(ref {Span(node)}, inputs.SpanLength({Number(node)}), {operands[0]})",
            ScoreOperation.Negate => $"-{operands[0]}",
            ScoreOperation.Complement => $"~{operands[0]}",
            ScoreOperation.Not => $"!{operands[0]}",
            ScoreOperation.IntToFloat => $"(float){operands[0]}",
            ScoreOperation.FloatToInt => $"(int){operands[0]}",
            ScoreOperation.Divide when _ranges.CanFail(node) => $"ScoreScalar.Divide({operands[0]}, {operands[1]})",
            ScoreOperation.Remainder when _ranges.CanFail(node) => $"ScoreScalar.Remainder({operands[0]}, {operands[1]})",
            ScoreOperation.Select => $"{operands[0]} ? {operands[1]} : {operands[2]}",
            ScoreOperation.Call => $"{ScalarFunction(node)}({string.Join(", ", node.Operands.Select(operand => _texts[operand]))})",
            _ => $"{operands[0]} {Symbol(node)} {operands[1]}",
        };
    }

    private static string Symbol(ScoreNode node) => node.Operation switch
    {
        ScoreOperation.Add => "+",
        ScoreOperation.Subtract => "-",
        ScoreOperation.Multiply => "*",
        ScoreOperation.Divide => "/",
        ScoreOperation.Remainder => "%",
        ScoreOperation.And => "&",
        ScoreOperation.Or => "|",
        ScoreOperation.ExclusiveOr => "^",
        ScoreOperation.ShiftLeft => "<<",
        ScoreOperation.ShiftRight => ">>",
        ScoreOperation.ShiftRightUnsigned => ">>>",
        ScoreOperation.Equal => "==",
        ScoreOperation.NotEqual => "!=",
        ScoreOperation.LessThan => "<",
        ScoreOperation.LessThanOrEqual => "<=",
        _ => throw new InvalidOperationException($"{node.Operation} has no operator."),
    };

    private static string ScalarFunction(ScoreNode node) => node.Function switch
    {
        ScoreFunction.Clamp => "ScoreScalar.Clamp",
        ScoreFunction.Abs when node.Type == ScoreType.Int => "ScoreScalar.Abs",
        _ => $"global::System.{(node.Type == ScoreType.Int ? "Math" : "MathF")}.{node.Function}",
    };

    private string VectorText(ScoreNode node)
    {
        string[] vectors = node.Operation == ScoreOperation.CapturedElement ? [] : [.. node.Operands.Select(Vector)];
        string[] operands = [.. vectors.Select(Operand)];
        bool compares = node.Operation is >= ScoreOperation.Equal and <= ScoreOperation.LessThanOrEqual;
        string asMask = compares && _graph.Nodes[node.Operands[0]].Type == ScoreType.Float ? ".AsInt32()" : "";
        return node.Operation switch
        {
            ScoreOperation.CapturedElement => VectorElement(node),
            ScoreOperation.Negate => $"-{operands[0]}",
            ScoreOperation.Complement or ScoreOperation.Not => $"~{operands[0]}",
            ScoreOperation.IntToFloat => $"V.ConvertToSingle({vectors[0]})",
            ScoreOperation.FloatToInt => $"V.ConvertToInt32({vectors[0]})",
            ScoreOperation.Divide when node.Type == ScoreType.Int => _functions.Divide(_graph, node, vectors, _ranges.IsNotNegative(node.Operands[0])),
            ScoreOperation.Remainder => _functions.Remainder(_graph, node, vectors, _ranges.IsNotNegative(node.Operands[0])),
            ScoreOperation.ShiftLeft => Shift(node, "ShiftLeft", operands[0], vectors),
            ScoreOperation.ShiftRight => Shift(node, "ShiftRightArithmetic", operands[0], vectors),
            ScoreOperation.ShiftRightUnsigned => Shift(node, "ShiftRightLogical", operands[0], vectors),
            ScoreOperation.Equal => $"V.Equals({vectors[0]}, {vectors[1]}){asMask}",
            ScoreOperation.NotEqual => $"~V.Equals({vectors[0]}, {vectors[1]}){asMask}",
            ScoreOperation.LessThan => $"V.LessThan({vectors[0]}, {vectors[1]}){asMask}",
            ScoreOperation.LessThanOrEqual => $"V.LessThanOrEqual({vectors[0]}, {vectors[1]}){asMask}",
            ScoreOperation.Select => Select(node, vectors),
            ScoreOperation.Call when node.Function == ScoreFunction.Tanh => Tanh(node, vectors[0]),
            ScoreOperation.Call => _functions.Call(node, vectors, [.. node.Operands.Select(operand => _graph.Nodes[operand])]),
            _ => $"{operands[0]} {Symbol(node)} {operands[1]}",
        };
    }

    private static string Select(ScoreNode node, string[] vectors) => node.Type == ScoreType.Float
        ? $"V.ConditionalSelect({Operand(vectors[0])}.AsSingle(), {vectors[1]}, {vectors[2]})"
        : $"V.ConditionalSelect({vectors[0]}, {vectors[1]}, {vectors[2]})";

    /// <summary>The function takes a factor of its argument at no cost: a product or quotient that only it needs is not computed before.</summary>
    private string Tanh(ScoreNode node, string argument)
    {
        ScoreNode inner = _graph.Nodes[node.Operands[0]];
        bool isMultiple = inner.Operation is ScoreOperation.Multiply or ScoreOperation.Divide && _uses[node.Operands[0]] == 1
            && _graph.Nodes[inner.Operands[1]].IsConstant && !_graph.Nodes[inner.Operands[0]].IsConstant;
        double number = isMultiple ? _graph.Nodes[inner.Operands[1]].FloatValue : 1;
        double factor = inner.Operation == ScoreOperation.Divide ? 1 / number : number;
        return isMultiple && factor is > 1e-30 and < 1e30
            ? _functions.Tanh(Vector(inner.Operands[0]), factor)
            : _functions.Tanh(argument, 1);
    }

    private string Shift(ScoreNode node, string name, string value, string[] vectors)
    {
        int count = node.Operands[1];
        if (_places[count].IsVector)
            return _functions.Shift(name, vectors[0], vectors[1]);
        string shift = _graph.Nodes[count].IsConstant ? ScoreLiteral.Of(_graph.Nodes[count].Payload & 31) : $"{Operand(_texts[count])} & 31";
        return $"V.{name}({value}, {shift})";
    }

    /// <summary>Neighbouring elements where the index is the key plus a number, gathered ones otherwise.</summary>
    private string VectorElement(ScoreNode node)
    {
        string index = Vector(node.Operands[0]);
        string span = $"ref {Span(node)}, inputs.SpanLength({Number(node)})";
        return RunStart(node.Operands[0]) is { } start
            ? $"ScoreMemory.Run({span}, {start}, {index})"
            : $"ScoreMemory.Gather({span}, {index})";
    }

    private string? RunStart(int index)
    {
        if (_pass != ScorePass.Row)
            return null;
        ScoreNode node = _graph.Nodes[index];
        if (node.Is(ScoreInput.Key))
            return "keyIndex + i";
        if (node.Operation is not (ScoreOperation.Add or ScoreOperation.Subtract))
            return null;
        (int left, int right) = (node.Operands[0], node.Operands[1]);
        if (!_places[right].IsVector && RunStart(left) is { } start)
            return Arithmetic($"{start} {Symbol(node)} {Operand(_texts[right])}");
        if (node.Operation == ScoreOperation.Add && !_places[left].IsVector && RunStart(right) is { } other)
            return Arithmetic($"{other} + {Operand(_texts[left])}");
        return null;

        string Arithmetic(string text)
        {
            HasScalarArithmetic = true;
            return text;
        }
    }

    /// <summary>
    /// Throws where a step that has no result would be carried out. The step itself was made harmless, so that it can stand before the
    /// loop while what decides about it stands within.
    /// </summary>
    private void EmitCheck(int index, ScoreNode node, Place place)
    {
        string name = NameOf(index);
        string fails = place.IsVector ? VectorFailure(node) : ScalarFailure(node);
        string call = Throw(node, place);
        bool isGuarded = node.Guard != ScoreNode.Unguarded;
        bool isRow = _pass == ScorePass.Row && place.IsVector;
        Place guard = isGuarded ? _places[node.Guard] : default;
        List<string> own = List(place);

        if (!place.IsVector)
        {
            HasScalarArithmetic = true;
            string guarded = !isGuarded ? "" : guard.IsVector ? $" && {Any(_texts[node.Guard])}" : $" && {Operand(_texts[node.Guard])}";
            if (!place.IsInLoop && guard.IsInLoop)
            {
                own.Add($"bool {name}Fails = {fails};");
                fails = $"{name}Fails";
            }
            List(place.With(guard)).Add($"if ({Operand(fails)}{guarded})\n    {call};");
            return;
        }

        if (isRow)
        {
            fails = $"{fails} & V.LessThan(key, end)";
            ReadsEnd = true;
        }
        if (!place.IsInLoop && guard.IsInLoop)
        {
            own.Add($"Ints {name}Fails = {fails};");
            own.Add($"bool {name}MayFail = {Any($"{name}Fails")};");
            _inLoop.Add($"if ({name}MayFail && {Any($"{name}Fails & {Operand(Vector(node.Guard))}")})\n    {call.Replace("$failing", $"{name}Fails & {Operand(Vector(node.Guard))}")};");
            return;
        }

        if (isGuarded)
            fails = $"{fails} & {Operand(Vector(node.Guard))}";
        own = List(place.With(guard));
        own.Add($"Ints {name}Fails = {fails};");
        own.Add($"if ({Any($"{name}Fails")})\n    {call.Replace("$failing", $"{name}Fails")};");
    }

    private string ScalarFailure(ScoreNode node)
    {
        string[] operands = [.. node.Operands.Select(operand => Operand(_texts[operand]))];
        return node switch
        {
            { Operation: ScoreOperation.CapturedElement } => $"(uint){operands[0]} >= (uint)inputs.SpanLength({Number(node)})",
            { Operation: ScoreOperation.Call, Function: ScoreFunction.Abs } => $"{operands[0]} == int.MinValue",
            { Operation: ScoreOperation.Call, Function: ScoreFunction.Clamp } => $"{operands[1]} > {operands[2]}",
            _ => $"ScoreScalar.IsUndivisible({_texts[node.Operands[0]]}, {_texts[node.Operands[1]]})",
        };
    }

    private string VectorFailure(ScoreNode node)
    {
        string[] operands = [.. node.Operands.Select(Vector)];
        return node switch
        {
            { Operation: ScoreOperation.CapturedElement } =>
                $"V.GreaterThanOrEqual({Operand(operands[0])}.AsUInt32(), V.Create((uint)inputs.SpanLength({Number(node)}))).AsInt32()",
            { Operation: ScoreOperation.Call, Function: ScoreFunction.Abs } => $"V.Equals({operands[0]}, V.Create(int.MinValue))",
            { Operation: ScoreOperation.Call, Function: ScoreFunction.Clamp } => $"V.GreaterThan({operands[1]}, {operands[2]}){(node.Type == ScoreType.Float ? ".AsInt32()" : "")}",
            _ => _functions.Undivisible(operands[0], operands[1]),
        };
    }

    private string Throw(ScoreNode node, Place place)
    {
        string parameter = node.Operation == ScoreOperation.CapturedElement ? $"\"{_spec.Scoring.Captured[node.Payload].Name}\"" : "";
        string[] operands = [.. node.Operands.Select(operand => place.IsVector ? Vector(operand) : _texts[operand])];
        return (node, place.IsVector) switch
        {
            ({ Operation: ScoreOperation.CapturedElement }, true) =>
                _functions.ThrowIndex(parameter, operands[0], "$failing", $"inputs.SpanLength({Number(node)})"),
            ({ Operation: ScoreOperation.CapturedElement }, false) => $"ScoreFault.ThrowIndex({parameter}, {operands[0]}, inputs.SpanLength({Number(node)}))",
            ({ Operation: ScoreOperation.Call, Function: ScoreFunction.Abs }, _) => "ScoreFault.ThrowAbs()",
            ({ Operation: ScoreOperation.Call }, true) => _functions.ThrowClamp(node.Type, operands[1], operands[2], "$failing"),
            ({ Operation: ScoreOperation.Call }, false) => $"ScoreFault.ThrowClamp({operands[1]}, {operands[2]})",
            (_, true) => _functions.ThrowDivision(operands[0], operands[1], "$failing"),
            _ => $"ScoreFault.ThrowDivision({operands[0]}, {operands[1]})",
        };
    }

    private string Any(string vector) => $"!V.EqualsAll({vector}, Ints.Zero)";

    private string Span(ScoreNode node) => $"inputs.{node.Type}Span({Number(node)})";

    private int Number(ScoreNode node) => CapturedNumbers.Of(_spec.Scoring, node.Payload);

    private List<string> List(Place place) => place.IsInLoop ? _inLoop : _before;

    private string NameOf(int index) => _graph.Nodes[index].Operation switch
    {
        ScoreOperation.Input => _texts[index],
        ScoreOperation.CapturedScalar or ScoreOperation.CapturedLength => $"captured{index}",
        ScoreOperation.CapturedElement => $"element{index}",
        _ => _graph.Nodes[index].Type == ScoreType.Bool ? $"is{index}" : $"t{index}",
    };

    /// <summary>The text as an operand: in parentheses unless it is a name, a literal or a call.</summary>
    public static string Operand(string text)
    {
        if (text[0] is '-' or '~' or '!' || text.StartsWith("(float)", StringComparison.Ordinal) || text.StartsWith("(int)", StringComparison.Ordinal))
            return $"({text})";
        int depth = 0;
        foreach (char c in text)
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ' ' && depth == 0)
                return $"({text})";
        }
        return text;
    }

    private static string VectorType(ScoreType type) => type == ScoreType.Float ? "Floats" : "Ints";

    private static string ScalarType(ScoreType type) => type switch
    {
        ScoreType.Bool => "bool",
        ScoreType.Int => "int",
        _ => "float",
    };

    /// <summary>Where a value is computed and what it is.</summary>
    private readonly record struct Place(bool IsVector, bool IsInLoop)
    {
        public Place With(Place other) => new(IsVector || other.IsVector, IsInLoop || other.IsInLoop);
    }
}
