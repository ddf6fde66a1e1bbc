using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>The rows of one key/value head of one sequence: every query once for each computed head of the group.</summary>
internal readonly ref struct HeadRows
{
    private readonly HeadGroup _group;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HeadRows(ref readonly AttentionProblem problem, int batch, int keyValueHead)
    {
        Batch = batch;
        KeyValueHead = keyValueHead;
        _group = problem.GroupOf(keyValueHead);
        Count = problem.QueryLengthOf(batch) * _group.Count;
    }

    public int Batch { get; }

    public int KeyValueHead { get; }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Rows of one query are neighbours.</summary>
    public int QueryOf(int row) => row / _group.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Query, int Head) QueryAndHead(int row)
    {
        RowCursor at = From(row);
        return (at.Query, at.Head);
    }

    /// <summary>Begins a walk at a row; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowCursor From(int row)
    {
        (int query, int index) = row == 0 ? (0, 0) : Math.DivRem(row, _group.Count);
        return new RowCursor(_group, query, index);
    }
}

/// <summary>Goes from row to row: a division for each, and for its head, would take as long as much of what is done with a row.</summary>
internal ref struct RowCursor
{
    private readonly HeadGroup _group;
    private int _index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowCursor(HeadGroup group, int query, int index)
    {
        _group = group;
        _index = index;
        Query = query;
    }

    public int Query { get; private set; }

    public readonly int Head => _group[_index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveNext()
    {
        if (++_index == _group.Count)
        {
            _index = 0;
            Query++;
        }
    }
}
