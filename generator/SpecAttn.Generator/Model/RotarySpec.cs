namespace SpecAttn.Generator.Model;

/// <summary>Rotary embedding of queries and keys.</summary>
/// <param name="Style">Which elements make a pair.</param>
/// <param name="Dim">Leading elements of a head that are turned, even; 0 without rotary embedding.</param>
internal sealed record RotarySpec(RotaryStyle Style, int Dim)
{
    public static RotarySpec None { get; } = new(RotaryStyle.None, 0);

    public bool IsUsed => Style != RotaryStyle.None;
}
