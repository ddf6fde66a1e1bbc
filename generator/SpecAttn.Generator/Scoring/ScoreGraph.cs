using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring;

/// <summary>
/// An expression of the score language as a list of steps, operands before their users: a value that is used twice is one node, so
/// that emission never computes anything twice and analysis is linear. Equal graphs are equal as values.
/// </summary>
internal sealed record ScoreGraph(EquatableArray<ScoreNode> Nodes);

/// <summary>One step.</summary>
/// <param name="Operation">What is computed.</param>
/// <param name="Type">Type of the result.</param>
/// <param name="Operands">Indices of earlier nodes.</param>
/// <param name="Payload">
/// The bits of a constant; the <see cref="ScoreInput"/> of an input; the <see cref="ScoreFunction"/> of a call; the number of the captured
/// parameter of a captured value. Otherwise 0.
/// </param>
/// <param name="Guard">
/// Node that must be true for the step to be carried out where the step can fail (an element outside its span, a division by 0), as
/// C#'s <c>&amp;&amp;</c>, <c>||</c> and <c>?:</c> leave out an operand; <see cref="ScoreNode.Unguarded"/> where nothing stands before it.
/// </param>
internal sealed record ScoreNode(
    ScoreOperation Operation, ScoreType Type, EquatableArray<int> Operands, int Payload = 0, int Guard = ScoreNode.Unguarded)
{
    public const int Unguarded = -1;

    /// <summary>The function of a call.</summary>
    public ScoreFunction Function => (ScoreFunction)Payload;

    /// <summary>What an input is.</summary>
    public ScoreInput Source => (ScoreInput)Payload;

    /// <summary>The value of a constant that is a float.</summary>
    public float FloatValue => BitConverter.ToSingle(BitConverter.GetBytes(Payload), 0);

    public bool IsConstant => Operation == ScoreOperation.Constant;

    public bool Is(ScoreInput input) => Operation == ScoreOperation.Input && Source == input;
}

/// <summary>Types of the score language: those of C#, 32 bits wide.</summary>
internal enum ScoreType
{
    Bool,
    Int,
    Float,
}

/// <summary>
/// Operations, with C#'s results: integers wrap around, shift counts are taken modulo 32, comparisons with NaN are false. Where both
/// types are possible the operands' type decides.
/// </summary>
internal enum ScoreOperation
{
    Constant,
    Input,

    /// <summary>A parameter of the method that is a scalar.</summary>
    CapturedScalar,

    /// <summary>Operand 0 is the index into a parameter of the method that is a span.</summary>
    CapturedElement,

    /// <summary>The number of elements of a span.</summary>
    CapturedLength,

    Negate,
    Complement,
    Not,
    IntToFloat,

    /// <summary>Toward zero; what C# leaves open (NaN, out of range) saturates, and NaN becomes 0, as .NET 9 and later do.</summary>
    FloatToInt,

    Add,
    Subtract,
    Multiply,

    /// <summary>Of integers: toward zero, and a failure where the divisor is 0.</summary>
    Divide,
    Remainder,
    And,
    Or,
    ExclusiveOr,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    Equal,
    NotEqual,
    LessThan,
    LessThanOrEqual,

    /// <summary>Operand 0 chooses operand 1 (true) or operand 2.</summary>
    Select,

    /// <summary>A function of the class library.</summary>
    Call,
}

/// <summary>What the kernel supplies. Positions count from the first key of the sequence.</summary>
internal enum ScoreInput
{
    Score,
    Batch,
    Head,
    KeyValueHead,
    Query,
    Key,
    QueryLength,
    KeyLength,

    /// <summary>Of the built-in programs: the parameter <c>prefixLength</c>.</summary>
    PrefixLength,

    /// <summary>Of the built-in programs: the ALiBi slope of the head.</summary>
    Slope,

    /// <summary>Of the built-in programs: the element of the parameter <c>bias</c>.</summary>
    Bias,

    /// <summary>Of the built-in programs: the element of the parameter <c>mask</c>.</summary>
    Mask,
}

/// <summary>Functions of <c>Math</c> and <c>MathF</c>.</summary>
internal enum ScoreFunction
{
    Abs,
    Min,
    Max,
    Clamp,
    Sqrt,
    Exp,
    Log,
    Pow,
    Tanh,
    Sin,
    Cos,
    Floor,
    Ceiling,
    Round,
    Truncate,
    FusedMultiplyAdd,
}

/// <summary>Puts a graph together; a step that is there already is not added again.</summary>
internal sealed class ScoreGraphBuilder
{
    private readonly Dictionary<ScoreNode, int> _indices = [];
    private readonly List<ScoreNode> _nodes = [];

    public ScoreNode this[int index] => _nodes[index];

    public int Constant(bool value) => Add(new(ScoreOperation.Constant, ScoreType.Bool, default, value ? 1 : 0));

    public int Constant(int value) => Add(new(ScoreOperation.Constant, ScoreType.Int, default, value));

    public int Constant(float value) =>
        Add(new(ScoreOperation.Constant, ScoreType.Float, default, BitConverter.ToInt32(BitConverter.GetBytes(value), 0)));

    public int Input(ScoreInput input) => Add(new(ScoreOperation.Input, TypeOf(input), default, (int)input));

    public int Call(ScoreFunction function, ScoreType type, params int[] operands) =>
        Add(new(ScoreOperation.Call, type, operands.ToEquatableArray(), (int)function));

    public int Add(ScoreOperation operation, ScoreType type, params int[] operands) => Add(new(operation, type, operands.ToEquatableArray()));

    public int Add(ScoreNode node)
    {
        if (!_indices.TryGetValue(node, out int index))
        {
            index = _nodes.Count;
            _nodes.Add(node);
            _indices.Add(node, index);
        }
        return index;
    }

    /// <summary>Whether the step is there already, and where.</summary>
    public bool TryFind(ScoreNode node, out int index) => _indices.TryGetValue(node, out index);

    public ScoreGraph ToGraph() => new(_nodes.ToEquatableArray());

    /// <summary>The graph of the steps that one of them needs, which becomes the last.</summary>
    public ScoreGraph ToGraph(int result)
    {
        var needed = new bool[_nodes.Count];
        needed[result] = true;
        for (int i = result; i >= 0; i--)
        {
            if (!needed[i])
                continue;
            foreach (int operand in _nodes[i].Operands)
                needed[operand] = true;
            if (_nodes[i].Guard != ScoreNode.Unguarded)
                needed[_nodes[i].Guard] = true;
        }

        var kept = new List<ScoreNode>();
        int[] places = new int[result + 1];
        for (int i = 0; i <= result; i++)
        {
            if (!needed[i])
                continue;
            places[i] = kept.Count;
            ScoreNode node = _nodes[i];
            kept.Add(node with
            {
                Operands = node.Operands.Select(operand => places[operand]).ToEquatableArray(),
                Guard = node.Guard == ScoreNode.Unguarded ? ScoreNode.Unguarded : places[node.Guard],
            });
        }
        return new ScoreGraph(kept.ToEquatableArray());
    }

    private static ScoreType TypeOf(ScoreInput input) => input switch
    {
        ScoreInput.Score or ScoreInput.Slope or ScoreInput.Bias => ScoreType.Float,
        ScoreInput.Mask => ScoreType.Bool,
        _ => ScoreType.Int,
    };
}
