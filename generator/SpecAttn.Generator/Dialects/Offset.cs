namespace SpecAttn.Generator.Dialects;

/// <summary>Offsets in generated code: C# expressions, numbers where they can be.</summary>
internal static class Offset
{
    /// <summary>The offset and some more.</summary>
    public static string Plus(string offset, int more) =>
        int.TryParse(offset, out int number) ? $"{number + more}"
        : more == 0 ? offset
        : $"{offset} + {more}";

    /// <summary>As the index that vectors are loaded by.</summary>
    public static string Index(string offset) => int.TryParse(offset, out _) ? offset : $"(nuint)({offset})";
}
