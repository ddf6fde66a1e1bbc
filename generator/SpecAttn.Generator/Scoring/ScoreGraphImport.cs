using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring;

/// <summary>
/// Copies what some nodes of a graph need into another graph: with inputs replaced, with a guard before everything that can fail, and
/// without what a known condition makes superfluous.
/// </summary>
internal sealed class ScoreGraphImport
{
    private readonly ScoreGraphBuilder _target;
    private readonly ScoreGraph _source;
    private readonly ScoreRanges _ranges;
    private readonly int _guard;
    private readonly Dictionary<int, int> _copies = [];

    /// <param name="target">Takes the copies.</param>
    /// <param name="source">The graph that is copied from.</param>
    /// <param name="guard">Node of the target that must be true for anything that can fail.</param>
    public ScoreGraphImport(ScoreGraphBuilder target, ScoreGraph source, int guard = ScoreNode.Unguarded)
    {
        _target = target;
        _source = source;
        _ranges = new ScoreRanges(source);
        _guard = guard;
    }

    /// <summary>Puts a node of the target in the place of a node of the source.</summary>
    public void Replace(int node, int replacement) => _copies[node] = replacement;

    /// <summary>Puts a node of the target in the place of an input of the source.</summary>
    public void Replace(ScoreInput input, int replacement)
    {
        for (int i = 0; i < _source.Nodes.Count; i++)
        {
            if (_source.Nodes[i].Is(input))
                Replace(i, replacement);
        }
    }

    /// <summary>The copy of a node in the target, made with all that it needs.</summary>
    public int Copy(int index)
    {
        if (_copies.TryGetValue(index, out int copy))
            return copy;
        ScoreNode node = _source.Nodes[index];
        copy = AddSimplified(node with
        {
            Operands = node.Operands.Select(Copy).ToEquatableArray(),
            Guard = _ranges.CanFail(node) ? BothGuards(node.Guard) : ScoreNode.Unguarded,
        });
        _copies.Add(index, copy);
        return copy;
    }

    private int BothGuards(int guard)
    {
        int copy = guard == ScoreNode.Unguarded ? guard : Copy(guard);
        if (copy == ScoreNode.Unguarded || _guard == ScoreNode.Unguarded)
            return WithoutConstant(Math.Max(copy, _guard));
        return WithoutConstant(AddSimplified(new(ScoreOperation.And, ScoreType.Bool, ((int[])[_guard, copy]).ToEquatableArray())));

        int WithoutConstant(int node) => node != ScoreNode.Unguarded && IsConstant(node, true) ? ScoreNode.Unguarded : node;
    }

    /// <summary>Leaves out what constants decide.</summary>
    private int AddSimplified(ScoreNode node)
    {
        EquatableArray<int> operands = node.Operands;
        switch (node.Operation)
        {
            case ScoreOperation.Not when _target[operands[0]].IsConstant:
                return _target.Constant(IsConstant(operands[0], false));
            case ScoreOperation.And when node.Type == ScoreType.Bool:
                if (IsConstant(operands[0], true) || IsConstant(operands[1], false))
                    return operands[1];
                if (IsConstant(operands[1], true) || IsConstant(operands[0], false) || operands[0] == operands[1])
                    return operands[0];
                break;
            case ScoreOperation.Or when node.Type == ScoreType.Bool:
                if (IsConstant(operands[0], false) || IsConstant(operands[1], true))
                    return operands[1];
                if (IsConstant(operands[1], false) || IsConstant(operands[0], true) || operands[0] == operands[1])
                    return operands[0];
                break;
            case ScoreOperation.Select:
                if (IsConstant(operands[0], true) || operands[1] == operands[2])
                    return operands[1];
                if (IsConstant(operands[0], false))
                    return operands[2];
                break;
        }
        return _target.Add(node);
    }

    private bool IsConstant(int index, bool value) =>
        _target[index] is { Operation: ScoreOperation.Constant, Type: ScoreType.Bool } node && node.Payload != 0 == value;
}
