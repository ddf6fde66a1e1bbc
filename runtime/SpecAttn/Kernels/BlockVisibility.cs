using System.ComponentModel;

namespace SpecAttn.Kernels;

/// <summary>What the masks of a kernel say of a block, that is of a range of queries against a range of keys.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum BlockVisibility
{
    /// <summary>No query of the block sees a key of it: keys and values are not even read.</summary>
    Empty,

    /// <summary>Every query sees every key: no mask code runs.</summary>
    Full,

    /// <summary>Anything else, or not known before looking at each pair.</summary>
    Mixed,
}
