namespace SpecAttn.Story.Tests;

/// <summary>The program end to end on models made up on the spot.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const int X = 3, Y = 4, Space = 5, Euro = 6;

    // After begin-of-text comes " X", then y, the bytes of €, and the end.
    private static readonly (string, float)[] s_tokens =
        [("<unk>", 0), ("<s>", 0), ("</s>", 0), (" X", 0), ("y", 0), (" ", 0), ("<0xE2>", 0), ("<0x82>", 0), ("<0xAC>", 0)];

    private static readonly int[] s_next = [0, X, 0, Y, Euro, X, Euro + 1, Euro + 2, Tokenizer.BeginOfText];

    private readonly ScratchFolder _folder = new();
    private readonly string _tokenizer;

    public CommandLineTests() => _tokenizer = _folder.Write("tokenizer.bin", SyntheticModel.TokenizerBytes(s_tokens));

    public static TheoryData<KernelIsa> AllVariants => Variants.All;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(AllVariants))]
    public void Run_ModelThatEndsTheText_StopsThere(KernelIsa isa)
    {
        Variants.SkipUnlessSupported(isa);

        Outcome outcome = Outcome.Of(Model(s_next), _tokenizer, "--isa", isa.ToString());

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("Xy€\n", outcome.Text);
        Assert.Contains("prompt: 1 tokens", outcome.Messages, StringComparison.Ordinal);
        Assert.Contains("generation: 5 tokens", outcome.Messages, StringComparison.Ordinal);
        Assert.Contains($"variant: {isa}", outcome.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", "€\n")]
    [InlineData(" ", " Xy€\n")]
    public void Run_Prompt_WritesWhatFollows(string prompt, string expected) =>
        Assert.Equal(expected, Outcome.Of(Model(s_next), _tokenizer, "--prompt", prompt).Text);

    [Fact]
    public void Run_Steps_LimitsTheText() => Assert.Equal("Xy\n", Outcome.Of(Model(s_next), _tokenizer, "--steps", "2").Text);

    [Fact]
    public void Run_MoreStepsThanContext_IsCappedAndSaysSo()
    {
        // From X to X for ever; with begin-of-text, a space and y read, a context of 10 has room for 8 more.
        string model = Model([.. s_next[..Y], X, .. s_next[(Y + 1)..]], context: 10);

        Outcome outcome = Outcome.Of(model, _tokenizer, "--prompt", "y", "--steps", "2147483647");

        Assert.Equal(" Xy Xy Xy Xy\n", outcome.Text);
        Assert.Contains("context of 10 tokens ends after 8", outcome.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PromptLongerThanContext_IsAnError() =>
        Outcome.Of(Model(s_next, context: 10), _tokenizer, "--prompt", "yyyyyyyyy")
            .AssertOneLineError("--prompt is 11 tokens long", "at most 10");

    [Fact]
    public void Run_PromptWithAt_IsNotAFileName() =>
        Assert.Equal(0, Outcome.Of(Model(s_next), _tokenizer, "--prompt", "@y").ExitCode);

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    public void Run_StepsOutOfRange_IsAnError(string steps) =>
        Outcome.Of(Model(s_next), _tokenizer, "--steps", steps).AssertOneLineError($"--steps is {steps}");

    [Theory]
    [InlineData("-0.5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public void Run_TemperatureOutOfRange_IsAnError(string temperature) =>
        Outcome.Of(Model(s_next), _tokenizer, "--temperature", temperature).AssertOneLineError($"--temperature is {temperature}");

    [Fact]
    public void Run_VariantTheMachineLacks_IsAnErrorThatListsTheOthers()
    {
        KernelIsa missing = Enum.GetValues<KernelIsa>().First(isa => isa != KernelIsa.Auto && !KernelSelector.Supported.Contains(isa));

        Outcome.Of(Model(s_next), _tokenizer, "--isa", missing.ToString()).AssertOneLineError($"--isa is {missing}", "Portable");
    }

    [Theory]
    [InlineData("--isa", "Sse9")]
    [InlineData("--steps", "many")]
    [InlineData("--unknown", "1")]
    public void Run_ArgumentThatDoesNotParse_WritesNoOutput(string option, string value)
    {
        Outcome outcome = Outcome.Of(Model(s_next), _tokenizer, option, value);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Contains(value, outcome.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Temperature_DrawsBySeed()
    {
        string model = _folder.Write("random.bin", SyntheticModel.Random(new(8, 4, 8)).CheckpointBytes);
        string tokenizer = _folder.Write("random.tokenizer.bin", SyntheticModel.TokenizerBytes(SyntheticModel.Tokens(300, " ")));
        byte[] Draw(string seed) => Outcome.Of(model, tokenizer, "--temperature", "1", "--seed", seed).Output;

        Assert.Equal(Draw("1"), Draw("1"));
        Assert.NotEqual(Draw("1"), Draw("-2"));
    }

    [Fact]
    public void Run_Help_ListsTheOptions()
    {
        Outcome outcome = Outcome.Of("--help");

        Assert.Equal(0, outcome.ExitCode);
        Assert.All(
            (string[])["<checkpoint>", "<tokenizer>", "--prompt", "--steps", "--temperature", "--seed", "--isa"],
            name => Assert.Contains(name, outcome.Text, StringComparison.Ordinal));
    }

    private string Model(int[] next, int context = 40) => _folder.Write("model.bin", SyntheticModel.Chain(next, context).CheckpointBytes);
}
