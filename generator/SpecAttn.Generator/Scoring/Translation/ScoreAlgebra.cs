using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>
/// Adds steps to a graph in their simplest form, so that analysis and emission meet few shapes: constants are folded, conditions are
/// made of comparisons with and, or, exclusive or and not, and neither comparisons of conditions nor choices between conditions occur.
/// </summary>
internal sealed class ScoreAlgebra(ScoreGraphBuilder graph)
{
    public ScoreGraphBuilder Graph => graph;

    public ScoreType TypeOf(int node) => graph[node].Type;

    /// <summary>Whether the node is a constant, and if so its bits.</summary>
    public bool IsConstant(int node, out int bits)
    {
        bits = graph[node].Payload;
        return graph[node].Operation == ScoreOperation.Constant;
    }

    public bool IsTrue(int node) => IsConstant(node, out int bits) && TypeOf(node) == ScoreType.Bool && bits != 0;

    public bool IsFalse(int node) => IsConstant(node, out int bits) && TypeOf(node) == ScoreType.Bool && bits == 0;

    /// <summary>0, or false: what stands in for a value that could not be translated.</summary>
    public int Default(ScoreType type) => graph.Add(new ScoreNode(ScoreOperation.Constant, type, default));

    public int Not(int condition)
    {
        ScoreNode node = graph[condition];
        return node switch
        {
            { Operation: ScoreOperation.Constant } => graph.Constant(node.Payload == 0),
            { Operation: ScoreOperation.Not } => node.Operands[0],
            { Operation: ScoreOperation.Equal } => Compare(ScoreOperation.NotEqual, node.Operands[0], node.Operands[1]),
            { Operation: ScoreOperation.NotEqual } => Compare(ScoreOperation.Equal, node.Operands[0], node.Operands[1]),

            // Not of floats: a comparison with NaN is false, and so is the opposite one.
            { Operation: ScoreOperation.LessThan } when TypeOf(node.Operands[0]) == ScoreType.Int =>
                Compare(ScoreOperation.LessThanOrEqual, node.Operands[1], node.Operands[0]),
            { Operation: ScoreOperation.LessThanOrEqual } when TypeOf(node.Operands[0]) == ScoreType.Int =>
                Compare(ScoreOperation.LessThan, node.Operands[1], node.Operands[0]),
            _ => graph.Add(ScoreOperation.Not, ScoreType.Bool, condition),
        };
    }

    public int And(int left, int right)
    {
        if (left == right || IsTrue(right) || IsFalse(left))
            return left;
        if (IsTrue(left) || IsFalse(right))
            return right;
        return graph.Add(ScoreOperation.And, ScoreType.Bool, left, right);
    }

    public int Or(int left, int right)
    {
        if (left == right || IsTrue(left) || IsFalse(right))
            return left;
        if (IsFalse(left) || IsTrue(right))
            return right;
        return graph.Add(ScoreOperation.Or, ScoreType.Bool, left, right);
    }

    public int ExclusiveOr(int left, int right)
    {
        if (left == right)
            return graph.Constant(false);
        if (IsConstant(left, out int bits))
            return bits == 0 ? right : Not(right);
        if (IsConstant(right, out bits))
            return bits == 0 ? left : Not(left);
        return graph.Add(ScoreOperation.ExclusiveOr, ScoreType.Bool, left, right);
    }

    public int Select(int condition, int whenTrue, int whenFalse)
    {
        if (whenTrue == whenFalse || IsTrue(condition))
            return whenTrue;
        if (IsFalse(condition))
            return whenFalse;
        if (TypeOf(whenTrue) != ScoreType.Bool)
            return graph.Add(ScoreOperation.Select, TypeOf(whenTrue), condition, whenTrue, whenFalse);
        return IsConstant(whenTrue, out int bits)
            ? bits != 0 ? Or(condition, whenFalse) : And(Not(condition), whenFalse)
            : IsConstant(whenFalse, out bits)
                ? bits != 0 ? Or(Not(condition), whenTrue) : And(condition, whenTrue)
                : Or(And(condition, whenTrue), And(Not(condition), whenFalse));
    }

    /// <param name="operation">One of the comparisons, of which conditions have only the first two.</param>
    /// <param name="left">Left operand.</param>
    /// <param name="right">Right operand, of the same type.</param>
    public int Compare(ScoreOperation operation, int left, int right)
    {
        if (TypeOf(left) == ScoreType.Bool)
        {
            int differ = ExclusiveOr(left, right);
            return operation == ScoreOperation.Equal ? Not(differ) : differ;
        }
        if (IsConstant(left, out int one) && IsConstant(right, out int other))
        {
            return graph.Constant(TypeOf(left) == ScoreType.Int
                ? ConstantArithmetic.Compare(operation, one, other)
                : ConstantArithmetic.Compare(operation, ConstantArithmetic.ToFloat(one), ConstantArithmetic.ToFloat(other)));
        }
        return graph.Add(operation, ScoreType.Bool, left, right);
    }

    /// <summary>Arithmetic, bit operations and conversions of one operand.</summary>
    public int Unary(ScoreOperation operation, ScoreType type, int operand) =>
        IsConstant(operand, out int bits)
            ? Constant(type, ConstantArithmetic.Unary(operation, TypeOf(operand), bits))
            : graph.Add(operation, type, operand);

    /// <summary>Arithmetic, bit operations and shifts of two operands of one type, which is not bool.</summary>
    public int Binary(ScoreOperation operation, int left, int right, Guard? guard)
    {
        ScoreType type = TypeOf(left);
        bool isFixed = IsConstant(right, out int other);
        if (isFixed && IsConstant(left, out int one) && ConstantArithmetic.Binary(operation, type, one, other) is { } result)
            return Constant(type, result);

        bool canFail = type == ScoreType.Int && operation is ScoreOperation.Divide or ScoreOperation.Remainder && !(isFixed && other != 0);
        return canFail
            ? Fallible(new ScoreNode(operation, type, new[] { left, right }.ToEquatableArray()), guard)
            : graph.Add(operation, type, left, right);
    }

    public int Call(ScoreFunction function, ScoreType type, Guard? guard, params int[] arguments)
    {
        var node = new ScoreNode(ScoreOperation.Call, type, arguments.ToEquatableArray(), (int)function);
        bool canFail = (function == ScoreFunction.Abs && type == ScoreType.Int) || function == ScoreFunction.Clamp;
        return canFail ? Fallible(node, guard) : graph.Add(node);
    }

    /// <summary>Adds a step that can fail, unless it is carried out already wherever this one is.</summary>
    public int Fallible(ScoreNode node, Guard? guard)
    {
        for (Guard? outer = guard; outer is not null; outer = outer.Outer)
        {
            if (graph.TryFind(node with { Guard = outer.Condition }, out int index))
                return index;
        }
        if (guard is null || graph.TryFind(node, out _))
            return graph.Add(node);
        return graph.Add(node with { Guard = guard.Condition });
    }

    private int Constant(ScoreType type, int bits) => graph.Add(new ScoreNode(ScoreOperation.Constant, type, default, bits));
}

/// <summary>What must hold where a step is carried out.</summary>
/// <param name="Condition">A node: all of it, the conditions further out included.</param>
/// <param name="Outer">What must hold around; null where nothing must.</param>
internal sealed record Guard(int Condition, Guard? Outer);
