namespace SpecAttn.Execution;

/// <summary>Keys <c>Begin..End−1</c> of a block; empty where End is not above Begin.</summary>
internal readonly record struct KeyRange(int Begin, int End)
{
    public int Count => End - Begin;

    public bool IsEmpty => End <= Begin;

    public bool Contains(int key) => key >= Begin && key < End;

    /// <summary>The smallest range that holds both.</summary>
    public KeyRange Or(KeyRange other) =>
        other.IsEmpty ? this : IsEmpty ? other : new KeyRange(Math.Min(Begin, other.Begin), Math.Max(End, other.End));
}
