namespace SpecAttn.Benchmarks.Scores;

/// <summary>Input and output of the score kernels in memory: token-major, the same numbers in every run.</summary>
internal sealed class ScoreData
{
    private const int Row = ScoreKernels.Heads * ScoreKernels.HeadDim;

    // The long rows have none: it would be larger than everything else.
    private const int LongestBias = 1024;

    private readonly Memory<float> _query;
    private readonly Memory<float> _key;
    private readonly Memory<float> _value;
    private readonly Memory<float> _output;
    private readonly Memory<float> _bias;

    /// <param name="queries">Number of queries.</param>
    /// <param name="keys">Number of keys.</param>
    public ScoreData(int queries, int keys)
    {
        (Queries, Keys) = (queries, keys);
        var random = new Random(1);
        _query = BenchmarkMemory.Random(queries * Row, random);
        _key = BenchmarkMemory.Random(keys * Row, random);
        _value = BenchmarkMemory.Random(keys * Row, random);
        _output = BenchmarkMemory.Allocate(queries * Row);
        _bias = BenchmarkMemory.Random(queries <= LongestBias ? queries * keys : 0, random);
    }

    public int Queries { get; }

    public int Keys { get; }

    public ReadOnlySpan<float> Query => _query.Span;

    public ReadOnlySpan<float> Key => _key.Span;

    public ReadOnlySpan<float> Value => _value.Span;

    public Span<float> Output => _output.Span;

    /// <summary>[queries, keys]; none where there are many queries.</summary>
    public ReadOnlySpan<float> Bias => _bias.Span;

    /// <summary>[heads], those of Press et al. 2022 for 12 heads.</summary>
    public float[] Slopes { get; } =
        [.. Enumerable.Range(1, 8).Select(i => MathF.Pow(2, -i)), .. Enumerable.Range(0, 4).Select(i => MathF.Pow(2, -i - 0.5f))];

    public ReadOnlySpan<float> FirstKeys(int count) => Key[..(count * Row)];

    public ReadOnlySpan<float> FirstValues(int count) => Value[..(count * Row)];

    /// <summary>Largest difference of the output from the definition in float64, in some rows; +∞ where an element is NaN.</summary>
    /// <param name="rows">Rows to compare.</param>
    /// <param name="keys">Keys that the kernel was given, from the first one on.</param>
    /// <param name="definition">What the kernel computes.</param>
    public double MaximumError(int rows, int keys, ScoreDefinition definition)
    {
        var random = new Random(2);
        double maximum = 0;
        var scores = new double[keys];
        for (int row = 0; row < rows; row++)
        {
            int head = row % ScoreKernels.Heads;
            int query = row == 0 ? 0 : row == 1 ? Queries - 1 : random.Next(Queries);
            for (int key = 0; key < keys; key++)
                scores[key] = definition(this, Dot(query, key, head) / Math.Sqrt(ScoreKernels.HeadDim), head, keys - Queries + query, key);
            maximum = Math.Max(maximum, RowError(query, head, scores));
        }
        return maximum;
    }

    private double Dot(int query, int key, int head)
    {
        double dot = 0;
        for (int d = 0; d < ScoreKernels.HeadDim; d++)
            dot += (double)Query[Offset(query, head) + d] * Key[Offset(key, head) + d];
        return dot;
    }

    private double RowError(int query, int head, double[] scores)
    {
        double largest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
        double sum = weights.Sum();
        double maximum = 0;
        for (int d = 0; d < ScoreKernels.HeadDim; d++)
        {
            double expected = 0;
            for (int key = 0; key < weights.Length; key++)
                expected += weights[key] / sum * Value[Offset(key, head) + d];
            double error = Math.Abs(Output[Offset(query, head) + d] - expected);
            maximum = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(maximum, error);
        }
        return maximum;
    }

    private static int Offset(int token, int head) => (token * Row) + (head * ScoreKernels.HeadDim);
}
