namespace SpecAttn;

/// <summary>Where query 0 stands among the keys when there are more keys than queries, or fewer.</summary>
public enum CausalAlignment
{
    /// <summary>The last query stands at the last (valid) key: query 0 is at position <c>keyLength − queryLength</c>.</summary>
    BottomRight,

    /// <summary>Query 0 stands at key 0.</summary>
    TopLeft,
}
