namespace SpecAttn;

/// <summary>How rotary position embedding pairs the elements of a head (Su et al. 2021, RoFormer).</summary>
public enum RotaryStyle
{
    /// <summary>No rotary embedding.</summary>
    None,

    /// <summary>Element i is paired with element i + rotaryDim/2 (GPT-NeoX, Hugging Face Llama).</summary>
    HalfSplit,

    /// <summary>Element 2i is paired with element 2i + 1 (the paper, llama2.c).</summary>
    Interleaved,
}
