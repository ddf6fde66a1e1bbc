using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes the classification of blocks: the visibility condition once more, over ranges of queries and keys instead of one of each. The
/// runtime's <c>BlockRange</c> and its kin do the interval arithmetic; what depends on data is open.
/// </summary>
internal sealed class BlockClassEmitter
{
    private readonly SourceWriter _writer;
    private readonly AttentionSpec _spec;
    private readonly ScoreGraph _graph;
    private readonly Dictionary<int, string> _texts = [];
    private readonly Dictionary<int, int> _uses = [];

    private BlockClassEmitter(SourceWriter writer, AttentionSpec spec, ScoreGraph graph)
    {
        _writer = writer;
        _spec = spec;
        _graph = graph;
    }

    public static void Emit(SourceWriter writer, AttentionSpec spec, ScoreGraph graph, int visible)
    {
        using (Member.Method(
            writer,
            "public static BlockVisibility Classify(in ScoreInputs inputs, BlockRange query, BlockRange key)",
            "Whether queries of a range see keys of a range: none, all, or to be seen."))
        {
            var emitter = new BlockClassEmitter(writer, spec, graph);
            emitter.CountUses(visible);
            string condition = emitter.Text(visible);
            if (graph.Nodes[visible].Operation is not ScoreOperation.Input)
                condition = $"({condition})";
            writer.Write($"return {condition}.Visibility;");
        }
    }

    /// <summary>Whether the classification reads which head it is about; what is open, it does not look into.</summary>
    public static bool ReadsHead(ScoreGraph graph, int visible)
    {
        var reads = new bool[visible + 1];
        for (int i = 0; i <= visible; i++)
        {
            ScoreNode node = graph.Nodes[i];
            reads[i] = node.Is(ScoreInput.Head) || (!IsOpen(node) && node.Operands.Any(operand => reads[operand]));
        }
        return reads[visible];
    }

    private void CountUses(int index)
    {
        _uses.TryGetValue(index, out int uses);
        _uses[index] = uses + 1;
        if (uses > 0 || IsOpen(_graph.Nodes[index]))
            return;
        foreach (int operand in _graph.Nodes[index].Operands)
            CountUses(operand);
    }

    /// <summary>The expression of a node; one that is needed more than once becomes a local.</summary>
    private string Text(int index)
    {
        if (_texts.TryGetValue(index, out string? text))
            return text;
        ScoreNode node = _graph.Nodes[index];
        text = Compute(node);
        if (_uses[index] > 1 && node.Operands.Count > 0 && !IsOpen(node))
        {
            string name = $"range{_texts.Count}";
            _writer.Write($"{TypeOf(node.Type)} {name} = {text};");
            text = name;
        }
        _texts.Add(index, text);
        return text;
    }

    private string Compute(ScoreNode node)
    {
        if (IsOpen(node))
            return node.Type == ScoreType.Bool ? "BlockCondition.Open" : $"{TypeOf(node.Type)}.Any";
        return node.Operation switch
        {
            ScoreOperation.Constant => node.Type == ScoreType.Bool ? $"(BlockCondition){ScoreLiteral.Of(node)}" : Constant(node),
            ScoreOperation.Input => Input(node.Source),
            ScoreOperation.CapturedScalar => Cast(node.Type, CapturedNumbers.Scalar(_spec.Scoring, node)),
            ScoreOperation.CapturedLength => Cast(node.Type, $"inputs.SpanLength({CapturedNumbers.Of(_spec.Scoring, node.Payload)})"),
            ScoreOperation.Negate => $"-{Operand(node, 0)}",
            ScoreOperation.Complement => $"~{Operand(node, 0)}",
            ScoreOperation.Not => $"!{Operand(node, 0)}",
            ScoreOperation.IntToFloat => $"(BlockFloatRange){Operand(node, 0)}",
            ScoreOperation.FloatToInt => $"BlockRange.Truncate({Text(node.Operands[0])})",
            ScoreOperation.Add => Binary(node, "+"),
            ScoreOperation.Subtract => Binary(node, "-"),
            ScoreOperation.Multiply => Binary(node, "*"),
            ScoreOperation.Divide => Binary(node, "/"),
            ScoreOperation.Remainder => Binary(node, "%"),
            ScoreOperation.And => Binary(node, "&"),
            ScoreOperation.Or => Binary(node, "|"),
            ScoreOperation.ExclusiveOr => Binary(node, "^"),
            ScoreOperation.ShiftLeft => Function(node, "ShiftLeft"),
            ScoreOperation.ShiftRight => Function(node, "ShiftRight"),
            ScoreOperation.ShiftRightUnsigned => Function(node, "ShiftRightUnsigned"),
            ScoreOperation.Equal => OperandType(node) == ScoreType.Bool ? $"!({Binary(node, "^")})" : Equal(node),
            ScoreOperation.NotEqual => OperandType(node) == ScoreType.Bool ? Binary(node, "^") : $"!{Equal(node)}",
            ScoreOperation.LessThan => Binary(node, "<"),
            ScoreOperation.LessThanOrEqual => Binary(node, "<="),
            ScoreOperation.Select => Function(node, "Select"),
            ScoreOperation.Call => node.Function == ScoreFunction.Clamp ? Clamp(node) : Function(node, node.Function.ToString()),
            _ => throw new InvalidOperationException($"{node.Operation} has no interval."),
        };
    }

    /// <summary>Whether nothing is known of a value before it is computed.</summary>
    public static bool IsOpen(ScoreNode node) => node.Operation switch
    {
        ScoreOperation.CapturedElement => true,
        ScoreOperation.Input => node.Source is ScoreInput.Mask or ScoreInput.Bias or ScoreInput.Score or ScoreInput.Slope,
        ScoreOperation.Divide or ScoreOperation.Remainder => node.Type == ScoreType.Float,
        ScoreOperation.Call => node.Function is not (ScoreFunction.Abs or ScoreFunction.Min or ScoreFunction.Max or ScoreFunction.Clamp),
        _ => false,
    };

    private string Input(ScoreInput input) => input switch
    {
        ScoreInput.Query => "query",
        ScoreInput.Key => "key",
        ScoreInput.Head => $"BlockRange.Heads(inputs.KeyValueHead, {_spec.Geometry.Group})",
        _ => Cast(ScoreType.Int, $"inputs.{input}"),
    };

    private static string Constant(ScoreNode node)
    {
        string literal = ScoreLiteral.Of(node);
        return Cast(node.Type, literal[0] == '-' ? $"({literal})" : literal);
    }

    // So that an operator between two plain numbers is that of the ranges, too.
    private static string Cast(ScoreType type, string number) => $"({TypeOf(type)}){number}";

    private string Binary(ScoreNode node, string symbol) => $"{Operand(node, 0)} {symbol} {Operand(node, 1)}";

    private string Equal(ScoreNode node) => $"{TypeOf(OperandType(node))}.AreEqual({Text(node.Operands[0])}, {Text(node.Operands[1])})";

    private string Clamp(ScoreNode node)
    {
        string type = TypeOf(node.Type);
        return $"{type}.Max({type}.Min({Text(node.Operands[0])}, {Text(node.Operands[2])}), {Text(node.Operands[1])})";
    }

    private string Function(ScoreNode node, string name) => $"{TypeOf(node.Type)}.{name}({string.Join(", ", node.Operands.Select(Text))})";

    private ScoreType OperandType(ScoreNode node) => _graph.Nodes[node.Operands[0]].Type;

    private string Operand(ScoreNode node, int number)
    {
        string text = Text(node.Operands[number]);
        return text.Contains(' ') || text[0] is '-' or '!' or '~' ? $"({text})" : text;
    }

    private static string TypeOf(ScoreType type) => type switch
    {
        ScoreType.Bool => "BlockCondition",
        ScoreType.Int => "BlockRange",
        _ => "BlockFloatRange",
    };
}
