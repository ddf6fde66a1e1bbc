using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring;

/// <summary>
/// What is known of integers whatever the call: the smallest and the largest value that each node can have. By it steps that can fail in C#
/// are told from those that cannot, and divisions that are shifts from those that are more.
/// </summary>
internal sealed class ScoreRanges
{
    private static readonly Range s_any = new(int.MinValue, int.MaxValue);

    private readonly ScoreGraph _graph;
    private readonly Range[] _ranges;

    public ScoreRanges(ScoreGraph graph)
    {
        _graph = graph;
        _ranges = new Range[graph.Nodes.Count];
        for (int i = 0; i < _ranges.Length; i++)
        {
            Range range = graph.Nodes[i].Type == ScoreType.Int ? Find(graph.Nodes[i]) : s_any;
            _ranges[i] = range.Low < int.MinValue || range.High > int.MaxValue ? s_any : range; // It wraps around.
        }
    }

    /// <summary>Whether an integer is never below 0.</summary>
    public bool IsNotNegative(int node) => _ranges[node].Low >= 0;

    /// <summary>Whether the step has no result in C# for some operands, which then throws.</summary>
    public bool CanFail(ScoreNode node) => node.Operation switch
    {
        ScoreOperation.CapturedElement => true,
        ScoreOperation.Divide or ScoreOperation.Remainder => node.Type == ScoreType.Int && !IsHarmlessDivisor(_graph.Nodes[node.Operands[1]]),
        ScoreOperation.Call when node.Function == ScoreFunction.Abs => node.Type == ScoreType.Int && _ranges[node.Operands[0]].Low == int.MinValue,
        ScoreOperation.Call when node.Function == ScoreFunction.Clamp => !(_graph.Nodes[node.Operands[1]].IsConstant && _graph.Nodes[node.Operands[2]].IsConstant),
        _ => false,
    };

    /// <summary>Whether every dividend can be divided by it: it is not 0, and not −1, whose quotient with the smallest int is none.</summary>
    private static bool IsHarmlessDivisor(ScoreNode divisor) => divisor.IsConstant && divisor.Payload is not (0 or -1);

    private Range Find(ScoreNode node)
    {
        if (node.IsConstant)
            return new(node.Payload, node.Payload);
        if (node.Operation is ScoreOperation.CapturedLength || (node.Operation == ScoreOperation.Input && node.Source != ScoreInput.Query))
            return new(0, int.MaxValue);
        if (node.Operands.Count == 0 || node.Operands.Any(operand => _graph.Nodes[operand].Type == ScoreType.Float))
            return s_any;
        Range[] x = [.. node.Operands.Select(operand => _ranges[operand])];
        return node.Operation switch
        {
            ScoreOperation.Negate => new(-x[0].High, -x[0].Low),
            ScoreOperation.Complement => new(~x[0].High, ~x[0].Low),
            ScoreOperation.Add => new(x[0].Low + x[1].Low, x[0].High + x[1].High),
            ScoreOperation.Subtract => new(x[0].Low - x[1].High, x[0].High - x[1].Low),
            ScoreOperation.Divide when x[1].Low > 0 => new(Math.Min(x[0].Low / x[1].Low, 0), Math.Max(x[0].High / x[1].Low, 0)),
            ScoreOperation.Divide or ScoreOperation.Remainder when x[0].Low >= 0 && x[1].Low >= 0 => new(0, x[0].High),
            ScoreOperation.Remainder when x[1].Low > 0 => new(Math.Max(Math.Min(x[0].Low, 0), 1 - x[1].High), Math.Max(Math.Min(x[0].High, x[1].High - 1), 0)),
            ScoreOperation.And when x[0].Low >= 0 || x[1].Low >= 0 =>
                new(0, Math.Min(x[0].Low >= 0 ? x[0].High : int.MaxValue, x[1].Low >= 0 ? x[1].High : int.MaxValue)),
            ScoreOperation.Or when x[0].Low >= 0 && x[1].Low >= 0 => new(0, int.MaxValue),
            ScoreOperation.ShiftRight when x[1].Low == x[1].High => new(x[0].Low >> (int)(x[1].Low & 31), x[0].High >> (int)(x[1].Low & 31)),
            ScoreOperation.ShiftRight when x[0].Low >= 0 => new(0, x[0].High),
            ScoreOperation.Select => new(Math.Min(x[1].Low, x[2].Low), Math.Max(x[1].High, x[2].High)),
            ScoreOperation.Call when node.Function == ScoreFunction.Abs => new(0, Math.Min(Math.Max(-x[0].Low, x[0].High), int.MaxValue)),
            ScoreOperation.Call when node.Function == ScoreFunction.Min => new(Math.Min(x[0].Low, x[1].Low), Math.Min(x[0].High, x[1].High)),
            ScoreOperation.Call when node.Function == ScoreFunction.Max => new(Math.Max(x[0].Low, x[1].Low), Math.Max(x[0].High, x[1].High)),
            ScoreOperation.Call when node.Function == ScoreFunction.Clamp => new(x[1].Low, x[2].High),
            _ => s_any,
        };
    }

    private readonly record struct Range(long Low, long High);
}
