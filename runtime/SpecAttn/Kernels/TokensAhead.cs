using System.ComponentModel;

namespace SpecAttn.Kernels;

/// <summary>
/// Which later tokens the row kernel asks for, so that they are near when they are needed: how many elements each lies from the token at
/// work. They may lie outside of all memory: nothing is read.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TokensAhead
{
    /// <summary>What is asked for first.</summary>
    public nint First;

    /// <summary>
    /// What is asked for once more, nearer by: the processor passes over some of what it is asked for while all its buffers for lines on
    /// their way are taken.
    /// </summary>
    public nint Again;

    /// <summary>What will be needed even later, of which but the page is made known.</summary>
    public nint Page;
}
