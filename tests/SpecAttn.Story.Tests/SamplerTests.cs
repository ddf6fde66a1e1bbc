namespace SpecAttn.Story.Tests;

public class SamplerTests
{
    [Fact]
    public void Next_TemperatureZero_TakesTheFirstOfEqualMaxima()
    {
        Assert.Equal(1, new Sampler(temperature: 0, seed: 0).Next([-1, 3, 3, 2]));
        Assert.Equal(0, new Sampler(temperature: 0, seed: 0).Next([-0f, 0f]));
    }

    [Fact]
    public void Next_SameSeed_DrawsTheSame()
    {
        float[] logits = [0, 1, 2, 3, 2, 1];

        Assert.Equal(Draw(1, seed: 5, logits), Draw(1, seed: 5, logits));
        Assert.NotEqual(Draw(1, seed: 5, logits), Draw(1, seed: 6, logits));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void Next_Temperature_DrawsInProportion(float temperature)
    {
        float[] logits = [1, 2, -100, 0];
        double[] weights = [.. logits.Select(logit => Math.Exp(logit / temperature))];

        int[] drawn = Draw(temperature, seed: 3, logits);

        for (int token = 0; token < logits.Length; token++)
            Assert.Equal(weights[token] / weights.Sum(), drawn.Count(t => t == token) / (double)drawn.Length, tolerance: 0.02);
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    public void Next_VanishingTemperature_TakesTheLikeliest(float temperature) =>
        Assert.All(Draw(temperature, seed: 1, [80, -80, 80.5f, 79]), token => Assert.Equal(2, token));

    private static int[] Draw(float temperature, int seed, float[] logits)
    {
        var sampler = new Sampler(temperature, seed);
        return [.. Enumerable.Range(0, 10_000).Select(_ => sampler.Next(logits))];
    }
}
