namespace SpecAttn.Story.Tests;

/// <summary>The whole model on synthetic weights; needs no file beside the repository.</summary>
public sealed class TransformerTests : IDisposable
{
    private static readonly HeadGeometry s_grouped = new(8, 4, 8);

    private readonly ScratchFolder _folder = new();

    public static TheoryData<KernelIsa> AllVariants => Variants.All;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Forward_TokenByToken_MatchesTheFormulas(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);
        AssertMatchesReference(SyntheticModel.Random(s_grouped, ownClassifier: true), isa);
        AssertMatchesReference(SyntheticModel.Random(new(6, 6, 48), hiddenDim: 16, layers: 1, vocabulary: 50), isa);
    }

    private void AssertMatchesReference(SyntheticModel model, KernelIsa isa)
    {
        int[] tokens = Text(6, model);
        using Transformer transformer = Load(model, tokens.Length, isa);
        var reference = new ReferenceTransformer(model);

        foreach (int token in tokens)
            AssertClose(reference.Forward(token), transformer.Forward([token]));
    }

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Forward_PromptInOnePass_MatchesTokenByToken(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);
        SyntheticModel model = SyntheticModel.Random(s_grouped);
        int[] tokens = Text(40, model);
        using Transformer single = Load(model, tokens.Length, isa);
        double[][] expected = [.. tokens.Select(token => single.Forward([token]).ToArray().Select(logit => (double)logit).ToArray())];

        foreach (int prompt in (int[])[2, 3, 8, 17, 33, 39])
        {
            using Transformer transformer = Load(model, tokens.Length, isa);
            AssertClose(expected[prompt - 1], transformer.Forward(tokens.AsSpan(0, prompt)));

            // What follows sees the keys and values of that pass, in two more of different lengths.
            AssertClose(expected[prompt], transformer.Forward(tokens.AsSpan(prompt, 1)));
            if (prompt + 1 < tokens.Length)
                AssertClose(expected[^1], transformer.Forward(tokens.AsSpan(prompt + 1)));
        }
    }

    [Fact]
    public void Forward_AnyParallelism_GivesTheSameBits()
    {
        SyntheticModel model = SyntheticModel.Random(s_grouped);
        int[] tokens = Text(40, model);
        float[] expected = Load(model, tokens.Length, parallelism: 1).Forward(tokens).ToArray();

        foreach (int parallelism in (int[])[0, 2, 3])
            Assert.Equal(expected, Load(model, tokens.Length, parallelism: parallelism).Forward(tokens).ToArray());
    }

    [Fact]
    public void Forward_BeyondTheCapacity_Throws()
    {
        using Transformer transformer = Load(SyntheticModel.Random(s_grouped), capacity: 3);
        transformer.Forward([1, 2]);

        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => transformer.Forward([3, 4]).ToArray());
        Assert.Equal(2, transformer.Length);
    }

    [Fact]
    public void Construct_TextLongerThanAnyArray_SaysWhatIsPossible()
    {
        Checkpoint checkpoint = Checkpoint.Load(_folder.Write("model.bin", SyntheticModel.Random(s_grouped).CheckpointBytes));

        StoryException e = Assert.Throws<StoryException>(() => new Transformer(checkpoint, int.MaxValue));

        Assert.Contains($"{Array.MaxLength / 64}", e.Message, StringComparison.Ordinal);
    }

    private Transformer Load(SyntheticModel model, int capacity, KernelIsa isa = KernelIsa.Auto, int parallelism = 0) =>
        new(Checkpoint.Load(_folder.Write("model.bin", model.CheckpointBytes)), capacity, isa, parallelism);

    private static int[] Text(int length, SyntheticModel model)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(Math.Abs(model.Header[5])))];
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance: 2e-5);
        Assert.Equal(Array.IndexOf(expected, expected.Max()), new Sampler(temperature: 0, seed: 0).Next(actual));
    }
}
