using System.Text;

namespace SpecAttn.Story.Tests;

/// <summary>A small model made up on the spot, in the arrays of the file format, and the bytes of its files.</summary>
internal sealed class SyntheticModel
{
    /// <summary>The seven fields of the header, as in the file.</summary>
    public required int[] Header { get; init; }

    /// <summary>The matrices in the order of the file, each with its name; those of all layers lie behind one another.</summary>
    public required (string Name, float[] Values)[] Matrices { get; init; }

    public float[] this[string name] => Matrices.Single(matrix => matrix.Name == name).Values;

    public byte[] CheckpointBytes
    {
        get
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            foreach (int number in Header)
                writer.Write(number);
            foreach (float value in Matrices.SelectMany(matrix => matrix.Values))
                writer.Write(value);
            return stream.ToArray();
        }
    }

    /// <summary>The bytes at which a field of the header or a matrix starts, and the file's end.</summary>
    public int[] Boundaries
    {
        get
        {
            List<int> boundaries = [.. Enumerable.Range(0, Header.Length + 1).Select(number => number * sizeof(int))];
            foreach ((_, float[] values) in Matrices)
                boundaries.Add(boundaries[^1] + (values.Length * sizeof(float)));
            return [.. boundaries];
        }
    }

    /// <summary>A model with random weights, of the size that keeps its activations in range.</summary>
    public static SyntheticModel Random(
        HeadGeometry geometry, int hiddenDim = 24, int layers = 2, int vocabulary = 300, int context = 40, bool ownClassifier = false)
    {
        var random = new Random(260);
        return Make(geometry, hiddenDim, layers, vocabulary, context, ownClassifier, (name, columns) =>
        {
            float deviation = 1.5f / MathF.Sqrt(columns);
            return _ => name.EndsWith("norm", StringComparison.Ordinal)
                ? 0.5f + random.NextSingle()
                : deviation * MathF.Sqrt(12) * (random.NextSingle() - 0.5f);
        });
    }

    /// <summary>A model that only looks at the last token: after token t it expects <c>next[t]</c>.</summary>
    public static SyntheticModel Chain(int[] next, int context = 40)
    {
        // The embedding of token t is one at t and nothing passes through the blocks, so that what is seen is column t of the classifier.
        HeadGeometry geometry = new(8, 4, 8);
        int dim = geometry.Heads * geometry.HeadDim;
        Assert.InRange(next.Length, 0, dim);
        return Make(geometry, hiddenDim: 4, layers: 1, next.Length, context, ownClassifier: true, (name, _) => name switch
        {
            "embedding" => i => i / dim == i % dim ? 1 : 0,
            "classifier" => i => i % dim < next.Length && next[i % dim] == i / dim ? 1 : 0,
            "final norm" => _ => 1,
            _ => _ => 0,
        });
    }

    /// <summary>The bytes of a tokenizer.</summary>
    public static byte[] TokenizerBytes(IReadOnlyCollection<(string Piece, float Score)> tokens)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(tokens.Max(token => Encoding.UTF8.GetByteCount(token.Piece)));
        foreach ((string piece, float score) in tokens)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(piece);
            writer.Write(score);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        return stream.ToArray();
    }

    /// <summary>The control tokens, the 256 byte tokens, then pieces with falling scores, filled up with unused ones.</summary>
    public static (string Piece, float Score)[] Tokens(int vocabulary, params string[] pieces)
    {
        IEnumerable<string> all =
        [
            "<unk>", "\n<s>\n", "\n</s>\n", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), .. pieces,
            .. Enumerable.Range(0, vocabulary).Select(i => $"unused {i}"),
        ];
        return [.. all.Take(vocabulary).Select((piece, i) => (piece, (float)-i))];
    }

    private static SyntheticModel Make(
        HeadGeometry geometry, int hiddenDim, int layers, int vocabulary, int context, bool ownClassifier,
        Func<string, int, Func<int, float>> weights)
    {
        int dim = geometry.Heads * geometry.HeadDim;
        int keyValueDim = geometry.KeyValueHeads * geometry.HeadDim;
        List<(string, float[])> matrices =
        [
            Matrix("embedding", vocabulary, dim),
            Matrix("attention norm", layers, dim),
            Matrix("wq", layers * dim, dim),
            Matrix("wk", layers * keyValueDim, dim),
            Matrix("wv", layers * keyValueDim, dim),
            Matrix("wo", layers * dim, dim),
            Matrix("feed-forward norm", layers, dim),
            Matrix("w1", layers * hiddenDim, dim),
            Matrix("w2", layers * dim, hiddenDim),
            Matrix("w3", layers * hiddenDim, dim),
            Matrix("final norm", 1, dim),
            Matrix("unused tables", context, geometry.HeadDim),
        ];
        if (ownClassifier)
            matrices.Add(Matrix("classifier", vocabulary, dim));
        return new()
        {
            Header = [dim, hiddenDim, layers, geometry.Heads, geometry.KeyValueHeads, ownClassifier ? -vocabulary : vocabulary, context],
            Matrices = [.. matrices],
        };

        (string, float[]) Matrix(string name, int rows, int columns)
        {
            Func<int, float> weight = weights(name, columns);
            return (name, [.. Enumerable.Range(0, rows * columns).Select(weight)]);
        }
    }
}
