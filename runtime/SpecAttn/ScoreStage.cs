namespace SpecAttn;

/// <summary>What the <c>weights</c> output of an attention method holds.</summary>
public enum ScoreStage
{
    /// <summary>The weights after softmax; a hidden key has 0.</summary>
    Probabilities,

    /// <summary>The scores after the scale.</summary>
    Scaled,

    /// <summary>The scores after softcap and the user's score function.</summary>
    Capped,

    /// <summary>The scores after bias and masks; a hidden key has −∞.</summary>
    Biased,
}
