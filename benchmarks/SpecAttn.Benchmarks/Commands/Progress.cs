namespace SpecAttn.Benchmarks.Commands;

/// <summary>
/// One line on standard error that says what is being done. It changes only between two rows: an animation would take the very processor
/// time that is being measured.
/// </summary>
internal sealed class Progress(int steps) : IDisposable
{
    private int _step;
    private int _width;

    public void Next(string what)
    {
        string line = $"[{++_step}/{steps}] {what}";
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(line);
            return;
        }
        Console.Error.Write("\r" + line.PadRight(_width));
        _width = line.Length;
    }

    /// <summary>Wipes the line, so that a table can follow.</summary>
    public void Clear()
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }

    public void Dispose() => Clear();
}
