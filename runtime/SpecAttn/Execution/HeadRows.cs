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
        (int query, int index) = Math.DivRem(row, _group.Count);
        return (query, _group[index]);
    }
}
