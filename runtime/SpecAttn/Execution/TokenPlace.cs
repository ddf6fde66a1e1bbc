namespace SpecAttn.Execution;

/// <summary>Some keys, or values, of a sequence.</summary>
/// <param name="IsOfKeys">Whether it is keys, or values.</param>
/// <param name="Token">The first one; beyond the last token there are none.</param>
/// <param name="KeyValueHead">Of which key/value head.</param>
internal readonly record struct TokenPlace(bool IsOfKeys, int Token, int KeyValueHead)
{
    public static TokenPlace None => new(IsOfKeys: true, int.MaxValue, 0);
}
