using System.Numerics.Tensors;

namespace SpecAttn.Story;

/// <summary>
/// Runs a Llama-2 model over a growing text. Several tokens at once (a prompt) or one at a time make no difference but speed.
/// All but the attention is as plain as it can be.
/// </summary>
internal sealed class Transformer : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly ModelShape _shape;
    private readonly AttentionMethod _attend;
    private readonly KernelIsa _isa;
    private readonly int _parallelism;
    private readonly TextCaches _caches;
    private readonly float[] _cos;
    private readonly float[] _sin;
    private readonly float[] _logits;
    private Activations _activations;

    /// <summary>A transformer that has read nothing yet.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="capacity">Most tokens of the text.</param>
    /// <param name="isa">Attention variant.</param>
    /// <param name="parallelism">Most threads of the attention, 0 = all cores where that pays.</param>
    /// <param name="cacheType">How keys and values are stored.</param>
    /// <param name="cacheKind">Where keys and values are stored.</param>
    /// <exception cref="StoryException">A text of so many tokens takes larger arrays than there are.</exception>
    public Transformer(
        Checkpoint checkpoint,
        int capacity,
        KernelIsa isa = KernelIsa.Auto,
        int parallelism = 0,
        CacheType cacheType = CacheType.F32,
        CacheKind cacheKind = CacheKind.Contiguous)
    {
        _checkpoint = checkpoint;
        _shape = checkpoint.Shape;
        int widest = Math.Max(_shape.Dim, _shape.HiddenDim);
        if ((long)capacity * widest > Array.MaxLength)
            throw new StoryException($"a text of {capacity} tokens is too long here, expected at most {Array.MaxLength / widest}");

        _attend = Attention.Compiled[_shape.Geometry];
        _isa = isa;
        _parallelism = parallelism;
        Capacity = capacity;
        (_cos, _sin) = RotaryTables(capacity, _shape.HeadDim);
        _logits = new float[_shape.VocabularySize];
        _activations = new Activations(1, _shape);
        _caches = TextCaches.Create(_shape, capacity, cacheType, cacheKind);
    }

    /// <summary>Most tokens of the text.</summary>
    public int Capacity { get; }

    /// <summary>Tokens read so far.</summary>
    public int Length { get; private set; }

    public void Dispose() => _caches.Dispose();

    /// <summary>Reads the next tokens of the text, all in one pass.</summary>
    /// <param name="tokens">At least one, and no more than the capacity has room for.</param>
    /// <returns>[vocabulary] what the model expects after the last of them; valid until the next call.</returns>
    /// <exception cref="StoryException">The output is not finite.</exception>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Capacity - Length, nameof(tokens));
        if (_activations.Tokens != tokens.Length)
            _activations = new Activations(tokens.Length, _shape);

        Span<float> residual = _activations.Residual;
        for (int i = 0; i < tokens.Length; i++)
            _checkpoint.TokenEmbedding.AsSpan(tokens[i] * _shape.Dim, _shape.Dim).CopyTo(residual[(i * _shape.Dim)..]);

        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            AddAttention(layer);
            AddFeedForward(layer);
        }

        Length += tokens.Length;
        Span<float> last = _activations.Normalized.AsSpan(0, _shape.Dim);
        Normalize(residual[^_shape.Dim..], _checkpoint.FinalNorm, last);
        Multiply(_checkpoint.Classifier, last, _shape.Dim, _logits);
        if (!TensorPrimitives.IsFiniteAll<float>(_logits))
            throw new StoryException($"{_checkpoint.Path}: the output after {Length} tokens is not finite, its weights are damaged");
        return _logits;
    }

    /// <summary>residual += wo · Attention(rope(wq · n), rope(wk · n), wv · n) with n = norm(residual); cache and kernel see to the rotary embedding.</summary>
    private void AddAttention(int layer)
    {
        int dim = _shape.Dim;
        Activations a = _activations;

        Normalize(a.Residual, _checkpoint.AttentionNorm[layer], a.Normalized);
        Multiply(_checkpoint.QueryWeights[layer], a.Normalized, dim, a.Query);
        Multiply(_checkpoint.KeyWeights[layer], a.Normalized, dim, a.Keys);
        Multiply(_checkpoint.ValueWeights[layer], a.Normalized, dim, a.Values);
        _caches[layer].Append(a.Keys, a.Values, _cos, _sin);
        _attend(a.Query, _caches[layer], a.Attended, _cos, _sin, _isa, _parallelism);

        Multiply(_checkpoint.OutputWeights[layer], a.Attended, dim, a.Update);
        TensorPrimitives.Add(a.Residual, a.Update, a.Residual);
    }

    /// <summary>residual += w2 · (silu(w1 · n) ⊙ w3 · n) with n = norm(residual)</summary>
    private void AddFeedForward(int layer)
    {
        Activations a = _activations;
        Normalize(a.Residual, _checkpoint.FeedForwardNorm[layer], a.Normalized);
        Multiply(_checkpoint.GateWeights[layer], a.Normalized, _shape.Dim, a.Gate);
        Multiply(_checkpoint.UpWeights[layer], a.Normalized, _shape.Dim, a.Up);

        // silu(x) = x · sigmoid(x)
        TensorPrimitives.Multiply(a.Gate, a.Up, a.Up);
        TensorPrimitives.Sigmoid(a.Gate, a.Gate);
        TensorPrimitives.Multiply(a.Gate, a.Up, a.Up);

        Multiply(_checkpoint.DownWeights[layer], a.Up, _shape.HiddenDim, a.Update);
        TensorPrimitives.Add(a.Residual, a.Update, a.Residual);
    }

    /// <summary>Root-mean-square norm of each row: output = weight ⊙ input / sqrt(mean(input²) + 1e-5).</summary>
    private static void Normalize(ReadOnlySpan<float> input, ReadOnlySpan<float> weight, Span<float> output)
    {
        for (int start = 0; start < input.Length; start += weight.Length)
        {
            ReadOnlySpan<float> row = input.Slice(start, weight.Length);
            Span<float> outputRow = output.Slice(start, weight.Length);
            float scale = 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(row) / row.Length) + 1e-5f);
            TensorPrimitives.Multiply(row, scale, outputRow);
            TensorPrimitives.Multiply(outputRow, weight, outputRow);
        }
    }

    /// <summary>output[token] = weights · input[token]. A row of weights is fetched once for all tokens.</summary>
    /// <param name="weights">[outputs, inputs]</param>
    /// <param name="input">[tokens, inputs]</param>
    /// <param name="inputs">Elements of an input vector.</param>
    /// <param name="output">[tokens, outputs]</param>
    private static void Multiply(ReadOnlySpan<float> weights, ReadOnlySpan<float> input, int inputs, Span<float> output)
    {
        int tokens = input.Length / inputs;
        int outputs = output.Length / tokens;
        for (int row = 0; row < outputs; row++)
        {
            ReadOnlySpan<float> weightRow = weights.Slice(row * inputs, inputs);
            for (int token = 0; token < tokens; token++)
                output[(token * outputs) + row] = TensorPrimitives.Dot(weightRow, input.Slice(token * inputs, inputs));
        }
    }

    /// <summary>Cosines and sines of position · 10000^(−2i / headDim), [positions, headDim / 2].</summary>
    private static (float[] Cos, float[] Sin) RotaryTables(int positions, int headDim)
    {
        int pairs = headDim / 2;
        float[] angles = new float[positions * pairs];
        for (int i = 0; i < angles.Length; i++)
            angles[i] = i / pairs * (1 / MathF.Pow(10000, 2f * (i % pairs) / headDim));
        return ([.. angles.Select(MathF.Cos)], [.. angles.Select(MathF.Sin)]);
    }

    /// <summary>What lies between the steps of a pass, for all its tokens.</summary>
    private sealed class Activations(int tokens, ModelShape shape)
    {
        public int Tokens { get; } = tokens;

        /// <summary>[tokens, dim], what every block adds to.</summary>
        public float[] Residual { get; } = new float[tokens * shape.Dim];

        /// <summary>[tokens, dim]</summary>
        public float[] Normalized { get; } = new float[tokens * shape.Dim];

        /// <summary>[tokens, heads, headDim]</summary>
        public float[] Query { get; } = new float[tokens * shape.Dim];

        /// <summary>[tokens, keyValueHeads, headDim]</summary>
        public float[] Keys { get; } = new float[tokens * shape.KeyValueDim];

        /// <summary>[tokens, keyValueHeads, headDim]</summary>
        public float[] Values { get; } = new float[tokens * shape.KeyValueDim];

        /// <summary>[tokens, heads, headDim]</summary>
        public float[] Attended { get; } = new float[tokens * shape.Dim];

        /// <summary>[tokens, dim], what a block adds.</summary>
        public float[] Update { get; } = new float[tokens * shape.Dim];

        /// <summary>[tokens, hiddenDim]</summary>
        public float[] Gate { get; } = new float[tokens * shape.HiddenDim];

        /// <summary>[tokens, hiddenDim]</summary>
        public float[] Up { get; } = new float[tokens * shape.HiddenDim];
    }
}
