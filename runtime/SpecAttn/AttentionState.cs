namespace SpecAttn;

/// <summary>
/// Partial results of attention: with its logSumExp, an output over some of the keys can be combined with those over the others. So the
/// keys of a call may be divided among threads, processes or machines.
/// </summary>
public static class AttentionState
{
    private const int Step = 64;

    /// <summary>Combines the results over shards of the keys into that over all keys: exact, but for rounding.</summary>
    /// <param name="outputs">
    /// [shards, batch, queryLength, heads, valueDim], the outputs of the shards one behind the other; of <see cref="AttentionLayout.HeadMajor"/>
    /// kernels [shards, batch, heads, queryLength, valueDim]. Where a shard's logSumExp is −∞ (it has no key that the query sees) its output
    /// is not read.
    /// </param>
    /// <param name="logSumExps">[shards, batch, heads, queryLength], natural logarithms.</param>
    /// <param name="output">One shard of <paramref name="outputs"/> in size; may be the memory of one of them.</param>
    /// <param name="logSumExp">One shard of <paramref name="logSumExps"/> in size; may be the memory of one of them.</param>
    /// <param name="heads">Number of query heads.</param>
    /// <param name="queryLength">Queries of a sequence.</param>
    /// <param name="layout">The layout of the outputs.</param>
    /// <exception cref="ArgumentException">
    /// The lengths do not go together, or an output overlaps an input otherwise than by being one of its shards.
    /// </exception>
    public static void Merge(
        ReadOnlySpan<float> outputs,
        ReadOnlySpan<float> logSumExps,
        Span<float> output,
        Span<float> logSumExp,
        int heads,
        int queryLength = 1,
        AttentionLayout layout = AttentionLayout.TokenMajor)
    {
        int valueDim = CheckResult(output, logSumExp, heads, queryLength);
        int shards = CountShards(nameof(outputs), outputs.Length, nameof(output), output.Length);
        if (logSumExps.Length != (long)shards * logSumExp.Length)
        {
            throw new ArgumentException(
                $"logSumExps has {logSumExps.Length} elements, expected {(long)shards * logSumExp.Length} = shards {shards} × {logSumExp.Length} as logSumExp has.",
                nameof(logSumExps));
        }
        CheckOverlap(outputs, output, nameof(output), nameof(outputs));
        CheckOverlap(logSumExps, logSumExp, nameof(logSumExp), nameof(logSumExps));
        CheckApart(output, logSumExps, nameof(output), nameof(logSumExps));
        CheckApart(logSumExp, outputs, nameof(logSumExp), nameof(outputs));
        CheckApart(output, logSumExp, nameof(output), nameof(logSumExp));

        for (int row = 0; row < logSumExp.Length; row++)
        {
            int first = RowOf(row, heads, queryLength, layout) * valueDim;
            logSumExp[row] = MergeRow(
                outputs, output.Length, first, logSumExps, logSumExp.Length, row, shards, output.Slice(first, valueDim));
        }
    }

    /// <summary>
    /// Takes the result over one more shard of the keys into that over the others; to begin with, <paramref name="output"/> may be anything
    /// where <paramref name="logSumExp"/> is −∞.
    /// </summary>
    /// <param name="shardOutput">[batch, queryLength, heads, valueDim], or in the order of the <paramref name="layout"/>.</param>
    /// <param name="shardLogSumExp">[batch, heads, queryLength], natural logarithms.</param>
    /// <param name="output">As <paramref name="shardOutput"/>; combined in place.</param>
    /// <param name="logSumExp">As <paramref name="shardLogSumExp"/>; combined in place.</param>
    /// <param name="heads">Number of query heads.</param>
    /// <param name="queryLength">Queries of a sequence.</param>
    /// <param name="layout">The layout of the outputs.</param>
    /// <exception cref="ArgumentException">The lengths do not go together, or spans overlap.</exception>
    public static void Accumulate(
        ReadOnlySpan<float> shardOutput,
        ReadOnlySpan<float> shardLogSumExp,
        Span<float> output,
        Span<float> logSumExp,
        int heads,
        int queryLength = 1,
        AttentionLayout layout = AttentionLayout.TokenMajor)
    {
        int valueDim = CheckResult(output, logSumExp, heads, queryLength);
        if (shardOutput.Length != output.Length)
            throw new ArgumentException($"shardOutput has {shardOutput.Length} elements, expected {output.Length} as output has.", nameof(shardOutput));
        if (shardLogSumExp.Length != logSumExp.Length)
        {
            throw new ArgumentException(
                $"shardLogSumExp has {shardLogSumExp.Length} elements, expected {logSumExp.Length} as logSumExp has.", nameof(shardLogSumExp));
        }
        CheckApart(output, shardOutput, nameof(output), nameof(shardOutput));
        CheckApart(output, shardLogSumExp, nameof(output), nameof(shardLogSumExp));
        CheckApart(logSumExp, shardOutput, nameof(logSumExp), nameof(shardOutput));
        CheckApart(logSumExp, shardLogSumExp, nameof(logSumExp), nameof(shardLogSumExp));
        CheckApart(output, logSumExp, nameof(output), nameof(logSumExp));

        for (int row = 0; row < logSumExp.Length; row++)
        {
            int first = RowOf(row, heads, queryLength, layout) * valueDim;
            Span<float> target = output.Slice(first, valueDim);
            ReadOnlySpan<float> shard = shardOutput.Slice(first, valueDim);
            (double own, double other, float sum) = WeightsOf(logSumExp[row], shardLogSumExp[row]);
            for (int d = 0; d < valueDim; d++)
                target[d] = (float)((own == 0 ? 0 : own * target[d]) + (other == 0 ? 0 : other * shard[d]));
            logSumExp[row] = sum;
        }
    }

    /// <summary>One row over all shards: Σ exp(logSumExp − largest) · output / Σ exp(logSumExp − largest).</summary>
    private static float MergeRow(
        ReadOnlySpan<float> outputs, int outputShard, int first, ReadOnlySpan<float> logSumExps, int logShard, int row, int shards, Span<float> output)
    {
        double largest = double.NegativeInfinity;
        for (int shard = 0; shard < shards; shard++)
            largest = Math.Max(largest, logSumExps[(shard * logShard) + row]); // NaN is larger than all.
        if (double.IsNegativeInfinity(largest))
        {
            output.Clear();
            return float.NegativeInfinity;
        }

        double sum = 0;
        for (int shard = 0; shard < shards; shard++)
            sum += Math.Exp(logSumExps[(shard * logShard) + row] - largest);

        // A few elements at a time of all shards, since the output may be one of them.
        Span<double> elements = stackalloc double[Step];
        for (int from = 0; from < output.Length; from += Step)
        {
            Span<float> target = output.Slice(from, Math.Min(Step, output.Length - from));
            elements.Clear();
            for (int shard = 0; shard < shards; shard++)
            {
                double weight = Math.Exp(logSumExps[(shard * logShard) + row] - largest);
                if (weight == 0)
                    continue;
                ReadOnlySpan<float> source = outputs.Slice((shard * outputShard) + first + from, target.Length);
                for (int d = 0; d < source.Length; d++)
                    elements[d] += weight * source[d];
            }
            for (int d = 0; d < target.Length; d++)
                target[d] = (float)(elements[d] / sum);
        }
        return (float)(largest + Math.Log(sum));
    }

    /// <summary>The share of either of two results, and the logarithm of both.</summary>
    private static (double Own, double Other, float Sum) WeightsOf(double own, double other)
    {
        double largest = Math.Max(own, other);
        if (double.IsNegativeInfinity(largest))
            return (0, 0, float.NegativeInfinity);
        double ownWeight = Math.Exp(own - largest);
        double otherWeight = Math.Exp(other - largest);
        double sum = ownWeight + otherWeight;
        return (ownWeight / sum, otherWeight / sum, (float)(largest + Math.Log(sum)));
    }

    /// <summary>Where the output of a row of logSumExp, [batch, heads, queryLength], stands among the outputs.</summary>
    private static int RowOf(int row, int heads, int queryLength, AttentionLayout layout)
    {
        if (layout == AttentionLayout.HeadMajor)
            return row;
        (int sequenceAndHead, int query) = Math.DivRem(row, queryLength);
        (int sequence, int head) = Math.DivRem(sequenceAndHead, heads);
        return (((sequence * queryLength) + query) * heads) + head;
    }

    /// <returns>Elements of a row of the output.</returns>
    private static int CheckResult(ReadOnlySpan<float> output, ReadOnlySpan<float> logSumExp, int heads, int queryLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(queryLength, 1);
        if (logSumExp.Length % ((long)heads * queryLength) != 0)
        {
            throw new ArgumentException(
                $"logSumExp has {logSumExp.Length} elements, expected a multiple of {(long)heads * queryLength} = heads {heads} × queryLength {queryLength}.",
                nameof(logSumExp));
        }
        if (logSumExp.Length == 0 ? output.Length != 0 : output.Length % logSumExp.Length != 0)
            throw new ArgumentException($"output has {output.Length} elements, expected a multiple of {logSumExp.Length}, the rows that logSumExp has.", nameof(output));
        return logSumExp.Length == 0 ? 0 : output.Length / logSumExp.Length;
    }

    private static int CountShards(string parameter, int count, string oneName, int one)
    {
        if (one == 0 ? count == 0 : count % one == 0)
            return one == 0 ? 0 : count / one;
        throw new ArgumentException($"{parameter} has {count} elements, expected a multiple of {one}, one {oneName} for each shard.", parameter);
    }

    private static void CheckOverlap(ReadOnlySpan<float> shards, ReadOnlySpan<float> one, string name, string other)
    {
        if (shards.Overlaps(one, out int offset) && (offset < 0 || offset % one.Length != 0 || offset + one.Length > shards.Length))
            throw new ArgumentException($"{name} overlaps {other} in memory, expected memory of its own or exactly that of one shard.", name);
    }

    private static void CheckApart(ReadOnlySpan<float> output, ReadOnlySpan<float> input, string name, string other)
    {
        if (output.Overlaps(input))
            throw new ArgumentException($"{name} overlaps {other} in memory, expected memory of its own.", name);
    }
}
