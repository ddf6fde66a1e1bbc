namespace SpecAttn.Execution;

/// <summary>Which tensor of a call is meant.</summary>
internal enum TensorRole
{
    Query,
    Key,
    Value,
    QueryKeyValue,
    Output,
}

/// <summary>What the attribute fixes of a tensor's shape.</summary>
/// <param name="Role">Which tensor.</param>
/// <param name="Layout">Order of its dimensions.</param>
/// <param name="Heads">Heads of a token.</param>
/// <param name="Dim">Elements of a head.</param>
internal readonly record struct ShapeDescription(TensorRole Role, AttentionLayout Layout, long Heads, int Dim);
