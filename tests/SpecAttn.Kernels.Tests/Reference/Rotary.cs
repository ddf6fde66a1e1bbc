namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>Rotary embedding of a problem: which elements make pairs, and the tables, [positions, dim / 2].</summary>
internal sealed record Rotary(RotaryStyle Style, int Dim, float[] Cos, float[] Sin)
{
    /// <summary>The queries of a problem in float64, turned if they are to be.</summary>
    public static double[] Queries(Problem problem)
    {
        double[] turned = Array.ConvertAll(problem.Query, number => (double)number);
        ForEachQuery(problem, (rotary, index, position) => rotary.Turn(problem.Query.AsSpan(index), turned.AsSpan(index), position));
        return turned;
    }

    /// <summary>The keys of a problem in float64, turned if they are to be.</summary>
    public static double[] Keys(Problem problem)
    {
        double[] turned = Array.ConvertAll(problem.Key, number => (double)number);
        ForEachKey(problem, (rotary, index, position) => rotary.Turn(problem.Key.AsSpan(index), turned.AsSpan(index), position));
        return turned;
    }

    /// <summary>The queries of a problem in fp32, turned if they are to be.</summary>
    public static float[] QueriesInFp32(Problem problem)
    {
        float[] turned = [.. problem.Query];
        ForEachQuery(problem, (rotary, index, position) => rotary.TurnInFp32(problem.Query.AsSpan(index), turned.AsSpan(index), position));
        return turned;
    }

    /// <summary>The keys of a problem in fp32, turned if they are to be.</summary>
    public static float[] KeysInFp32(Problem problem)
    {
        float[] turned = [.. problem.Key];
        ForEachKey(problem, (rotary, index, position) => rotary.TurnInFp32(problem.Key.AsSpan(index), turned.AsSpan(index), position));
        return turned;
    }

    private static void ForEachQuery(Problem problem, Action<Rotary, int, long> visit)
    {
        if (problem.Rotary is not { } rotary)
            return;
        for (int batch = 0; batch < problem.Shape.Batch; batch++)
        for (int query = 0; query < problem.Shape.QueryLength; query++)
        for (int head = 0; head < problem.Geometry.Heads; head++)
        {
            if (problem.ValidKeys(batch) > 0)
                visit(rotary, problem.QueryIndex(batch, query, head), problem.Position(batch, query));
        }
    }

    private static void ForEachKey(Problem problem, Action<Rotary, int, long> visit)
    {
        if (problem.Rotary is not { } rotary)
            return;
        for (int batch = 0; batch < problem.Shape.Batch; batch++)
        for (int key = 0; key < problem.ValidKeys(batch); key++)
        for (int head = 0; head < problem.Geometry.KeyValueHeads; head++)
            visit(rotary, problem.KeyIndex(batch, key, head), key);
    }

    private void Turn(ReadOnlySpan<float> row, Span<double> turned, long position)
    {
        for (int pair = 0; pair < Dim / 2; pair++)
        {
            (int x, int y, float cos, float sin) = Pair(pair, position);
            turned[x] = ((double)row[x] * cos) - ((double)row[y] * sin);
            turned[y] = ((double)row[y] * cos) + ((double)row[x] * sin);
        }
    }

    private void TurnInFp32(ReadOnlySpan<float> row, Span<float> turned, long position)
    {
        for (int pair = 0; pair < Dim / 2; pair++)
        {
            (int x, int y, float cos, float sin) = Pair(pair, position);
            turned[x] = (row[x] * cos) - (row[y] * sin);
            turned[y] = (row[y] * cos) + (row[x] * sin);
        }
    }

    private (int X, int Y, float Cos, float Sin) Pair(int pair, long position)
    {
        (int x, int y) = Style == RotaryStyle.HalfSplit ? (pair, pair + (Dim / 2)) : (2 * pair, (2 * pair) + 1);
        int index = checked((int)(position * (Dim / 2)) + pair);
        return (x, y, Cos[index], Sin[index]);
    }
}
