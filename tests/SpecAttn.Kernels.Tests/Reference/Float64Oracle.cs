namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>What attention is, in float64 and in the order of its definition. Nothing here is clever.</summary>
internal static class Float64Oracle
{
    /// <returns>Output [batch, queryLength, heads, valueDim] and the natural logarithm of the softmax denominator [batch, heads, queryLength].</returns>
    public static (double[] Output, double[] LogSumExp) Attend(Problem problem)
    {
        (HeadGeometry geometry, Shape shape) = (problem.Geometry, problem.Shape);
        var output = new double[problem.OutputCount];
        var logSumExp = new double[problem.LogSumExpCount];
        double scale = float.IsNaN(problem.Scale) ? 1 / Math.Sqrt(geometry.HeadDim) : problem.Scale;
        double[] queries = Rotary.Queries(problem);
        double[] keys = Rotary.Keys(problem);
        var scores = new double[shape.KeyLength];

        for (int batch = 0; batch < shape.Batch; batch++)
        for (int head = 0; head < geometry.Heads; head++)
        for (int query = 0; query < shape.QueryLength; query++)
        {
            int logSumExpIndex = problem.LogSumExpIndex(batch, query, head);
            if (!problem.Computes(head))
            {
                logSumExp[logSumExpIndex] = double.NegativeInfinity;
                continue;
            }

            int keyValueHead = head / geometry.Group;
            int queryIndex = problem.QueryIndex(batch, query, head);
            double sink = problem.Sinks == null ? double.NegativeInfinity : problem.Sinks[head];
            double maximum = sink;
            for (int key = 0; key < shape.KeyLength; key++)
            {
                scores[key] = double.NegativeInfinity;
                if (!problem.Sees(batch, head, query, key))
                    continue;
                double dot = 0;
                int keyIndex = problem.KeyIndex(batch, key, keyValueHead);
                for (int d = 0; d < geometry.HeadDim; d++)
                    dot += queries[queryIndex + d] * keys[keyIndex + d];
                scores[key] = problem.Changed(batch, head, query, key, dot * scale);
                maximum = Math.Max(maximum, scores[key]);
            }

            if (double.IsNegativeInfinity(maximum))
            {
                logSumExp[logSumExpIndex] = double.NegativeInfinity;
                continue;
            }

            double sum = Math.Exp(sink - maximum);
            int outputIndex = problem.OutputIndex(batch, query, head);
            for (int key = 0; key < shape.KeyLength; key++)
            {
                if (!problem.Sees(batch, head, query, key))
                    continue;
                double weight = Math.Exp(scores[key] - maximum);
                sum += weight;
                int valueIndex = problem.ValueIndex(batch, key, keyValueHead);
                for (int d = 0; d < geometry.ValueDim; d++)
                    output[outputIndex + d] += weight * problem.Value[valueIndex + d];
            }

            for (int d = 0; d < geometry.ValueDim; d++)
                output[outputIndex + d] /= sum;
            logSumExp[logSumExpIndex] = maximum + Math.Log(sum);
        }

        return (output, logSumExp);
    }

    /// <returns>Scores at a stage, [batch, heads, queryLength, keyLength].</returns>
    public static double[] Weights(Problem problem, ScoreStage stage)
    {
        (HeadGeometry geometry, Shape shape) = (problem.Geometry, problem.Shape);
        var weights = new double[problem.WeightCount];
        double scale = float.IsNaN(problem.Scale) ? 1 / Math.Sqrt(geometry.HeadDim) : problem.Scale;
        double[] queries = Rotary.Queries(problem);
        double[] keys = Rotary.Keys(problem);
        double[] logSumExp = Attend(problem).LogSumExp;

        for (int batch = 0; batch < shape.Batch; batch++)
        for (int head = 0; head < geometry.Heads; head++)
        for (int query = 0; query < shape.QueryLength; query++)
        for (int key = 0; key < shape.KeyLength && problem.Computes(head); key++)
        {
            bool isSeen = problem.Sees(batch, head, query, key);
            double dot = 0;
            for (int d = 0; d < geometry.HeadDim; d++)
                dot += queries[problem.QueryIndex(batch, query, head) + d] * keys[problem.KeyIndex(batch, key, head / geometry.Group) + d];
            double score = key < problem.ValidKeys(batch) ? dot * scale : 0;
            double logarithm = logSumExp[problem.LogSumExpIndex(batch, query, head)];
            weights[problem.WeightIndex(batch, query, head, key)] = stage switch
            {
                ScoreStage.Scaled => score,
                ScoreStage.Capped => key < problem.ValidKeys(batch) ? problem.Capped(batch, head, query, key, score) : 0,
                ScoreStage.Biased => isSeen ? problem.Changed(batch, head, query, key, score) : double.NegativeInfinity,
                _ => isSeen ? Math.Exp(problem.Changed(batch, head, query, key, score) - logarithm) : 0,
            };
        }

        return weights;
    }
}
