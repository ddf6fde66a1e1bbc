using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// Which later tokens the row kernel asks for, so that they are near when they are needed. They may lie outside of all memory: nothing is read.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TokensAhead
{
    /// <summary>What is asked for first.</summary>
    public TokenDistance First;

    /// <summary>
    /// What is asked for once more, nearer by: the processor passes over some of what it is asked for while all its buffers for lines on
    /// their way are taken.
    /// </summary>
    public TokenDistance Again;

    /// <summary>How many elements behind what is asked for first lies what will be needed even later, of which but the page is made known.</summary>
    public nint Page;
}

/// <summary>How many elements from each token of a call lies the one that it asks for, where those may lie in two places.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TokenDistance
{
    /// <summary>For tokens before <see cref="Turn"/>.</summary>
    public nint Before;

    /// <summary>For <see cref="Turn"/> and the tokens behind it.</summary>
    public nint Behind;

    /// <summary>A token of the call, or a number beyond all of them.</summary>
    public int Turn;

    /// <summary>The distance for a token of the call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint Of(int token) => token < Turn ? Before : Behind;
}
