using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SpecAttn.Benchmarks.Commands;

/// <summary>Standard output: tables and sentences in plain text, the same on a terminal and in a file.</summary>
internal static class Output
{
    // Wider than any table: one that is folded to a narrow terminal cannot be read.
    private const int Width = 160;

    private static readonly IAnsiConsole s_console = Create();

    /// <summary>A table that can be pasted into a Markdown page.</summary>
    /// <param name="textColumns">How many of the columns, from the left, hold words; the others hold numbers.</param>
    /// <param name="columns">Headings.</param>
    public static Table Table(int textColumns, params ReadOnlySpan<string> columns)
    {
        Table table = new Table().Border(TableBorder.Markdown);
        for (int i = 0; i < columns.Length; i++)
            table.AddColumn(new TableColumn(new Text(columns[i])) { Alignment = i < textColumns ? Justify.Left : Justify.Right, NoWrap = true });
        return table;
    }

    public static void Add(Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    public static void Write(IRenderable renderable) => s_console.Write(renderable);

    public static void WriteLine(string text = "") => Console.WriteLine(text);

    /// <summary>What the figures are of: the machine, and the variants it can run.</summary>
    public static void WriteMachine()
    {
        Machine machine = Machine.Current;
        WriteLine($"{machine.Processor}, {machine.Cores} logical {(machine.Cores == 1 ? "core" : "cores")}; {machine.Runtime}; {machine.System}");
        WriteLine(KernelSelector.Description);
        WriteLine();
    }

    public static string Time(double seconds) => seconds switch
    {
        < 1e-3 => Invariant($"{seconds * 1e6:f1} µs"),
        < 1 => Invariant($"{seconds * 1e3:f2} ms"),
        _ => Invariant($"{seconds:f2} s"),
    };

    public static string Giga(double perSecond) => Invariant($"{perSecond * 1e-9:f1}");

    /// <param name="percent">What was reached.</param>
    /// <param name="disturbed">Marks a figure that a busy machine has made too low.</param>
    public static string Percent(double percent, bool disturbed) => Invariant($"{(disturbed ? "~" : "")}{percent:f1} %");

    public static string Error(double error) => Invariant($"{error:0.0e+0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static IAnsiConsole Create()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Width;
        return console;
    }
}
