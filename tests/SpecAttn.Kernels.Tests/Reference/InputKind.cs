namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>What the numbers of a problem are like.</summary>
public enum InputKind
{
    /// <summary>Queries, keys and values uniform with variance 1.</summary>
    Ordinary,

    /// <summary>Scores of about ±80, where exp in fp32 without a maximum would overflow.</summary>
    LargeScores,

    /// <summary>Scores of about ±10 000.</summary>
    HugeScores,

    /// <summary>All keys of a sequence are the same, so that the output is the mean of the values.</summary>
    EqualScores,

    /// <summary>One key has nearly all of the weight.</summary>
    DominatingKey,

    /// <summary>Queries, keys and values are subnormal.</summary>
    Subnormal,
}
