namespace SpecAttn.Execution;

/// <summary>Work that falls into independent, numbered items. Which thread runs an item never changes its result.</summary>
internal interface IParallelWork
{
    /// <summary>Runs one item.</summary>
    /// <param name="item">0 to the number of items − 1.</param>
    /// <param name="scratch">Memory of this thread alone, 64-byte aligned, contents undefined.</param>
    void Execute(int item, nint scratch);
}
