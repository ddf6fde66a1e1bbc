namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>Steps whose operands are known, computed as C# does.</summary>
internal static class ConstantArithmetic
{
    public static float ToFloat(int bits) => BitConverter.ToSingle(BitConverter.GetBytes(bits), 0);

    public static int ToBits(float value) => BitConverter.ToInt32(BitConverter.GetBytes(value), 0);

    public static bool Compare(ScoreOperation operation, int left, int right) => operation switch
    {
        ScoreOperation.Equal => left == right,
        ScoreOperation.NotEqual => left != right,
        ScoreOperation.LessThan => left < right,
        ScoreOperation.LessThanOrEqual => left <= right,
        _ => throw Unexpected(operation),
    };

    public static bool Compare(ScoreOperation operation, float left, float right) => operation switch
    {
        ScoreOperation.Equal => left == right,
        ScoreOperation.NotEqual => left != right,
        ScoreOperation.LessThan => left < right,
        ScoreOperation.LessThanOrEqual => left <= right,
        _ => throw Unexpected(operation),
    };

    /// <returns>The bits of the result.</returns>
    public static int Unary(ScoreOperation operation, ScoreType operandType, int bits) => (operation, operandType) switch
    {
        (ScoreOperation.Negate, ScoreType.Int) => unchecked(-bits),
        (ScoreOperation.Negate, ScoreType.Float) => bits ^ int.MinValue,
        (ScoreOperation.Complement, ScoreType.Int) => ~bits,
        (ScoreOperation.IntToFloat, ScoreType.Int) => ToBits(bits),
        (ScoreOperation.FloatToInt, ScoreType.Float) => Truncate(ToFloat(bits)),
        _ => throw Unexpected(operation),
    };

    /// <returns>The bits of the result; null where the step fails.</returns>
    public static int? Binary(ScoreOperation operation, ScoreType type, int left, int right) =>
        type == ScoreType.Int ? Integer(operation, left, right) : ToBits(Float(operation, ToFloat(left), ToFloat(right)));

    private static int? Integer(ScoreOperation operation, int left, int right) => unchecked(operation switch
    {
        ScoreOperation.Add => left + right,
        ScoreOperation.Subtract => left - right,
        ScoreOperation.Multiply => left * right,
        ScoreOperation.Divide or ScoreOperation.Remainder when right == 0 || (left == int.MinValue && right == -1) => null,
        ScoreOperation.Divide => left / right,
        ScoreOperation.Remainder => left % right,
        ScoreOperation.And => left & right,
        ScoreOperation.Or => left | right,
        ScoreOperation.ExclusiveOr => left ^ right,
        ScoreOperation.ShiftLeft => left << right,
        ScoreOperation.ShiftRight => left >> right,
        ScoreOperation.ShiftRightUnsigned => (int)((uint)left >> right),
        _ => throw Unexpected(operation),
    });

    private static float Float(ScoreOperation operation, float left, float right) => operation switch
    {
        ScoreOperation.Add => left + right,
        ScoreOperation.Subtract => left - right,
        ScoreOperation.Multiply => left * right,
        ScoreOperation.Divide => left / right,
        _ => throw Unexpected(operation),
    };

    private static int Truncate(float value) => value switch
    {
        float.NaN => 0,
        >= 2147483648f => int.MaxValue,
        < -2147483648f => int.MinValue,
        _ => (int)value,
    };

    private static InvalidOperationException Unexpected(ScoreOperation operation) => new($"'{operation}' is not for these operands.");
}
