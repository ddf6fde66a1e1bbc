using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Whether the classification of blocks, which looks at each comparison by itself, can call a block mixed although all its pairs agree.
/// </summary>
internal sealed class BlockExactness
{
    private readonly ScoreGraph _graph;
    private readonly bool[] _isOpen;
    private readonly bool[] _isLinear;
    private readonly int[] _queries;
    private readonly int[] _keys;

    private BlockExactness(ScoreGraph graph)
    {
        _graph = graph;
        int count = graph.Nodes.Count;
        (_isOpen, _isLinear, _queries, _keys) = (new bool[count], new bool[count], new int[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            ScoreNode node = graph.Nodes[i];
            _isOpen[i] = BlockClassEmitter.IsOpen(node) || node.Operands.Any(operand => _isOpen[operand]);
            _queries[i] = node.Is(ScoreInput.Query) ? 1 : Math.Min(2, node.Operands.Sum(operand => _queries[operand]));
            _keys[i] = node.Is(ScoreInput.Key) ? 1 : Math.Min(2, node.Operands.Sum(operand => _keys[operand]));
            _isLinear[i] = node.Type == ScoreType.Int && node.Operands.All(operand => _isLinear[operand]) && node.Operation switch
            {
                ScoreOperation.Constant or ScoreOperation.Input or ScoreOperation.CapturedScalar or ScoreOperation.Add or ScoreOperation.Subtract => true,
                ScoreOperation.Call => node.Function is ScoreFunction.Min or ScoreFunction.Max,
                _ => false,
            };
        }
    }

    /// <summary>
    /// Whether parts of a mixed block can show that it is not. They cannot where data decide; and they need not where comparisons of the
    /// distance of query and key hold together, as of causal masks and windows.
    /// </summary>
    public static bool NeedsParts(ScoreGraph graph, int visible)
    {
        var exactness = new BlockExactness(graph);
        return !exactness._isOpen[visible] && !exactness.IsOfDistance(visible);
    }

    private bool IsOfDistance(int index)
    {
        ScoreNode node = _graph.Nodes[index];
        return node.Operation switch
        {
            ScoreOperation.And => node.Operands.All(IsOfDistance),
            ScoreOperation.LessThan or ScoreOperation.LessThanOrEqual =>
                node.Operands.All(operand => _isLinear[operand])
                && node.Operands.Sum(operand => _queries[operand]) == 1
                && node.Operands.Sum(operand => _keys[operand]) == 1,
            _ => false,
        };
    }
}
