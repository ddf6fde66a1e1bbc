using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>What is certain of a condition for the pairs of a block.</summary>
/// <param name="never">Whether it holds for no pair.</param>
/// <param name="always">Whether it holds for every pair.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct BlockCondition(bool never, bool always)
{
    /// <summary>What nothing is known of.</summary>
    public static BlockCondition Open => new(false, false);

    /// <summary>Whether it holds for no pair.</summary>
    public bool Never { get; } = never;

    /// <summary>Whether it holds for every pair.</summary>
    public bool Always { get; } = always;

    /// <summary>Of the condition that a query sees a key: what becomes of the block.</summary>
    public BlockVisibility Visibility => Never ? BlockVisibility.Empty : Always ? BlockVisibility.Full : BlockVisibility.Mixed;

    /// <summary>One truth for all pairs.</summary>
    public static implicit operator BlockCondition(bool value) => new(!value, value);

    /// <summary>not value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator !(BlockCondition value) => new(value.Always, value.Never);

    /// <summary>left and right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator &(BlockCondition left, BlockCondition right) => new(left.Never | right.Never, left.Always & right.Always);

    /// <summary>left or right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator |(BlockCondition left, BlockCondition right) => new(left.Never & right.Never, left.Always | right.Always);

    /// <summary>left or right, not both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition operator ^(BlockCondition left, BlockCondition right) =>
        new((left.Never & right.Never) | (left.Always & right.Always), (left.Never & right.Always) | (left.Always & right.Never));

    /// <summary>One of two, by a condition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BlockCondition Select(BlockCondition condition, BlockCondition one, BlockCondition other) =>
        (condition & one) | (!condition & other) | (one & other);
}
