using System.Buffers.Binary;

namespace SpecAttn.Story;

/// <summary>The seven numbers at the start of a checkpoint, checked.</summary>
/// <param name="Dim">Elements of a token's vector.</param>
/// <param name="HiddenDim">Elements between the two products of the feed-forward network.</param>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Heads">Query heads; divides <paramref name="Dim"/>.</param>
/// <param name="KeyValueHeads">Key/value heads; divides <paramref name="Heads"/>.</param>
/// <param name="VocabularySize">Tokens.</param>
/// <param name="ContextLength">Most positions the model was made for.</param>
/// <param name="SharesClassifier">Whether the output classifier is the token embedding.</param>
internal sealed record ModelShape(
    int Dim, int HiddenDim, int Layers, int Heads, int KeyValueHeads, int VocabularySize, int ContextLength, bool SharesClassifier)
{
    public const int HeaderBytes = 7 * sizeof(int);

    private const int MaximumVocabularySize = 1 << 22;

    // What versions 1 and 2 of the format start with.
    private const int VersionedMagic = 0x616B3432;

    public int HeadDim => Dim / Heads;

    public int KeyValueDim => KeyValueHeads * HeadDim;

    public HeadGeometry Geometry => new(Heads, KeyValueHeads, HeadDim);

    /// <summary>Bytes of a checkpoint of this shape. The limits on the fields keep it far from overflow.</summary>
    public long FileBytes
    {
        get
        {
            long embedding = (long)VocabularySize * Dim;
            long attention = 2L * Dim * Dim + 2L * KeyValueDim * Dim;
            long feedForward = 3L * HiddenDim * Dim;
            long norms = 2L * Dim;
            long rotaryTables = (long)ContextLength * HeadDim;
            long floats = embedding + Layers * (attention + feedForward + norms) + Dim + rotaryTables + (SharesClassifier ? 0 : embedding);
            return HeaderBytes + floats * sizeof(float);
        }
    }

    /// <summary>Parses a header.</summary>
    /// <param name="header"><see cref="HeaderBytes"/> bytes.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="StoryException">A field is out of range, or the fields contradict one another.</exception>
    public static ModelShape Parse(ReadOnlySpan<byte> header, string path)
    {
        if (BinaryPrimitives.ReadInt32LittleEndian(header) == VersionedMagic)
            throw new StoryException($"{path}: is a versioned llama2.c checkpoint, expected version 0 (the export without a magic number)");

        int dim = Field(header, path, 0, "dim", 1 << 16);
        int hiddenDim = Field(header, path, 1, "hidden_dim", 1 << 20);
        int layers = Field(header, path, 2, "n_layers", 1 << 12);
        int heads = Field(header, path, 3, "n_heads", 1 << 12);
        int keyValueHeads = Field(header, path, 4, "n_kv_heads", 1 << 12);
        int vocabulary = BinaryPrimitives.ReadInt32LittleEndian(header[(5 * sizeof(int))..]);
        if (Math.Abs((long)vocabulary) is < Tokenizer.SmallestVocabulary or > MaximumVocabularySize)
        {
            throw OutOfRange(path, 5, "vocab_size", vocabulary,
                $"{Tokenizer.SmallestVocabulary} to {MaximumVocabularySize}, or negative with a classifier of its own");
        }

        int contextLength = Field(header, path, 6, "seq_len", 1 << 24);

        if (dim % heads != 0)
            throw new StoryException($"{path}: header field dim is {dim}, expected a multiple of n_heads = {heads}");
        if (heads % keyValueHeads != 0)
            throw new StoryException($"{path}: header field n_kv_heads is {keyValueHeads}, expected a divisor of n_heads = {heads}");
        if (dim / heads % 2 != 0)
        {
            throw new StoryException(
                $"{path}: the header says a head has dim / n_heads = {dim / heads} elements, expected an even number (rotary pairs)");
        }

        return new(dim, hiddenDim, layers, heads, keyValueHeads, Math.Abs(vocabulary), contextLength, SharesClassifier: vocabulary > 0);
    }

    private static int Field(ReadOnlySpan<byte> header, string path, int index, string name, int maximum)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(header[(index * sizeof(int))..]);
        return value >= 1 && value <= maximum ? value : throw OutOfRange(path, index, name, value, $"1 to {maximum}");
    }

    private static StoryException OutOfRange(string path, int index, string name, int value, string expected) =>
        new($"{path}: header field {name} (at byte {index * sizeof(int)}) is {value}, expected {expected}");
}
