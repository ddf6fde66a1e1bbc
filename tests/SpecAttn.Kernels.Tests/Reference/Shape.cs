namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>The lengths of one call.</summary>
/// <param name="KeyLengths">Valid keys of each sequence; null: all of them.</param>
/// <param name="QueryOffsets">Position of query 0 of each sequence among its keys; null: the declared alignment decides.</param>
internal sealed record Shape(int Batch, int QueryLength, int KeyLength, int[]? KeyLengths = null, int[]? QueryOffsets = null)
{
    public override string ToString()
    {
        string text = $"{Batch} x {QueryLength} queries, {KeyLength} keys";
        if (KeyLengths != null)
            text += $", keyLengths [{string.Join(' ', KeyLengths)}]";
        if (QueryOffsets != null)
            text += $", queryOffsets [{string.Join(' ', QueryOffsets)}]";
        return text;
    }
}
