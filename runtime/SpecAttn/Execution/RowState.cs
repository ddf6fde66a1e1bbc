using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>What is known of a row besides its accumulators, in base 2: the largest score, and the sum of 2^(score − largest).</summary>
internal readonly record struct RowState(float Maximum, float Sum)
{
    // In double: a large maximum would otherwise lose its last bits in the change of base.
    private const double NaturalLogOf2 = 0.69314718055994531;

    /// <summary>Writes a finished row: output = accumulators / sum; a row that saw no key is 0, its logSumExp −∞.</summary>
    public unsafe void Store<TKernel>(ref readonly AttentionProblem problem, int batch, int query, int head, float* accumulators)
        where TKernel : struct, IAttentionKernel
    {
        float reciprocal = Sum == 0 ? 0 : 1 / Sum;
        Numbers.Multiply(accumulators, reciprocal, problem.Output.Head(batch, query, head), TKernel.ValueDim);

        if (problem.LogSumExp != null)
        {
            nint index = ((((nint)batch * problem.Heads) + head) * problem.QueryLength) + query;
            problem.LogSumExp[index] = Sum == 0 ? float.NegativeInfinity : (float)((Maximum * NaturalLogOf2) + Math.Log(Sum));
        }
    }
}
