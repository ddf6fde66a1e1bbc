namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>Numbers of heads and their dimensions.</summary>
internal sealed record HeadGeometry(int Heads, int KeyValueHeads, int HeadDim, int ValueDim)
{
    /// <summary>Query heads that share one key/value head.</summary>
    public int Group => Heads / KeyValueHeads;
}
