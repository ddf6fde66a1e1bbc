using System.Runtime.CompilerServices;

namespace SpecAttn.Execution;

/// <summary>
/// The rows of one or more neighbouring key/value heads of one sequence: of every head, every query once for each computed head of its group.
/// </summary>
internal readonly ref struct HeadRows
{
    private readonly HeadGroup _group;
    private readonly int _queries;

    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">The first key/value head.</param>
    /// <param name="heads">How many there are; only one where heads are pruned.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public HeadRows(ref readonly AttentionProblem problem, int batch, int keyValueHead, int heads = 1)
    {
        Batch = batch;
        KeyValueHead = keyValueHead;
        Heads = heads;
        _group = problem.GroupOf(keyValueHead);
        _queries = problem.QueryLengthOf(batch);
    }

    public int Batch { get; }

    /// <summary>The first key/value head.</summary>
    public int KeyValueHead { get; }

    /// <summary>Key/value heads.</summary>
    public int Heads { get; }

    /// <summary>Rows of one key/value head.</summary>
    public int OfHead => _queries * _group.Count;

    /// <summary>Number of rows.</summary>
    public int Count => Heads * OfHead;

    /// <summary>Of a row of the first key/value head: rows of one query are neighbours.</summary>
    public int QueryOf(int row) => row / _group.Count;

    /// <summary>Of a row of the first key/value head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Query, int Head) QueryAndHead(int row)
    {
        RowCursor at = From(row);
        return (at.Query, at.Head);
    }

    /// <summary>Begins a walk at a row of the first key/value head; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowCursor From(int row)
    {
        (int query, int index) = row == 0 ? (0, 0) : Math.DivRem(row, _group.Count);
        return new RowCursor(_group, KeyValueHead, _queries, query, index);
    }
}

/// <summary>Goes from row to row: a division for each, and for its head, would take as long as much of what is done with a row.</summary>
internal ref struct RowCursor
{
    private readonly int _queries;
    private HeadGroup _group;
    private int _index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RowCursor(HeadGroup group, int keyValueHead, int queries, int query, int index)
    {
        _group = group;
        _index = index;
        _queries = queries;
        KeyValueHead = keyValueHead;
        Query = query;
    }

    public int KeyValueHead { get; private set; }

    public int Query { get; private set; }

    public readonly int Head => _group[_index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveNext()
    {
        if (++_index != _group.Count)
            return;
        _index = 0;
        if (++Query != _queries)
            return;
        Query = 0;
        KeyValueHead++;
        _group = _group.Next();
    }
}
