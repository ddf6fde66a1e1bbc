using SpecAttn.Kernels.Tests.Cases;

namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>Chooses the shapes on which a kernel is tried.</summary>
internal static class ShapeFactory
{
    /// <summary>Lengths around the sizes of vectors, tiles and blocks, and some that are none of these.</summary>
    private static readonly int[] s_lengths = [1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 197, 267, 514];

    /// <summary>Key lengths of which decoding makes several splits.</summary>
    private static readonly int[] s_longKeyLengths = [2100, 5000];

    /// <summary>Multiply-adds of the largest shape worth the oracle's time.</summary>
    private static double Budget => 60e6 * TestSettings.Scale;

    /// <summary>
    /// Every length once as a query length and once as a key length, in a random pairing, then decoding steps. With forty kernels each
    /// pair of lengths is likely to occur somewhere.
    /// </summary>
    public static List<Shape> All(KernelCase kernel, Random random)
    {
        int[] queryLengths = Shuffled(random);
        int[] keyLengths = Shuffled(random);
        List<Shape> shapes = [.. queryLengths.Zip(keyLengths, (queries, keys) => Create(kernel, random, queries, keys))];
        if (!kernel.IsPacked)
        {
            shapes.Add(Create(kernel, random, 1, s_lengths[random.Next(s_lengths.Length)]));
            for (int i = 0; i < 4; i++)
                shapes.Add(Create(kernel, random, 2 + random.Next(15), s_lengths[random.Next(s_lengths.Length)]));
            foreach (int keys in s_longKeyLengths)
                shapes.Add(Create(kernel, random, random.Next(2) == 0 ? 1 : 2 + random.Next(6), keys));
        }

        shapes.RemoveAll(shape => MultiplyAdds(kernel, shape) > Budget);
        return TestSettings.Scale >= 1 ? shapes : Some(shapes, Math.Max(3, (int)(shapes.Count * TestSettings.Scale)), random);
    }

    /// <summary>A few shapes of moderate size: some queries against some keys, few queries against many keys, and more queries than keys.</summary>
    public static List<Shape> Few(KernelCase kernel, Random random)
    {
        double size = Math.Sqrt(Math.Min(1, TestSettings.Scale));
        return
        [
            Create(kernel, random, 17 + random.Next((int)(60 * size)), 20 + random.Next((int)(120 * size))),
            Create(kernel, random, 1 + random.Next(4), 30 + random.Next((int)(300 * size))),
            Create(kernel, random, 33 + random.Next((int)(40 * size)), 1 + random.Next(32)),
        ];
    }

    /// <summary>A shape that uses every optional parameter of the kernel, with random key lengths and offsets.</summary>
    public static Shape Create(KernelCase kernel, Random random, int queryLength, int keyLength)
    {
        int most = !kernel.HasBatch || queryLength * keyLength > 20_000 ? 1 : 3;
        return Create(kernel, random, queryLength, keyLength, 1 + random.Next(most));
    }

    /// <summary>The same, of so many sequences.</summary>
    public static Shape Create(KernelCase kernel, Random random, int queryLength, int keyLength, int batch)
    {
        if (kernel.IsPacked)
            keyLength = queryLength;
        int[]? keyLengths = null;
        if (kernel.Has("keyLengths"))
        {
            keyLengths = new int[batch];
            for (int i = 0; i < batch; i++)
                keyLengths[i] = random.Next(3) == 0 ? keyLength : random.Next(keyLength + 1);
        }

        int[]? queryOffsets = null;
        if (kernel.Has("queryOffsets") || kernel.Has("queryOffset"))
        {
            queryOffsets = new int[batch];
            for (int i = 0; i < batch; i++)
                queryOffsets[i] = kernel.Has("queryOffset") && i > 0 ? queryOffsets[0]
                    : kernel.HasRotary ? random.Next(keyLength + 10)
                    : RandomOffset(random, queryLength, keyLength);
        }

        return new Shape(batch, queryLength, keyLength, keyLengths, queryOffsets);
    }

    // Mostly where some keys are visible and some are not; sometimes where all or none are, as far away as an int can say.
    private static int RandomOffset(Random random, int queryLength, int keyLength) => random.Next(12) switch
    {
        0 => int.MinValue,
        1 => int.MaxValue,
        2 or 3 => random.Next(-queryLength - 3, 1),
        4 => keyLength + random.Next(10),
        5 or 6 => keyLength - queryLength,
        _ => random.Next(keyLength + 1),
    };

    private static double MultiplyAdds(KernelCase kernel, Shape shape) =>
        (double)shape.Batch * shape.QueryLength * shape.KeyLength * kernel.Geometry.Heads * (kernel.Geometry.HeadDim + kernel.Geometry.ValueDim);

    private static int[] Shuffled(Random random)
    {
        int[] lengths = [.. s_lengths];
        random.Shuffle(lengths);
        return lengths;
    }

    private static List<Shape> Some(List<Shape> shapes, int count, Random random)
    {
        Shape[] shuffled = [.. shapes];
        random.Shuffle(shuffled);
        return [.. shuffled.Take(count)];
    }
}
