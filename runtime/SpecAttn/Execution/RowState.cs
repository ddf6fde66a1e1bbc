using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>What is known of a row besides its accumulators, in base 2: the largest score, and the sum of 2^(score − largest).</summary>
internal readonly record struct RowState(float Maximum, float Sum)
{
    // In double: a large maximum would otherwise lose its last bits in the change of base.
    private const double NaturalLogOf2 = 0.69314718055994531;

    /// <summary>
    /// What turns accumulators (and weights) into results, and the logarithm of the softmax's denominator, which a sink is part of.
    /// A row that saw neither a key nor a sink has 0 and −∞.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe (float Factor, float LogSumExp) Finish(ref readonly AttentionProblem problem, int head)
    {
        if (problem.Sinks != null)
            return FinishBeside(problem.Sinks[head]);
        return problem.LogSumExp == null ? (Sum == 0 ? 0 : 1 / Sum, 0) : FinishAlone();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (float Factor, float LogSumExp) FinishBeside(float sink)
    {
        if (float.IsNegativeInfinity(sink))
            return FinishAlone();
        double binarySink = sink / NaturalLogOf2;
        double largest = Math.Max(Maximum, binarySink);
        double own = Math.Pow(2, Maximum - largest);
        double denominator = (own * Sum) + Math.Pow(2, binarySink - largest);
        return ((float)(own / denominator), (float)((largest * NaturalLogOf2) + Math.Log(denominator)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (float Factor, float LogSumExp) FinishAlone() =>
        Sum == 0 ? (0, float.NegativeInfinity) : (1 / Sum, (float)((Maximum * NaturalLogOf2) + Math.Log(Sum)));

    /// <summary>Writes a finished row: output = accumulators / denominator.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Store<TKernel>(ref readonly AttentionProblem problem, int batch, int query, int head, float* accumulators)
        where TKernel : struct, IAttentionKernel
    {
        (float factor, float logSumExp) = Finish(in problem, head);
        Numbers.Multiply(accumulators, factor, problem.Output.FloatHead(batch, query, head), TKernel.ValueDim);

        if (problem.LogSumExp != null)
            problem.LogSumExp[problem.LogSumExpIndex(batch, query, head)] = logSumExp;
    }

    /// <summary>Writes a row of a head that is not computed.</summary>
    public static unsafe void StorePruned<TKernel>(ref readonly AttentionProblem problem, int batch, int query, int head)
        where TKernel : struct, IAttentionKernel
    {
        new Span<float>(problem.Output.FloatHead(batch, query, head), TKernel.ValueDim).Clear();
        if (problem.LogSumExp != null)
            problem.LogSumExp[problem.LogSumExpIndex(batch, query, head)] = float.NegativeInfinity;
        if (problem.HasWeights)
            new Span<float>((float*)problem.Weights.Data + problem.Weights.Row(batch, head, query), problem.KeyLength).Clear();
    }
}
