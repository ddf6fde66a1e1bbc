using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// Neighbouring rows of one key/value head, as the kernel's classification of blocks sees them: asked about many keys, so that what the
/// questions have in common is gathered once.
/// </summary>
internal struct SeeingRows<TKernel>
    where TKernel : struct, IAttentionKernel
{
    private readonly ScoreInputs _inputs;
    private BlockRange _positions;

    /// <summary>Position of the key with the index 0.</summary>
    private readonly int _firstKey;

    /// <param name="problem">The call.</param>
    /// <param name="batch">Sequence.</param>
    /// <param name="keyValueHead">Key/value head.</param>
    /// <param name="firstPosition">Position of the first row's query: rows are ordered by query.</param>
    /// <param name="lastPosition">Position of the last row's query.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SeeingRows(ref readonly AttentionProblem problem, int batch, int keyValueHead, int firstPosition, int lastPosition)
    {
        if (!TKernel.HasMask)
            return;
        _inputs = problem.InputsOf(batch, keyValueHead);
        _positions = new BlockRange(firstPosition, lastPosition);
        _firstKey = problem.KeyPositionOf(batch, 0);
    }

    /// <summary>Goes on to other rows of the same head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveTo(int firstPosition, int lastPosition) => _positions = new BlockRange(firstPosition, lastPosition);

    /// <summary>What the masks say of these rows and some keys, at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly BlockVisibility Classify(int firstKey, int keys) =>
        TKernel.HasMask ? BlockClass.Of<TKernel>(in _inputs, _positions, Keys(firstKey, keys)) : BlockVisibility.Full;

    /// <summary>The same of several key/value heads: mixed where they differ.</summary>
    /// <param name="firstKey">The first key.</param>
    /// <param name="keys">How many there are.</param>
    /// <param name="heads">How many heads there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly BlockVisibility ClassifyHeads(int firstKey, int keys, int heads)
    {
        BlockVisibility visibility = Classify(firstKey, keys);
        if (!TKernel.TellsHeadsApart || heads == 1)
            return visibility;
        ScoreInputs inputs = _inputs;
        for (int head = 1; head < heads; head++)
        {
            inputs.KeyValueHead++;
            if (BlockClass.Of<TKernel>(in inputs, _positions, Keys(firstKey, keys)) != visibility)
                return BlockVisibility.Mixed;
        }
        return visibility;
    }

    /// <summary>At a glance: as <see cref="Classify"/>, but more is mixed. For tiles, of which there are many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool MaySee(int firstKey, int keys) =>
        !TKernel.HasMask || TKernel.Classify(in _inputs, _positions, Keys(firstKey, keys)) != BlockVisibility.Empty;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly BlockRange Keys(int first, int count) => new(_firstKey + first, _firstKey + first + count - 1);
}
