namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>What the numbers of a problem are like.</summary>
public enum InputKind
{
    /// <summary>Queries, keys and values uniform with variance 1.</summary>
    Ordinary,

    /// <summary>Scores a few apart from each other, all near 80 or near −80, where exp in fp32 without a maximum would overflow.</summary>
    LargeScores,

    /// <summary>Scores a few apart from each other, all near 10 000 or near −10 000.</summary>
    HugeScores,

    /// <summary>Scores of standard deviation 40.</summary>
    WideScores,

    /// <summary>Scores of standard deviation 5000: most weights are exactly 0.</summary>
    VeryWideScores,

    /// <summary>All keys of a sequence are the same, so that the output is the mean of the values.</summary>
    EqualScores,

    /// <summary>One key has nearly all of the weight.</summary>
    DominatingKey,

    /// <summary>Queries, keys and values are subnormal.</summary>
    Subnormal,
}
