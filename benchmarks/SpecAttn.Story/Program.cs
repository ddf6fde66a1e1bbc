using System.CommandLine;
using System.Globalization;

namespace SpecAttn.Story;

/// <summary>The command line.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        using Stream output = Console.OpenStandardOutput();
        return Run(arguments, output, Console.Error);
    }

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">As on the command line.</param>
    /// <param name="output">Takes the text's bytes as they are generated.</param>
    /// <param name="messages">Takes everything else.</param>
    /// <returns>Exit code: 0, or 1 when something is wrong with the arguments or the files.</returns>
    internal static int Run(string[] arguments, Stream output, TextWriter messages)
    {
        var checkpoint = new Argument<string>("checkpoint") { Description = "Llama-2 model in the format of llama2.c, version 0" };
        var tokenizer = new Argument<string>("tokenizer") { Description = "Its tokenizer, in the format of llama2.c" };
        var prompt = new Option<string>("--prompt") { Description = "Text to continue", DefaultValueFactory = _ => "" };
        var steps = new Option<int>("--steps") { Description = "Most tokens to write", DefaultValueFactory = _ => 256 };
        var temperature = new Option<float>("--temperature")
        {
            Description = "0 always takes the likeliest token, 1 draws from the model's own distribution, more is wilder",
            DefaultValueFactory = _ => 0,
        };
        var seed = new Option<int>("--seed") { Description = "The same seed draws the same text", DefaultValueFactory = _ => 0 };
        var isa = new Option<KernelIsa>("--isa")
        {
            Description = "Variant of the attention kernels",
            DefaultValueFactory = _ => KernelIsa.Auto,
        };
        var cache = new Option<CacheType>("--cache")
        {
            Description = "How keys and values are stored: f32, f16, bf16 or int8",
            DefaultValueFactory = _ => CacheType.F32,
        };
        var cacheKind = new Option<CacheKind>("--cache-kind")
        {
            Description = "Where they are stored: contiguous, in a ring that the text fits in, or paged",
            DefaultValueFactory = _ => CacheKind.Contiguous,
        };

        var command = new RootCommand("Continues a prompt with a small language model whose attention was compiled by SpecAttn.")
        {
            checkpoint, tokenizer, prompt, steps, temperature, seed, isa, cache, cacheKind,
        };
        command.SetAction(parsed => Tell(
            parsed.GetRequiredValue(checkpoint), parsed.GetRequiredValue(tokenizer), parsed.GetRequiredValue(prompt),
            parsed.GetValue(steps), parsed.GetValue(temperature), parsed.GetValue(seed), parsed.GetValue(isa),
            parsed.GetValue(cache), parsed.GetValue(cacheKind), output, messages));

        // A prompt may start with @; it is not a file of arguments.
        ParseResult result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        using var help = new StreamWriter(output, leaveOpen: true);
        var invocation = new InvocationConfiguration
        {
            Output = result.Errors.Count > 0 ? messages : help,
            Error = messages,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return result.Invoke(invocation);
        }
        catch (Exception e) when (e is StoryException or IOException or UnauthorizedAccessException)
        {
            messages.WriteLine(e.Message);
        }
        catch (OutOfMemoryException)
        {
            messages.WriteLine($"{result.GetValue(checkpoint)}: the model and its key/value cache take more memory than there is");
        }

        return 1;
    }

    private static int Tell(
        string checkpointPath, string tokenizerPath, string prompt, int steps, float temperature, int seed, KernelIsa isa,
        CacheType cacheType, CacheKind cacheKind, Stream output, TextWriter messages)
    {
        if (steps < 1)
            throw new StoryException($"--steps is {steps}, expected at least 1");
        if (!float.IsFinite(temperature) || temperature < 0)
            throw new StoryException(string.Create(CultureInfo.InvariantCulture, $"--temperature is {temperature}, expected 0 or more"));
        if (isa != KernelIsa.Auto && !KernelSelector.Supported.Contains(isa))
            throw new StoryException($"--isa is {isa}, this machine supports {string.Join(", ", KernelSelector.Supported)}");

        Checkpoint checkpoint = Checkpoint.Load(checkpointPath);
        Tokenizer tokenizer = Tokenizer.Load(tokenizerPath, checkpoint.Shape.VocabularySize);

        int[] tokens = tokenizer.Encode(prompt);
        int context = checkpoint.Shape.ContextLength;
        if (tokens.Length > context)
            throw new StoryException($"--prompt is {tokens.Length} tokens long, the model reads at most {context}");

        // The last token written is not read again and needs no place.
        int room = context - tokens.Length + 1;
        if (steps > room)
        {
            messages.WriteLine($"--steps is {steps}, but the model's context of {context} tokens ends after {room}");
            steps = room;
        }

        using var transformer = new Transformer(checkpoint, tokens.Length + steps - 1, isa, cacheType: cacheType, cacheKind: cacheKind);
        var storyteller = new Storyteller(transformer, new Sampler(temperature, seed));
        int previous = tokens[^1];
        foreach (int token in storyteller.Continue(tokens, steps))
        {
            output.Write(tokenizer.Decode(previous, token));
            output.Flush();
            previous = token;
        }

        output.WriteByte((byte)'\n');
        output.Flush();
        messages.WriteLine(
            $"prompt: {tokens.Length} tokens, {Rate(tokens.Length, storyteller.PromptTime)} with compilation; " +
            $"generation: {storyteller.Generated} tokens, {Rate(storyteller.Generated - 1, storyteller.GenerationTime)}; " +
            $"variant: {(isa == KernelIsa.Auto ? KernelSelector.Best : isa)}");
        return 0;
    }

    private static string Rate(int tokens, TimeSpan time) =>
        tokens > 0 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / time.TotalSeconds:F1} tokens/s") : "too few to time";
}
