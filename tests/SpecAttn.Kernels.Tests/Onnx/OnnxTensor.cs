using System.Runtime.InteropServices;
using System.Text.Json;

namespace SpecAttn.Kernels.Tests.Onnx;

/// <summary>One tensor of a test vector: dimensions, and little-endian data.</summary>
internal sealed record OnnxTensor(string Type, int[] Dims, byte[] Data)
{
    public static OnnxTensor Parse(JsonElement json) => new(
        json.GetProperty("type").GetString()!,
        [.. json.GetProperty("dims").EnumerateArray().Select(dim => dim.GetInt32())],
        json.GetProperty("base64").GetBytesFromBase64());

    public float[] Floats => Type == "float16"
        ? [.. MemoryMarshal.Cast<byte, Half>(Data).ToArray().Select(number => (float)number)]
        : MemoryMarshal.Cast<byte, float>(Data).ToArray();

    public long[] Longs => MemoryMarshal.Cast<byte, long>(Data).ToArray();

    /// <summary>The tensor as [batch, length, heads, dim], from [batch, heads, length, dim] or [batch, length, heads·dim].</summary>
    /// <param name="heads">Of a tensor of rank 3; one of rank 4 brings its own.</param>
    public TokenMajor ToTokenMajor(int heads)
    {
        float[] floats = Floats;
        if (Dims.Length == 3)
            return new TokenMajor(Dims[0], Dims[1], heads, Dims[2] / heads, floats);

        var result = new TokenMajor(Dims[0], Dims[2], Dims[1], Dims[3], new float[floats.Length]);
        int next = 0;
        for (int batch = 0; batch < result.Batch; batch++)
        for (int head = 0; head < result.Heads; head++)
        for (int token = 0; token < result.Length; token++)
        for (int d = 0; d < result.Dim; d++)
            result.Data[(((((batch * result.Length) + token) * result.Heads) + head) * result.Dim) + d] = floats[next++];
        return result;
    }
}

/// <summary>A tensor [batch, length, heads, dim].</summary>
internal sealed record TokenMajor(int Batch, int Length, int Heads, int Dim, float[] Data)
{
    /// <summary>Puts the tokens of another tensor after those of this one, sequence by sequence.</summary>
    public TokenMajor Append(TokenMajor other)
    {
        IEnumerable<float> data = Enumerable.Range(0, Batch).SelectMany(batch => Sequence(batch).Concat(other.Sequence(batch)));
        return this with { Length = Length + other.Length, Data = [.. data] };
    }

    private ArraySegment<float> Sequence(int batch) => new(Data, batch * Length * Heads * Dim, Length * Heads * Dim);
}
