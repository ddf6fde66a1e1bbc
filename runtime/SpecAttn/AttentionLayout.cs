namespace SpecAttn;

/// <summary>Order of the dimensions of span arguments, outermost first; spans are contiguous in it.</summary>
public enum AttentionLayout
{
    /// <summary>[batch, length, heads, dim]: the heads of one token are neighbours.</summary>
    TokenMajor,

    /// <summary>[batch, heads, length, dim]: the tokens of one head are neighbours.</summary>
    HeadMajor,
}
