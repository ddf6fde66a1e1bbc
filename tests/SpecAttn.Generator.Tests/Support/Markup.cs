using Microsoft.CodeAnalysis.Text;

namespace SpecAttn.Generator.Tests.Support;

/// <summary>Source text in which <c>[|…|]</c> marks the spans where diagnostics are expected.</summary>
internal sealed record Markup(string Source, IReadOnlyList<TextSpan> Spans)
{
    private const string Open = "[|";
    private const string Close = "|]";

    public static Markup Parse(string marked)
    {
        var spans = new List<TextSpan>();
        string rest = marked;
        while (rest.IndexOf(Open, StringComparison.Ordinal) is var start and >= 0)
        {
            rest = rest.Remove(start, Open.Length);
            int end = rest.IndexOf(Close, start, StringComparison.Ordinal);
            rest = rest.Remove(end, Close.Length);
            spans.Add(TextSpan.FromBounds(start, end));
        }
        return new Markup(rest, spans);
    }
}
