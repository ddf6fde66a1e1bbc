namespace SpecAttn.Generator.Scoring;

/// <summary>
/// Slopes of the heads as Press et al. 2022 give them: for n heads, n a power of two, the sequence that starts at 2^(−8/n) with that
/// same ratio. For other counts the slopes of the power of two below, then every other slope of twice that power.
/// </summary>
internal static class AlibiSlopes
{
    public static IEnumerable<float> Of(int heads)
    {
        int power = 1;
        while (power <= heads / 2)
            power *= 2;
        IEnumerable<double> slopes = Sequence(power).Concat(Sequence(2 * power).Where((_, i) => i % 2 == 0)).Take(heads);
        return slopes.Select(slope => (float)slope);
    }

    private static IEnumerable<double> Sequence(int heads) => Enumerable.Range(1, heads).Select(i => Math.Pow(2, -8.0 * i / heads));
}
