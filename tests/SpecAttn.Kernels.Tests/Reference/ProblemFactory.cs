using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;

namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>Makes problems for a kernel: the numbers that go with a shape.</summary>
internal static class ProblemFactory
{
    public static Problem Create(KernelCase kernel, Shape shape, Random random, InputKind kind = InputKind.Ordinary)
    {
        HeadGeometry geometry = kernel.Geometry;
        float scale = kernel.Declaration.Scale;
        if (kernel.Has("scale"))
            scale = (0.5f + random.NextSingle()) / MathF.Sqrt(geometry.HeadDim);

        var problem = new Problem(
            geometry,
            kernel.Declaration.Mask,
            kernel.Declaration.Alignment,
            shape,
            scale,
            Uniform(random, shape.Batch * shape.QueryLength * geometry.Heads * geometry.HeadDim),
            Uniform(random, shape.Batch * shape.KeyLength * geometry.KeyValueHeads * geometry.HeadDim),
            Uniform(random, shape.Batch * shape.KeyLength * geometry.KeyValueHeads * geometry.ValueDim))
        {
            HasSegments = kernel.HasSegments,
            PrunedHeads = kernel.Declaration.PrunedHeads ?? [],
            Rotary = kernel.HasRotary ? RandomTables(random, kernel, shape) : null,
            Rules = CreateRules(random, kernel, shape),
            Sinks = kernel.Has("sinks") ? RandomSinks(random, geometry.Heads, kind) : null,
        };
        ChangeTo(kind, problem);
        Round(problem.Query, kernel.ElementOf(kernel.IsPacked ? "queryKeyValue" : "query"));
        Round(problem.Key, kernel.ElementOf(kernel.IsPacked ? "queryKeyValue" : "key"));
        Round(problem.Value, kernel.ElementOf(kernel.IsPacked ? "queryKeyValue" : "value"));
        return problem;
    }

    private static ScoreRules CreateRules(Random random, KernelCase kernel, Shape shape) => new()
    {
        Window = kernel.Declaration.Window,
        Softcap = kernel.Declaration.Softcap,
        Slopes = kernel.Has("slopes") ? [.. Enumerable.Range(0, kernel.Geometry.Heads).Select(_ => random.NextSingle() / 20)]
            : kernel.Declaration.Alibi ? AlibiSlopes(kernel.Geometry.Heads)
            : null,
        PrefixLength = kernel.Has("prefixLength") ? random.Next(shape.KeyLength + 2) : 0,
        Bias = CreateTable(random, kernel, "bias", shape, () => random.Next(4) == 0 ? float.NegativeInfinity : (2 * random.NextSingle()) - 1),
        Mask = CreateTable(random, kernel, "mask", shape, () => random.Next(4) != 0),
        User = kernel.User,
        Documents = kernel.Has("documents") ? [.. Enumerable.Range(0, shape.KeyLength).Select(key => key / 23)] : [],
        Rate = random.NextSingle() / 10,
    };

    // For a power of two heads.
    private static float[] AlibiSlopes(int heads) => [.. Enumerable.Range(1, heads).Select(head => (float)Math.Pow(2, -8.0 * head / heads))];

    /// <summary>Of a span one of the three shapes; of a tensor span any dimension may be 1, and the last one short.</summary>
    private static ScoreTable<T>? CreateTable<T>(Random random, KernelCase kernel, string parameter, Shape shape, Func<T> element)
        where T : unmanaged
    {
        if (!kernel.Has(parameter))
            return null;
        bool hasHeads = random.Next(3) != 0;
        bool hasBatch = hasHeads && random.Next(2) == 0;
        (int batch, int heads, int queries, int keys) = (hasBatch ? shape.Batch : 1, hasHeads ? kernel.Geometry.Heads : 1, shape.QueryLength, shape.KeyLength);
        if (kernel.IsTensor(parameter))
        {
            queries = random.Next(3) == 0 ? 1 : queries;
            keys = random.Next(4) switch { 0 => Math.Min(keys, 1), 1 => random.Next(keys + 1), _ => keys };
        }

        var data = new T[batch * heads * queries * keys];
        for (int i = 0; i < data.Length; i++)
            data[i] = element();
        return new ScoreTable<T>(batch, heads, queries, keys, data);
    }

    // Of angles at random: that they follow from the position is no business of a kernel's. Some tables have positions to spare.
    private static Rotary RandomTables(Random random, KernelCase kernel, Shape shape)
    {
        int dim = kernel.Declaration.RotaryDim == 0 ? kernel.Geometry.HeadDim : kernel.Declaration.RotaryDim;
        int most = shape.KeyLength + shape.QueryLength;
        foreach (int offset in shape.QueryOffsets ?? [])
            most = Math.Max(most, offset + shape.QueryLength);
        var cos = new float[(most + random.Next(3)) * (dim / 2)];
        var sin = new float[cos.Length];
        for (int i = 0; i < cos.Length; i++)
            (sin[i], cos[i]) = MathF.SinCos(random.NextSingle() * 6.2831855f);
        return new Rotary(kernel.Declaration.Rotary, dim, cos, sin);
    }

    // Near the scores, far above and far below them, and now and then not there at all.
    private static float[] RandomSinks(Random random, int heads, InputKind kind)
    {
        float score = kind switch { InputKind.LargeScores => 80, InputKind.HugeScores => 10_000, _ => 0 };
        var sinks = new float[heads];
        for (int i = 0; i < heads; i++)
        {
            sinks[i] = random.Next(6) switch
            {
                0 => score + 100,
                1 => -score - 100,
                2 => float.NegativeInfinity,
                _ => (random.Next(2) == 0 ? score : -score) + (4 * random.NextSingle()) - 2,
            };
        }

        return sinks;
    }

    // Variance 1, so that scores with the default scale have variance 1 too.
    private static float[] Uniform(Random random, int count)
    {
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
            numbers[i] = ((2 * random.NextSingle()) - 1) * 1.7320508f;
        return numbers;
    }

    // What a kernel is held to is what it makes of the numbers as they are stored.
    private static void Round(float[] numbers, Type element)
    {
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = StoredBuffer.Round(element, numbers[i]);
    }

    private static void ChangeTo(InputKind kind, Problem problem)
    {
        switch (kind)
        {
            case InputKind.LargeScores:
                MoveScoresTo(80, problem);
                break;
            case InputKind.HugeScores:
                MoveScoresTo(10_000, problem);
                break;
            case InputKind.WideScores:
                Multiply(problem.Query, 40);
                break;
            case InputKind.VeryWideScores:
                Multiply(problem.Query, 5000);
                break;
            case InputKind.EqualScores:
                for (int batch = 0; batch < problem.Shape.Batch; batch++)
                {
                    Span<float> keys = problem.Key.AsSpan(problem.KeyIndex(batch, 0, 0)..problem.KeyIndex(batch + 1, 0, 0));
                    int token = problem.Geometry.KeyValueHeads * problem.Geometry.HeadDim;
                    for (int start = token; start < keys.Length; start += token)
                        keys[..token].CopyTo(keys[start..]);
                }

                break;
            case InputKind.DominatingKey:
                MoveScoresTo(0, problem);
                for (int batch = 0; batch < problem.Shape.Batch; batch++)
                {
                    int dominating = problem.Shape.KeyLength / 3;
                    problem.Key.AsSpan(problem.KeyIndex(batch, dominating, 0)..problem.KeyIndex(batch, dominating + 1, 0))
                        .Fill(60 / MathF.Sqrt(problem.Geometry.HeadDim));
                }

                break;
            case InputKind.Subnormal:
                Multiply(problem.Query, 1e-39f);
                Multiply(problem.Key, 1e-39f);
                Multiply(problem.Value, 1e-39f);
                break;
        }
    }

    /// <summary>Makes the scores of a query lie within a few units of <paramref name="score"/>, or of its negative for every other query.</summary>
    private static void MoveScoresTo(float score, Problem problem)
    {
        // Queries are near ±(1, 1, ...), and keys differ little from score/scale in that direction.
        int dim = problem.Geometry.HeadDim;
        float scale = float.IsNaN(problem.Scale) ? 1 / MathF.Sqrt(dim) : problem.Scale;
        int token = problem.Geometry.Heads * dim;
        for (int i = 0; i < problem.Query.Length; i++)
            problem.Query[i] = (1 + (problem.Query[i] / 100)) * (i / token % 2 == 0 ? 1 : -1);
        for (int i = 0; i < problem.Key.Length; i++)
            problem.Key[i] = (score / (scale * dim)) + problem.Key[i];
    }

    private static void Multiply(float[] numbers, float factor)
    {
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] *= factor;
    }
}
