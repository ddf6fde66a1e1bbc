using System.Numerics.Tensors;

namespace SpecAttn.Story;

/// <summary>Chooses the next token.</summary>
/// <param name="temperature">0 takes the most probable token; 1 draws from the model's own distribution; higher is wilder.</param>
/// <param name="seed">The same seed draws the same tokens.</param>
internal sealed class Sampler(float temperature, int seed)
{
    private readonly Random _random = new(seed);
    private float[] _weights = [];

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary], finite.</param>
    public int Next(ReadOnlySpan<float> logits)
    {
        int likeliest = IndexOfMaximum(logits);
        return temperature == 0 ? likeliest : Draw(logits, logits[likeliest]);
    }

    /// <summary>The first maximum, as the reference program takes it.</summary>
    private static int IndexOfMaximum(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }

    private int Draw(ReadOnlySpan<float> logits, float maximum)
    {
        if (_weights.Length != logits.Length)
            _weights = new float[logits.Length];

        // The maximum is taken off first, so that no temperature, however low, makes a weight infinite.
        TensorPrimitives.Subtract(logits, maximum, _weights);
        TensorPrimitives.Divide(_weights, temperature, _weights);
        TensorPrimitives.Exp(_weights, _weights);

        float left = _random.NextSingle() * TensorPrimitives.Sum(_weights);
        int last = 0;
        for (int token = 0; token < _weights.Length && left >= 0; token++)
        {
            if (_weights[token] > 0)
            {
                left -= _weights[token];
                last = token;
            }
        }

        // Rounding may leave a rest after the last token.
        return last;
    }
}
