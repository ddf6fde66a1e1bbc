using System.Globalization;
using System.Text.RegularExpressions;

namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>What the JIT made of one method.</summary>
/// <param name="Type">Name of its type, without the namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tier">How it was compiled; <see cref="Optimised"/> when optimised at once.</param>
/// <param name="IlBytes">Bytes of IL it was compiled from.</param>
/// <param name="CodeBytes">Bytes of machine code.</param>
/// <param name="HasFramePointer">Whether the frame pointer's register is one.</param>
/// <param name="Lines">Labels and instructions, trimmed.</param>
internal sealed partial record MethodListing(
    string Type, string Name, string Tier, int IlBytes, int CodeBytes, bool HasFramePointer, IReadOnlyList<string> Lines)
{
    public const string Optimised = "FullOpts";

    /// <summary>The methods in a file that the JIT wrote: for each its listing, then its line of the summary.</summary>
    public static IReadOnlyList<MethodListing> ReadAll(IEnumerable<string> file)
    {
        var methods = new List<MethodListing>();
        List<string>? lines = null;
        bool framePointer = false;
        foreach (string line in file)
        {
            if (line.StartsWith("; Assembly listing for method", StringComparison.Ordinal))
            {
                lines = [];
                framePointer = false;
            }
            else if (lines is not null && Summary().Match(line) is { Success: true } summary)
            {
                methods.Add(new MethodListing(
                    summary.Groups["type"].Value,
                    summary.Groups["name"].Value,
                    summary.Groups["tier"].Value,
                    int.Parse(summary.Groups["il"].Value, CultureInfo.InvariantCulture),
                    int.Parse(summary.Groups["code"].Value, CultureInfo.InvariantCulture),
                    framePointer,
                    lines));
                lines = null;
            }
            else if (lines is not null)
            {
                framePointer |= FrameRegister().IsMatch(line);
                string text = line.Trim();
                if (text.Length > 0 && text[0] != ';')
                    lines.Add(text);
            }
        }

        return methods;
    }

    /// <summary>The label that a line defines, or null.</summary>
    public static string? LabelOf(string line) => Label().Match(line) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>The label that a jump names, or null.</summary>
    public static string? TargetOf(string line) => Target().Match(line) is { Success: true } found ? found.Value : null;

    [GeneratedRegex(@"JIT compiled (.*\.)?(?<type>\w+):(?<name>\w+)\(.*\[(?<tier>[^,]+), .*IL size=(?<il>\d+), code size=(?<code>\d+)")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^; (rbp|fp) based frame")]
    private static partial Regex FrameRegister();

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bG_M\w+$")]
    private static partial Regex Target();
}
