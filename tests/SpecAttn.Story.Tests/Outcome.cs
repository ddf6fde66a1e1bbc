using System.Globalization;
using System.Text;

namespace SpecAttn.Story.Tests;

/// <summary>What a run of the program wrote and returned.</summary>
internal sealed record Outcome(int ExitCode, byte[] Output, string Messages)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Runs the program in this process.</summary>
    public static Outcome Of(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var messages = new StringWriter(CultureInfo.InvariantCulture);
        int exitCode = Program.Run(arguments, output, messages);
        return new(exitCode, output.ToArray(), messages.ToString());
    }

    /// <summary>Asserts that the program ended with one line that says all of <paramref name="parts"/>, and wrote nothing else.</summary>
    public void AssertOneLineError(params string[] parts)
    {
        Assert.Equal(1, ExitCode);
        Assert.Empty(Output);
        Assert.EndsWith(Environment.NewLine, Messages, StringComparison.Ordinal);
        string line = Messages[..^Environment.NewLine.Length];
        Assert.DoesNotContain('\n', line);
        foreach (string part in parts)
            Assert.Contains(part, line, StringComparison.Ordinal);
    }
}
