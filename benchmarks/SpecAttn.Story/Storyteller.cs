using System.Diagnostics;

namespace SpecAttn.Story;

/// <summary>Continues a prompt, and keeps the time.</summary>
internal sealed class Storyteller(Transformer transformer, Sampler sampler)
{
    /// <summary>Time of the pass over the prompt. As a first pass it includes the compilation of the kernels it uses.</summary>
    public TimeSpan PromptTime { get; private set; }

    /// <summary>
    /// Time from the first token, which comes out of the prompt's pass, to the last so far: that of one token less than generated.
    /// </summary>
    public TimeSpan GenerationTime { get; private set; }

    /// <summary>Tokens generated so far.</summary>
    public int Generated { get; private set; }

    /// <summary>Reads the prompt in one pass, then yields token after token, up to a begin-of-text token, which ends a text.</summary>
    /// <param name="prompt">Begin-of-text and the tokens after it.</param>
    /// <param name="count">Most tokens to yield, at least 1. The last one is not read again: it takes no place in the transformer.</param>
    /// <exception cref="StoryException">See <see cref="Transformer.Forward"/>.</exception>
    public IEnumerable<int> Continue(int[] prompt, int count)
    {
        long start = Stopwatch.GetTimestamp();
        int token = sampler.Next(transformer.Forward(prompt));
        PromptTime = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();

        while (token != Tokenizer.BeginOfText)
        {
            Generated++;
            GenerationTime = Stopwatch.GetElapsedTime(start);
            yield return token;
            if (Generated == count)
                yield break;
            token = sampler.Next(transformer.Forward([token]));
        }
    }
}
