namespace SpecAttn;

/// <summary>
/// Declares the mathematics of an attention method. The method is <c>partial</c> and returns <c>void</c>; the generator writes its body.
/// Which inputs and outputs it takes is read from its own parameter list, by name and type.
/// </summary>
/// <param name="heads">Number of query heads, at least 1.</param>
/// <param name="headDim">Elements of one query or key head, 1 to 1024.</param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class AttentionAttribute(int heads, int headDim) : Attribute
{
    /// <summary>Number of query heads.</summary>
    public int Heads { get; } = heads;

    /// <summary>Elements of one query or key head.</summary>
    public int HeadDim { get; } = headDim;

    /// <summary>Number of key/value heads; divides <see cref="Heads"/>. 0 (the default) means as many as query heads; 1 is multi-query attention.</summary>
    public int KeyValueHeads { get; set; }

    /// <summary>Elements of one value or output head, 1 to 1024. 0 (the default) means <see cref="HeadDim"/>.</summary>
    public int ValueDim { get; set; }

    /// <summary>Which keys a query may attend to. Default: all.</summary>
    public AttentionMask Mask { get; set; }

    /// <summary>
    /// With <see cref="AttentionMask.Causal"/>: a query sees only the last <c>Window</c> keys, itself included; with
    /// <see cref="AttentionMask.None"/>: the keys at a distance below <c>Window</c> on either side. 0 (the default) means no window.
    /// </summary>
    public int Window { get; set; }

    /// <summary>Where query 0 stands among the keys when the lengths differ. Default: the last query is at the last key.</summary>
    public CausalAlignment Alignment { get; set; }

    /// <summary>Factor on the scores. NaN (the default) means 1/sqrt(<see cref="HeadDim"/>).</summary>
    public float Scale { get; set; } = float.NaN;

    /// <summary>c in c·tanh(score/c), applied after the scale. 0 (the default) means off.</summary>
    public float Softcap { get; set; }

    /// <summary>Adds slope[head]·(key − query position) to the scores (Press et al. 2022, ALiBi).</summary>
    public bool Alibi { get; set; }

    /// <summary>Rotary embedding of query and key as they are loaded; needs the parameters <c>cos</c> and <c>sin</c>.</summary>
    public RotaryStyle Rotary { get; set; }

    /// <summary>How many leading elements of a head are rotated, even. 0 (the default) means <see cref="HeadDim"/>.</summary>
    public int RotaryDim { get; set; }

    /// <summary>Layout of span arguments. Default: [batch, length, heads, dim].</summary>
    public AttentionLayout Layout { get; set; }

    /// <summary>Query heads that are not computed; their output is 0.</summary>
    public int[]? PrunedHeads { get; set; }

    /// <summary><c>nameof</c> of the user's score function.</summary>
    public string? Score { get; set; }

    /// <summary><c>nameof</c> of the user's visibility function.</summary>
    public string? Visible { get; set; }

    /// <summary>What the <c>weights</c> output holds. Default: probabilities.</summary>
    public ScoreStage Weights { get; set; }

    /// <summary>How far kernels are unrolled. Default: what measured fastest.</summary>
    public Unroll Unroll { get; set; }
}
