namespace SpecAttn.Benchmarks;

/// <summary>Attention straight from its definition, in float64, for some of the rows of an output: all of them would take minutes.</summary>
internal sealed class Reference
{
    private readonly (int Batch, int Head, int Query, double[] Output)[] _rows;

    /// <param name="problem">What to compute.</param>
    /// <param name="rows">How many (sequence, head, query) to compute. All heads and sequences take turns, and so do first, last and random queries.</param>
    public Reference(Problem problem, int rows)
    {
        Workload workload = problem.Workload;
        Total = workload.Batch * workload.Heads * workload.Queries;
        var random = new Random(2);
        _rows = new (int, int, int, double[])[Math.Min(rows, Total)];
        for (int i = 0; i < _rows.Length; i++)
        {
            int head = i % workload.Heads;
            int batch = i / workload.Heads % workload.Batch;
            int query = (i / workload.Heads / workload.Batch) switch
            {
                0 => workload.Queries - 1,
                1 => 0,
                _ => random.Next(workload.Queries),
            };
            _rows[i] = (batch, head, query, Attend(problem, batch, head, query));
        }
    }

    /// <summary>Rows that are compared.</summary>
    public int Rows => _rows.Length;

    /// <summary>Rows of the output.</summary>
    public int Total { get; }

    /// <summary>Largest absolute difference of an output element; +∞ where one is NaN.</summary>
    /// <param name="output">The kernel's whole output.</param>
    /// <param name="workload">The shape.</param>
    public double MaximumError(ReadOnlySpan<float> output, Workload workload)
    {
        double maximum = 0;
        foreach ((int batch, int head, int query, double[] expected) in _rows)
        {
            int start = workload.QueryOffset(batch, query, head);
            for (int d = 0; d < expected.Length; d++)
            {
                double error = Math.Abs(output[start + d] - expected[d]);
                maximum = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(maximum, error);
            }
        }
        return maximum;
    }

    private static double[] Attend(Problem problem, int batch, int head, int query)
    {
        Workload w = problem.Workload;
        ReadOnlySpan<float> queries = problem.Query, keys = problem.Key, values = problem.Value;
        int queryStart = w.QueryOffset(batch, query, head);
        int keyHead = head / (w.Heads / w.KeyValueHeads);

        // The last query sees the last key.
        int visible = w.Causal ? w.Keys - w.Queries + query + 1 : w.Keys;
        var weights = new double[visible];
        for (int k = 0; k < visible; k++)
        {
            int keyStart = w.KeyOffset(batch, k, keyHead);
            double dot = 0;
            for (int d = 0; d < w.HeadDim; d++)
                dot += (double)queries[queryStart + d] * keys[keyStart + d];
            weights[k] = dot / Math.Sqrt(w.HeadDim);
        }

        double maximum = weights.Max();
        for (int k = 0; k < visible; k++)
            weights[k] = Math.Exp(weights[k] - maximum);
        double sum = weights.Sum();

        var output = new double[w.HeadDim];
        for (int k = 0; k < visible; k++)
        {
            int valueStart = w.KeyOffset(batch, k, keyHead);
            for (int d = 0; d < w.HeadDim; d++)
                output[d] += weights[k] / sum * values[valueStart + d];
        }
        return output;
    }
}
