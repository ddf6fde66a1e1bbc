using System.Text;

namespace SpecAttn.Story.Tests;

/// <summary>stories260K says what the reference program says. Skipped where the model is not at hand.</summary>
public class KnownModelTests
{
    public static TheoryData<KernelIsa> AllVariants => Variants.All;

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Run_EmptyPrompt_WritesTheReferenceText(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);

        Outcome outcome = Outcome.Of(KnownModel.Checkpoint, KnownModel.Tokenizer, "--isa", isa.ToString());

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(KnownModel.Text, outcome.Output);
        Assert.EndsWith($"variant: {isa}", outcome.Messages.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Continue_BeginOfText_ChoosesTheReferenceTokens(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);
        int[] expected = KnownModel.Tokens;

        Assert.Equal(expected, Continue([Tokenizer.BeginOfText], expected.Length, isa));
    }

    // The text goes on as it should only if the pass over the prompt filled the key/value cache as single tokens would have.
    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Continue_StartOfTheReferenceText_ChoosesWhatFollows(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);
        int[] expected = KnownModel.Tokens;

        foreach (int known in (int[])[5, 16, 67, 200])
        {
            int[] prompt = [Tokenizer.BeginOfText, .. expected[..known]];
            Assert.Equal(expected[known..(known + 20)], Continue(prompt, 20, isa));
        }
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("ring")]
    [InlineData("paged")]
    public void Run_EveryKindOfCache_WritesTheReferenceText(string kind) =>
        Assert.Equal(KnownModel.Text, Outcome.Of(KnownModel.Checkpoint, KnownModel.Tokenizer, "--cache", "f32", "--cache-kind", kind).Output);

    // Fewer bits may choose another word, after which the text goes its own way: how far the two agree is what this asks.
    [Theory]
    [InlineData("f16", 100)]
    [InlineData("bf16", 20)]
    [InlineData("int8", 20)]
    public void Run_SmallerTypes_BeginAsTheReferenceText(string type, int characters)
    {
        string text = Encoding.UTF8.GetString(KnownModel.Text);
        foreach (string kind in (string[])["contiguous", "ring", "paged"])
        {
            Outcome outcome = Outcome.Of(KnownModel.Checkpoint, KnownModel.Tokenizer, "--cache", type, "--cache-kind", kind, "--steps", "80");
            Assert.Equal(text[..characters], outcome.Text[..characters]);
        }
    }

    [Fact]
    public void Encode_ReferenceText_GivesTheReferenceTokens()
    {
        string text = Encoding.UTF8.GetString(KnownModel.Text).TrimEnd('\n');

        int[] tokens = Tokenizer.Load(KnownModel.Tokenizer, 512).Encode(text);

        Assert.Equal([Tokenizer.BeginOfText, .. KnownModel.Tokens], tokens);
    }

    [Fact]
    public void Run_Prompt_WritesOnlyWhatFollows()
    {
        string text = Encoding.UTF8.GetString(KnownModel.Text);
        const string Prompt = "Once upon a time,";
        Assert.StartsWith(Prompt, text, StringComparison.Ordinal);

        Outcome outcome = Outcome.Of(KnownModel.Checkpoint, KnownModel.Tokenizer, "--prompt", Prompt, "--steps", "251");

        Assert.Equal(text[Prompt.Length..], outcome.Text);
    }

    private static int[] Continue(int[] prompt, int count, KernelIsa isa)
    {
        using var transformer = new Transformer(Checkpoint.Load(KnownModel.Checkpoint), prompt.Length + count - 1, isa);
        return [.. new Storyteller(transformer, new Sampler(temperature: 0, seed: 0)).Continue(prompt, count)];
    }
}
