namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>The plain fp32 implementation that sets the accuracy a kernel is held to: all scores, softmax, weighted sum, each in fp32.</summary>
internal static class PlainFp32
{
    /// <summary>
    /// The ways in which one would write it down: with the scale on the score or on the query, and with sums from the first element or
    /// from the last. What rounding does to one of them is chance; what it does to all of them is what to expect.
    /// </summary>
    public const int Ways = 4;

    /// <param name="way">0 to <see cref="Ways"/> − 1.</param>
    /// <returns>As <see cref="Float64Oracle.Attend"/>.</returns>
    public static (float[] Output, float[] LogSumExp) Attend(Problem problem, int way = 0)
    {
        bool scaleQuery = way % 2 != 0;
        bool backwards = way / 2 != 0;
        (HeadGeometry geometry, Shape shape) = (problem.Geometry, problem.Shape);
        var output = new float[problem.OutputCount];
        var logSumExp = new float[problem.LogSumExpCount];
        Array.Fill(logSumExp, float.NegativeInfinity);
        float scale = float.IsNaN(problem.Scale) ? 1 / MathF.Sqrt(geometry.HeadDim) : problem.Scale;
        float queryScale = scaleQuery ? scale : 1;
        float scoreScale = scaleQuery ? 1 : scale;
        float[] queries = Rotary.QueriesInFp32(problem);
        float[] keys = Rotary.KeysInFp32(problem);
        var weights = new float[shape.KeyLength];

        for (int batch = 0; batch < shape.Batch; batch++)
        for (int head = 0; head < geometry.Heads; head++)
        for (int query = 0; query < shape.QueryLength; query++)
        {
            float sink = problem.Sinks == null ? float.NegativeInfinity : problem.Sinks[head];
            if (!problem.Computes(head) || (!problem.SeesAnyKey(batch, head, query) && float.IsNegativeInfinity(sink)))
                continue;

            int keyValueHead = head / geometry.Group;
            ReadOnlySpan<float> queryRow = queries.AsSpan(problem.QueryIndex(batch, query, head), geometry.HeadDim);
            float maximum = sink;
            for (int key = 0; key < shape.KeyLength; key++)
            {
                weights[key] = float.NegativeInfinity;
                if (!problem.Sees(batch, head, query, key))
                    continue;
                ReadOnlySpan<float> keyRow = keys.AsSpan(problem.KeyIndex(batch, key, keyValueHead), geometry.HeadDim);
                float dot = 0;
                for (int i = 0; i < queryRow.Length; i++)
                {
                    int d = backwards ? queryRow.Length - 1 - i : i;
                    dot += queryRow[d] * queryScale * keyRow[d];
                }

                weights[key] = problem.ChangedInFp32(batch, head, query, key, dot * scoreScale);
                maximum = MathF.Max(maximum, weights[key]);
            }

            float sum = MathF.Exp(sink - maximum);
            for (int key = 0; key < shape.KeyLength; key++)
            {
                weights[key] = MathF.Exp(weights[key] - maximum);
                sum += weights[key];
            }

            Span<float> outputRow = output.AsSpan(problem.OutputIndex(batch, query, head), geometry.ValueDim);
            for (int i = 0; i < shape.KeyLength; i++)
            {
                int key = backwards ? shape.KeyLength - 1 - i : i;
                float weight = weights[key] / sum;
                ReadOnlySpan<float> valueRow = problem.Value.AsSpan(problem.ValueIndex(batch, key, keyValueHead), geometry.ValueDim);
                for (int d = 0; d < outputRow.Length; d++)
                    outputRow[d] += weight * valueRow[d];
            }

            logSumExp[problem.LogSumExpIndex(batch, query, head)] = maximum + MathF.Log(sum);
        }

        return (output, logSumExp);
    }
}
