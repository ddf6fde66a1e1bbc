using System.Runtime.InteropServices;

namespace SpecAttn.Story;

/// <summary>
/// A Llama-2 model in the format of llama2.c, version 0: the header, then fp32 matrices, row-major [out, in], little endian.
/// Arrays of arrays are indexed by layer.
/// </summary>
internal sealed class Checkpoint
{
    private Checkpoint(string path, ModelShape shape, FileStream file)
    {
        Path = path;
        Shape = shape;
        int dim = shape.Dim;
        TokenEmbedding = Read(file, shape.VocabularySize, dim);
        AttentionNorm = ReadLayers(1, dim);
        QueryWeights = ReadLayers(dim, dim);
        KeyWeights = ReadLayers(shape.KeyValueDim, dim);
        ValueWeights = ReadLayers(shape.KeyValueDim, dim);
        OutputWeights = ReadLayers(dim, dim);
        FeedForwardNorm = ReadLayers(1, dim);
        GateWeights = ReadLayers(shape.HiddenDim, dim);
        DownWeights = ReadLayers(dim, shape.HiddenDim);
        UpWeights = ReadLayers(shape.HiddenDim, dim);
        FinalNorm = Read(file, 1, dim);

        // Rotary tables of older versions, which the reference program too skips.
        file.Seek((long)shape.ContextLength * shape.HeadDim * sizeof(float), SeekOrigin.Current);
        Classifier = shape.SharesClassifier ? TokenEmbedding : Read(file, shape.VocabularySize, dim);

        float[][] ReadLayers(int rows, int columns) => [.. Enumerable.Range(0, shape.Layers).Select(_ => Read(file, rows, columns))];
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    public ModelShape Shape { get; }

    /// <summary>[vocabulary, dim]</summary>
    public float[] TokenEmbedding { get; }

    /// <summary>[dim]</summary>
    public float[][] AttentionNorm { get; }

    /// <summary>wq, [dim, dim]</summary>
    public float[][] QueryWeights { get; }

    /// <summary>wk, [keyValueDim, dim]</summary>
    public float[][] KeyWeights { get; }

    /// <summary>wv, [keyValueDim, dim]</summary>
    public float[][] ValueWeights { get; }

    /// <summary>wo, [dim, dim]</summary>
    public float[][] OutputWeights { get; }

    /// <summary>[dim]</summary>
    public float[][] FeedForwardNorm { get; }

    /// <summary>w1, [hiddenDim, dim]</summary>
    public float[][] GateWeights { get; }

    /// <summary>w2, [dim, hiddenDim]</summary>
    public float[][] DownWeights { get; }

    /// <summary>w3, [hiddenDim, dim]</summary>
    public float[][] UpWeights { get; }

    /// <summary>[dim]</summary>
    public float[] FinalNorm { get; }

    /// <summary>[vocabulary, dim]; the token embedding where it is shared.</summary>
    public float[] Classifier { get; }

    /// <summary>Reads a checkpoint. Nothing is allocated before the file's length is known to be what its header asks for.</summary>
    /// <exception cref="StoryException">
    /// The file is damaged, or its attention is not compiled into this program, or memory is too small for it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Load(string path)
    {
        using FileStream file = InputFile.Open(path);
        const int HeaderBytes = ModelShape.HeaderBytes;
        if (file.Length < HeaderBytes)
            throw new StoryException($"{path}: is too short for a header, expected {HeaderBytes} bytes, the file has {file.Length}");

        Span<byte> header = stackalloc byte[HeaderBytes];
        file.ReadExactly(header);
        ModelShape shape = ModelShape.Parse(header, path);
        if (file.Length != shape.FileBytes)
        {
            string problem = file.Length < shape.FileBytes ? "is cut off" : "is too long";
            throw new StoryException($"{path}: {problem}, its header asks for {shape.FileBytes} bytes, the file has {file.Length}");
        }

        if (!Attention.Compiled.ContainsKey(shape.Geometry))
        {
            throw new StoryException(
                $"{path}: has attention of {shape.Geometry} (heads/key-value heads/head dimension), compiled in are " +
                $"{string.Join(", ", Attention.Compiled.Keys)}; one [Attention] line in Attention.cs adds another");
        }

        long memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (shape.FileBytes > memory)
            throw new StoryException($"{path}: has {shape.FileBytes} bytes, too much for the {memory} bytes of memory there are");

        return new Checkpoint(path, shape, file);
    }

    private float[] Read(FileStream file, int rows, int columns)
    {
        long count = (long)rows * columns;
        if (count > Array.MaxLength)
            throw new StoryException($"{Path}: has a matrix of {rows} x {columns}, expected at most {Array.MaxLength} elements");

        float[] matrix = GC.AllocateUninitializedArray<float>((int)count);
        for (int start = 0; start < matrix.Length;)
        {
            // A span of bytes ends at 2 GB, a matrix need not.
            int length = Math.Min(matrix.Length - start, 1 << 28);
            file.ReadExactly(MemoryMarshal.AsBytes(matrix.AsSpan(start, length)));
            start += length;
        }

        return matrix;
    }
}
