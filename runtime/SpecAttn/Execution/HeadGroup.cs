using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>The query heads that share a key/value head, without the pruned ones.</summary>
internal readonly ref struct HeadGroup
{
    private readonly int _first;
    private readonly ReadOnlySpan<int> _pruned;

    private HeadGroup(int first, ReadOnlySpan<int> pruned, int count)
    {
        _first = first;
        _pruned = pruned;
        Count = count;
    }

    /// <summary>Heads that are computed.</summary>
    public int Count { get; }

    /// <summary>The head at an index below <see cref="Count"/>, ascending.</summary>
    public int this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int head = _first + index;
            foreach (int pruned in _pruned)
                head += pruned <= head ? 1 : 0;
            return head;
        }
    }

    /// <summary>The next group, of as many heads; none of them may be pruned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HeadGroup Next() => new(_first + Count, default, Count);

    /// <param name="first">First head of the group.</param>
    /// <param name="heads">Heads of the group, pruned ones included.</param>
    /// <param name="pruned">The pruned heads of all groups, ascending.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static HeadGroup Create(int first, int heads, ReadOnlySpan<int> pruned)
    {
        return pruned.IsEmpty ? new HeadGroup(first, default, heads) : CreateWithout(pruned, first, heads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static HeadGroup CreateWithout(ReadOnlySpan<int> pruned, int first, int heads)
    {
        int begin = CountBelow(pruned, first);
        int end = CountBelow(pruned, first + heads);
        return new HeadGroup(first, pruned[begin..end], heads - (end - begin));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountBelow(ReadOnlySpan<int> heads, int limit)
    {
        int index = heads.BinarySearch(limit);
        return index < 0 ? ~index : index;
    }
}
