using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>Pieces that the members of a kernel have in common.</summary>
internal static class Member
{
    /// <summary>A method that is compiled at once with full optimisation: the first call is as fast as the last.</summary>
    public static SourceWriter.Scope Method(SourceWriter writer, string signature, params string[] comments) =>
        MethodOf(writer, "AggressiveOptimization", signature, comments);

    /// <summary>A method with a request to the JIT, or none.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="option">One of <c>MethodImplOptions</c>, or null.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="comments">Comments before it.</param>
    public static SourceWriter.Scope MethodOf(SourceWriter writer, string? option, string signature, params string[] comments)
    {
        writer.WriteLine();
        foreach (string comment in comments)
            writer.Write($"// {comment}");
        if (option is not null)
            writer.Write($"[MethodImpl(MethodImplOptions.{option})]");
        return writer.Block(signature);
    }

    /// <summary>A comment on a method that is one of several.</summary>
    public static IEnumerable<string> DescribePart(DimRange part, EquatableArray<DimRange> all)
    {
        if (all.Count > 1)
            yield return $"Elements {part.First} to {part.End - 1}: more would be too much for the JIT to optimise.";
    }

    /// <summary>A method that only chooses by a number among leaf methods, or groups of them; part of what calls it.</summary>
    public static void Choice(SourceWriter writer, string signature, string selector, IEnumerable<(string Label, IEnumerable<string> Calls)> cases)
    {
        using (MethodOf(writer, "AggressiveInlining", signature))
        using (writer.Block($"switch ({selector})"))
        {
            foreach ((string label, IEnumerable<string> calls) in cases)
                writer.Write($"{label}:\n{string.Concat(calls.Select(call => $"    {call}\n"))}    break;");
        }
    }

    /// <summary>The method of the row kernel that chooses among its tiles: by how elements are stored, if that may differ, then by the rows.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="parameters">After those that it chooses by.</param>
    /// <param name="arguments">The same for the tiles.</param>
    /// <param name="tokens">The parameter of <c>TokenChunks</c>.</param>
    /// <param name="tiles">The tiles, those of streams before others of as many rows, and the methods of each.</param>
    public static void ChoiceOfRowTiles(
        SourceWriter writer,
        string name,
        string parameters,
        string arguments,
        string tokens,
        IEnumerable<(ElementType Element, int Rows, bool OfStreams, IEnumerable<string> Methods)> tiles)
    {
        var byElement = tiles.GroupBy(tile => tile.Element).ToList();
        string choice = $"public static void {name}(ElementType element, int rows, {parameters})";
        if (byElement.Count > 1)
        {
            Choice(writer, choice, "element", byElement.Select((group, i) => (
                i + 1 < byElement.Count ? $"case ElementType.{group.Key}" : "default",
                (IEnumerable<string>)[$"{name}Of{group.Key}(rows, {arguments});"])));
        }

        foreach (var group in byElement)
        {
            Choice(
                writer,
                byElement.Count > 1 ? $"private static void {name}Of{group.Key}(int rows, {parameters})" : choice,
                "rows",
                group.Select((tile, i) => (
                    i + 1 < group.Count() ? $"case {tile.Rows}{(tile.OfStreams ? $" when {tokens}.AreStreams" : "")}" : "default",
                    tile.Methods.Select(method => $"{method}({arguments});"))));
        }
    }

    /// <summary><c>s0_0</c>: an accumulator, named by its coordinates in the register tile.</summary>
    public static string At(string prefix, int row, int column) => $"{prefix}{row}_{column}";

    /// <summary>How many tokens a chunk of the row kernel has, which depends on the call.</summary>
    /// <param name="writer">Takes the locals.</param>
    /// <param name="tokens">The parameter of <c>TokenChunks</c>.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="ofStreams">Whether they are taken from streams, whatever the call.</param>
    public static void EmitStreams(SourceWriter writer, string tokens, RowPlan plan, bool ofStreams)
    {
        if (ofStreams)
        {
            writer.Write($"const int chunkTokens = {plan.StreamChunk}; // Of each of four places in turn.");
            return;
        }

        writer.Write($"bool areStreams = {tokens}.AreStreams; // Chunks are from four places in turn, and a quarter as long.");
        writer.Write($"int chunkTokens = areStreams ? {plan.StreamChunk} : {plan.KeyChunk};");
    }

    /// <summary>References to later tokens, which do not refer to any yet.</summary>
    public static void EmitReferences(SourceWriter writer, string type, int count)
    {
        writer.Write("// Later ones, which are asked for while others are at work.");
        for (int i = 0; i < count; i++)
            writer.Write($"ref {type} next{i} = ref Unsafe.NullRef<{type}>();");
    }

    /// <summary>How many tokens there are in a chunk, and where.</summary>
    /// <param name="writer">Takes the locals.</param>
    /// <param name="type">Of the elements.</param>
    /// <param name="tokens">The parameter of <c>TokenChunks</c>.</param>
    /// <param name="number">The number of the chunk.</param>
    /// <param name="left">How many tokens are left.</param>
    public static void EmitChunk(SourceWriter writer, string type, string tokens, string number, string left)
    {
        writer.Write($"int count = {left} < chunkTokens ? {left} : chunkTokens;");
        writer.Write($"ref {type} first = ref {tokens}.Tokens<{type}>({number});");
    }

    /// <summary>Whether a tile of the row kernel asks for tokens once or twice.</summary>
    /// <param name="writer">Takes the local.</param>
    /// <param name="tokens">The parameter of <c>TokenChunks</c>.</param>
    public static void EmitAsksOnce(SourceWriter writer, string tokens) =>
        writer.Write($"bool asksOnce = {tokens}.AsksOnce; // Later tokens; or twice: of many requests at a time most processors pass over some.");

    /// <summary>Asks for lines, once into the nearest cache or twice into the next one.</summary>
    /// <param name="writer">Takes the requests.</param>
    /// <param name="once">The elements to ask for, if once.</param>
    /// <param name="twice">Those if twice.</param>
    /// <param name="near">Those to be brought from the second-level cache then.</param>
    public static void EmitAsking(SourceWriter writer, IEnumerable<string> once, IEnumerable<string> twice, IEnumerable<string> near)
    {
        using (writer.Block("if (asksOnce)"))
            EmitPrefetches(writer, "Prefetch", once);
        using (writer.Block("else"))
        {
            EmitPrefetches(writer, "PrefetchFar", twice);
            EmitPrefetches(writer, "Prefetch", near);
        }
    }

    /// <summary>Asks for lines.</summary>
    /// <param name="writer">Takes the requests.</param>
    /// <param name="method">Of <c>CacheLine</c>.</param>
    /// <param name="elements">The elements to ask for.</param>
    public static void EmitPrefetches(SourceWriter writer, string method, IEnumerable<string> elements)
    {
        foreach (string element in elements)
            writer.Write($"CacheLine.{method}(ref Unsafe.Add(ref {element}));");
    }

    /// <summary>References <c>{prefix}0</c>.. to consecutive rows of memory, of which those past the last valid one repeat it.</summary>
    public static void EmitClampedRows(SourceWriter writer, string type, string prefix, string source, string stride, string index, string count, int rows)
    {
        writer.Write($"ref {type} {prefix}0 = ref Unsafe.Add(ref {source}, {index} * {stride});");
        for (int row = 1; row < rows; row++)
            writer.Write($"ref {type} {prefix}{row} = ref Unsafe.Add(ref {prefix}{row - 1}, {index} + {row} < {count} ? {stride} : 0);");
    }
}
