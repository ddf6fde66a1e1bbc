using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>Computes a graph for one query and one key, step by step: what the vector code of a kernel has to agree with.</summary>
internal static class GraphInterpreter
{
    /// <returns>A float or a bool.</returns>
    /// <exception cref="IndexOutOfRangeException">An element is not in its span, and nothing stood before it.</exception>
    /// <exception cref="DivideByZeroException">The same of a division.</exception>
    public static object Run(ScoreGraph graph, int result, IReadOnlyList<CapturedParameter> captured, FunctionArguments arguments)
    {
        // All values as bits.
        int[] values = new int[graph.Nodes.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ScoreNode node = graph.Nodes[i];
            Assert.All(node.Operands.Append(node.Guard == ScoreNode.Unguarded ? 0 : node.Guard), operand => Assert.InRange(operand, 0, Math.Max(0, i - 1)));
            if (node.Guard != ScoreNode.Unguarded)
                Assert.Equal(ScoreType.Bool, graph.Nodes[node.Guard].Type);
            if (node.Guard == ScoreNode.Unguarded || values[node.Guard] != 0)
                values[i] = Step(graph, node, [.. node.Operands.Select(operand => values[operand])], captured, arguments);
        }
        return graph.Nodes[result].Type switch
        {
            ScoreType.Float => BitConverter.Int32BitsToSingle(values[result]),
            ScoreType.Bool => values[result] != 0,
            _ => values[result],
        };
    }

    private static int Step(ScoreGraph graph, ScoreNode node, int[] x, IReadOnlyList<CapturedParameter> captured, FunctionArguments a)
    {
        bool isFloat = node.Operands.Count > 0 && graph.Nodes[node.Operands[^1]].Type == ScoreType.Float;
        float[] f = [.. x.Select(BitConverter.Int32BitsToSingle)];
        return node.Operation switch
        {
            ScoreOperation.Constant => node.Payload,
            ScoreOperation.Input => Input((ScoreInput)node.Payload, a),
            ScoreOperation.CapturedScalar => Scalar(captured[node.Payload], a),
            ScoreOperation.CapturedElement => captured[node.Payload].Name == "offsets" ? a.Offsets[x[0]] : Bits(a.Table[x[0]]),
            ScoreOperation.CapturedLength => captured[node.Payload].Name == "offsets" ? a.Offsets.Length : a.Table.Length,
            ScoreOperation.Negate => isFloat ? Bits(-f[0]) : -x[0],
            ScoreOperation.Complement => ~x[0],
            ScoreOperation.Not => x[0] ^ 1,
            ScoreOperation.IntToFloat => Bits(x[0]),
            ScoreOperation.FloatToInt => float.ConvertToInteger<int>(f[0]),
            ScoreOperation.Add => isFloat ? Bits(f[0] + f[1]) : x[0] + x[1],
            ScoreOperation.Subtract => isFloat ? Bits(f[0] - f[1]) : x[0] - x[1],
            ScoreOperation.Multiply => isFloat ? Bits(f[0] * f[1]) : x[0] * x[1],
            ScoreOperation.Divide => isFloat ? Bits(f[0] / f[1]) : x[0] / x[1],
            ScoreOperation.Remainder => x[0] % x[1],
            ScoreOperation.And => x[0] & x[1],
            ScoreOperation.Or => x[0] | x[1],
            ScoreOperation.ExclusiveOr => x[0] ^ x[1],
            ScoreOperation.ShiftLeft => x[0] << x[1],
            ScoreOperation.ShiftRight => x[0] >> x[1],
            ScoreOperation.ShiftRightUnsigned => x[0] >>> x[1],
            ScoreOperation.Equal => Bit(isFloat ? f[0] == f[1] : x[0] == x[1]),
            ScoreOperation.NotEqual => Bit(isFloat ? f[0] != f[1] : x[0] != x[1]),
            ScoreOperation.LessThan => Bit(isFloat ? f[0] < f[1] : x[0] < x[1]),
            ScoreOperation.LessThanOrEqual => Bit(isFloat ? f[0] <= f[1] : x[0] <= x[1]),
            ScoreOperation.Select => x[0] != 0 ? x[1] : x[2],
            ScoreOperation.Call => isFloat ? Bits(Call((ScoreFunction)node.Payload, f)) : Call((ScoreFunction)node.Payload, x),
            _ => throw new InvalidOperationException($"{node.Operation} is not an operation."),
        };
    }

    private static int Input(ScoreInput input, FunctionArguments a) => input switch
    {
        ScoreInput.Score => Bits(a.Score),
        ScoreInput.Batch => a.Batch,
        ScoreInput.Head => a.Head,
        ScoreInput.KeyValueHead => a.KeyValueHead,
        ScoreInput.Query => a.Query,
        ScoreInput.Key => a.Key,
        ScoreInput.QueryLength => a.QueryLength,
        ScoreInput.KeyLength => a.KeyLength,
        _ => throw new InvalidOperationException($"No function asks for {input}."),
    };

    private static int Scalar(CapturedParameter parameter, FunctionArguments a) => (parameter.Name, parameter.Type) switch
    {
        ("rate", ScoreType.Float) => Bits(a.Rate),
        ("flag", ScoreType.Bool) => Bit(a.Flag),
        ("temperature", ScoreType.Float) => Bits((float)a.Temperature),
        ("temperature", ScoreType.Int) => (int)a.Temperature,
        ("seed", ScoreType.Float) => Bits(a.Seed),
        ("seed", ScoreType.Int) => (int)a.Seed,
        ("level", ScoreType.Float) => Bits(a.Level),
        ("level", ScoreType.Int) => a.Level,
        _ => throw new InvalidOperationException($"There is no {parameter}."),
    };

    private static float Call(ScoreFunction function, float[] x) => function switch
    {
        ScoreFunction.Abs => MathF.Abs(x[0]),
        ScoreFunction.Min => MathF.Min(x[0], x[1]),
        ScoreFunction.Max => MathF.Max(x[0], x[1]),
        ScoreFunction.Clamp => Math.Clamp(x[0], x[1], x[2]),
        ScoreFunction.Sqrt => MathF.Sqrt(x[0]),
        ScoreFunction.Exp => MathF.Exp(x[0]),
        ScoreFunction.Log => MathF.Log(x[0]),
        ScoreFunction.Pow => MathF.Pow(x[0], x[1]),
        ScoreFunction.Tanh => MathF.Tanh(x[0]),
        ScoreFunction.Sin => MathF.Sin(x[0]),
        ScoreFunction.Cos => MathF.Cos(x[0]),
        ScoreFunction.Floor => MathF.Floor(x[0]),
        ScoreFunction.Ceiling => MathF.Ceiling(x[0]),
        ScoreFunction.Round => MathF.Round(x[0]),
        ScoreFunction.Truncate => MathF.Truncate(x[0]),
        ScoreFunction.FusedMultiplyAdd => MathF.FusedMultiplyAdd(x[0], x[1], x[2]),
        _ => throw new InvalidOperationException($"{function} is not a function."),
    };

    private static int Call(ScoreFunction function, int[] x) => function switch
    {
        ScoreFunction.Abs => Math.Abs(x[0]),
        ScoreFunction.Min => Math.Min(x[0], x[1]),
        ScoreFunction.Max => Math.Max(x[0], x[1]),
        ScoreFunction.Clamp => Math.Clamp(x[0], x[1], x[2]),
        _ => throw new InvalidOperationException($"{function} is not a function of integers."),
    };

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private static int Bit(bool value) => value ? 1 : 0;
}
