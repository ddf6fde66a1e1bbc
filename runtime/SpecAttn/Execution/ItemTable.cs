using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>Which items of work belong to which sequence: the same number to each, or to each its own.</summary>
internal readonly unsafe struct ItemTable
{
    private readonly int _sequences;
    private readonly int _itemsPerSequence;
    private readonly int* _first;

    private ItemTable(int sequences, int itemsPerSequence, int* first)
    {
        _sequences = sequences;
        _itemsPerSequence = itemsPerSequence;
        _first = first;
    }

    /// <summary>Number of items.</summary>
    public int Count => FirstOf(_sequences);

    public static ItemTable Uniform(int sequences, int itemsPerSequence)
    {
        _ = checked(sequences * itemsPerSequence);
        return new ItemTable(sequences, itemsPerSequence, null);
    }

    /// <param name="sequences">Number of sequences.</param>
    /// <param name="first">[sequences + 1] the first item of each, and the number of all.</param>
    public static ItemTable Ragged(int sequences, int* first) => new(sequences, 0, first);

    /// <summary>The first item of a sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FirstOf(int sequence) => _first == null ? sequence * _itemsPerSequence : _first[sequence];

    /// <summary>The sequence of an item, and the item's number in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Sequence, int Item) Find(int item) => _first == null ? Math.DivRem(item, _itemsPerSequence) : Search(item);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private (int Sequence, int Item) Search(int item)
    {
        // The last sequence that begins at the item or before; those without items lie before it.
        int low = 0;
        int high = _sequences;
        while (high - low > 1)
        {
            int middle = (low + high) >>> 1;
            if (_first[middle] <= item)
                low = middle;
            else
                high = middle;
        }

        return (low, item - _first[low]);
    }
}
