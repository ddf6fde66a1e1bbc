namespace SpecAttn.Caches.Tests.Support;

/// <summary>Random arguments of calls.</summary>
internal static class RandomNumbers
{
    public static float[] Queries(Random random, int count) => Of(random, count * CachedKernels.Heads * CachedKernels.HeadDim);

    public static float[] Keys(Random random, int count) => Of(random, count * CachedKernels.KeyValueHeads * CachedKernels.HeadDim);

    public static float[] Values(Random random, int count) => Of(random, count * CachedKernels.KeyValueHeads * CachedKernels.ValueDim);

    public static float[] Output(int queries) => new float[queries * CachedKernels.Heads * CachedKernels.ValueDim];

    /// <summary>Between −2 and 2.</summary>
    public static float[] Of(Random random, int count)
    {
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
            numbers[i] = (random.NextSingle() * 4) - 2;
        return numbers;
    }

    /// <summary>Largest difference; infinite where one of two is no number.</summary>
    public static double Difference(ReadOnlySpan<double> exact, ReadOnlySpan<float> actual)
    {
        Assert.Equal(exact.Length, actual.Length);
        double largest = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double difference = exact[i].Equals(actual[i]) ? 0 : Math.Abs(exact[i] - actual[i]);
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }
        return largest;
    }
}
