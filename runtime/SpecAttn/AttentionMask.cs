namespace SpecAttn;

/// <summary>Which keys a query may attend to, before any other mask is applied.</summary>
public enum AttentionMask
{
    /// <summary>Every query sees every key.</summary>
    None,

    /// <summary>The query at position <c>p</c> sees the keys <c>0..p</c>, itself included.</summary>
    Causal,
}
