using System.Globalization;

namespace SpecAttn.Story.Tests;

/// <summary>stories260K and what the reference C program makes of it. Its files lie beside the repository, in ../shared/models.</summary>
internal static class KnownModel
{
    private const string CheckpointName = "stories260K.bin";

    private static readonly string? s_folder = Find();

    public static string Checkpoint => PathOf(CheckpointName);

    public static string Tokenizer => PathOf("tok512.bin");

    /// <summary>The text as printed, with the newline at its end.</summary>
    public static byte[] Text => File.ReadAllBytes(PathOf("stories260K.greedy256.txt"));

    /// <summary>The token chosen after each position; the first follows begin-of-text.</summary>
    public static int[] Tokens =>
        [.. File.ReadLines(PathOf("stories260K.greedy256.ids.txt")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    private static string PathOf(string name)
    {
        Assert.SkipWhen(s_folder is null, $"no ../shared/models/{CheckpointName} beside the folder of SpecAttn.sln");
        return Path.Combine(s_folder!, name);
    }

    private static string? Find()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "SpecAttn.sln")))
            root = root.Parent;
        if (root?.Parent is null)
            return null;
        string folder = Path.Combine(root.Parent.FullName, "shared", "models");
        return File.Exists(Path.Combine(folder, CheckpointName)) ? folder : null;
    }
}
