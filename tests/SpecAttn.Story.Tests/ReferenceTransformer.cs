namespace SpecAttn.Story.Tests;

/// <summary>The model's formulas in float64, one token at a time, written to be read next to the description of the format.</summary>
internal sealed class ReferenceTransformer(SyntheticModel model)
{
    private readonly int _dim = model.Header[0];
    private readonly int _hiddenDim = model.Header[1];
    private readonly int _layers = model.Header[2];
    private readonly int _heads = model.Header[3];
    private readonly int _keyValueHeads = model.Header[4];
    private readonly int _vocabulary = Math.Abs(model.Header[5]);
    private readonly List<double[]>[] _keys = [.. Enumerable.Range(0, model.Header[2]).Select(_ => new List<double[]>())];
    private readonly List<double[]>[] _values = [.. Enumerable.Range(0, model.Header[2]).Select(_ => new List<double[]>())];

    private int HeadDim => _dim / _heads;

    /// <summary>Reads one more token and returns the logits after it.</summary>
    public double[] Forward(int token)
    {
        double[] x = [.. Row("embedding", token)];
        int position = _keys[0].Count;
        for (int layer = 0; layer < _layers; layer++)
        {
            double[] n = Normalize(x, Row("attention norm", layer));
            double[] query = Rotate(Product("wq", layer, _dim, n), position);
            _keys[layer].Add(Rotate(Product("wk", layer, _keyValueHeads * HeadDim, n), position));
            _values[layer].Add(Product("wv", layer, _keyValueHeads * HeadDim, n));
            x = Sum(x, Product("wo", layer, _dim, Attend(query, _keys[layer], _values[layer])));

            n = Normalize(x, Row("feed-forward norm", layer));
            double[] gate = Product("w1", layer, _hiddenDim, n);
            double[] up = Product("w3", layer, _hiddenDim, n);
            double[] hidden = [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)];
            x = Sum(x, Product("w2", layer, _dim, hidden));
        }

        string classifier = model.Header[5] < 0 ? "classifier" : "embedding";
        return Product(classifier, 0, _vocabulary, Normalize(x, Row("final norm", 0)));
    }

    private double[] Attend(double[] query, List<double[]> keys, List<double[]> values)
    {
        double[] output = new double[_dim];
        for (int head = 0; head < _heads; head++)
        {
            int queryStart = head * HeadDim;
            int keyStart = head / (_heads / _keyValueHeads) * HeadDim;
            double[] weights = [.. keys.Select(key =>
                Math.Exp(Enumerable.Range(0, HeadDim).Sum(d => query[queryStart + d] * key[keyStart + d]) / Math.Sqrt(HeadDim)))];
            for (int d = 0; d < HeadDim; d++)
                output[queryStart + d] = values.Select((value, i) => weights[i] * value[keyStart + d]).Sum() / weights.Sum();
        }

        return output;
    }

    private double[] Rotate(double[] heads, int position)
    {
        double[] rotated = new double[heads.Length];
        for (int i = 0; i < heads.Length; i += 2)
        {
            double angle = position * Math.Pow(10000, -(double)(i % HeadDim) / HeadDim);
            rotated[i] = (heads[i] * Math.Cos(angle)) - (heads[i + 1] * Math.Sin(angle));
            rotated[i + 1] = (heads[i] * Math.Sin(angle)) + (heads[i + 1] * Math.Cos(angle));
        }

        return rotated;
    }

    private static double[] Normalize(double[] x, IEnumerable<double> weight)
    {
        double scale = 1 / Math.Sqrt(x.Average(element => element * element) + 1e-5);
        return [.. x.Zip(weight, (element, w) => w * scale * element)];
    }

    private static double[] Sum(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a + b)];

    private double[] Product(string matrix, int layer, int outputs, double[] input)
    {
        float[] values = model[matrix];
        return [.. Enumerable.Range(layer * outputs, outputs).Select(row =>
            input.Select((x, column) => x * values[(row * input.Length) + column]).Sum())];
    }

    private IEnumerable<double> Row(string matrix, int row) =>
        model[matrix].Skip(row * _dim).Take(_dim).Select(value => (double)value);
}
