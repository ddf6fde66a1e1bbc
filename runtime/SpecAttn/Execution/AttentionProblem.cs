using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

/// <summary>
/// One validated call, as plain numbers and addresses of memory that stays pinned until the call returns. Strides are in elements.
/// A head's first element is <c>batch·BatchStride + position·TokenStride + head·HeadStride</c>; its elements are contiguous.
/// </summary>
internal unsafe struct AttentionProblem
{
    public StridedTensor Query;
    public StridedTensor Key;
    public StridedTensor Value;
    public StridedTensor Output;

    /// <summary>[batch, heads, queryLength] contiguous, or null when not asked for.</summary>
    public float* LogSumExp;

    /// <summary>[batch] valid keys, or null: every sequence has <see cref="KeyLength"/>.</summary>
    public int* KeyLengths;

    /// <summary>[batch] position of query 0 among the keys, or null: see <see cref="HasQueryOffset"/>.</summary>
    public int* QueryOffsets;

    /// <summary>Position of query 0 of every sequence, when <see cref="HasQueryOffset"/>; otherwise <see cref="Alignment"/> decides.</summary>
    public int QueryOffset;
    public bool HasQueryOffset;
    public CausalAlignment Alignment;

    /// <summary>[heads] ALiBi slopes, or null.</summary>
    public float* Slopes;

    /// <summary>Added to the scores; without an address where there is none.</summary>
    public ScoreTensor Bias;

    /// <summary>Of bytes that are not 0 where a query may see a key; without an address where there is none.</summary>
    public ScoreTensor Mask;

    /// <summary>Output [batch, heads, queryLength, keyLength], where <see cref="HasWeights"/>.</summary>
    public ScoreTensor Weights;
    public bool HasWeights;
    public ScoreStage WeightsStage;

    /// <summary>[batch] where the keys of rings begin, or null: every sequence begins with key 0.</summary>
    public KeyOrigin* KeyOrigins;

    /// <summary>Whether the keys have been turned as they were stored: only queries are left.</summary>
    public bool KeysAreTurned;

    /// <summary>What the user's functions read, or null.</summary>
    public CapturedValues* Captured;

    /// <summary>Keys below are visible whatever the mask says.</summary>
    public int PrefixLength;

    /// <summary>Query heads that are not computed, ascending.</summary>
    public int* PrunedHeads;
    public int PrunedHeadCount;

    /// <summary>[heads] scores without a value, natural base, or null.</summary>
    public float* Sinks;

    /// <summary>What turns queries and keys as they are loaded.</summary>
    public RotaryTable Rotary;

    public int Batch;
    /// <summary>Queries of a sequence; of a ragged batch, of the longest.</summary>
    public int QueryLength;

    /// <summary>Keys of a sequence; of a ragged batch, of the longest.</summary>
    public int KeyLength;

    /// <summary>Queries of all sequences.</summary>
    public nint AllQueries;
    public int Heads;
    public int KeyValueHeads;

    /// <summary>Factor on the scores, natural base.</summary>
    public float Scale;

    /// <summary>Most query heads that are computed for one key/value head.</summary>
    public int ComputedGroup;

    /// <summary>Whether sequences differ in length and lie one behind the other.</summary>
    public readonly bool IsRagged => Query.Segments != null;

    /// <summary>Whether every sequence is worked on by its own lengths, as it would be alone.</summary>
    public readonly bool IsUneven => IsRagged || (Key.Tables != null && Batch > 1);

    /// <summary>Query heads that share one key/value head, pruned ones included.</summary>
    public readonly int Group => Heads / KeyValueHeads;

    /// <summary>Factor on the scores for a softmax in base 2: scale · log2(e), rounded once.</summary>
    public readonly float BinaryScale => (float)(Scale * 1.4426950408889634);

    /// <summary>Whether queries must be brought into scratch memory before a kernel can read them.</summary>
    public readonly bool MustLoadQueries => Query.Element != ElementType.Single || Rotary.IsUsed;

    /// <summary>Whether keys must be brought into scratch memory before a kernel can read them.</summary>
    public readonly bool MustLoadKeys => Key.Element != ElementType.Single || MustTurnKeys;

    /// <summary>Whether keys are turned as they are loaded.</summary>
    public readonly bool MustTurnKeys => Rotary.IsUsed && !KeysAreTurned;

    /// <summary>Whether values must be brought into scratch memory before a kernel can read them.</summary>
    public readonly bool MustLoadValues => Value.Element != ElementType.Single;

    /// <summary>Brings one query into scratch memory, as the scores need it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void LoadQuery(int batch, int query, int head, float* target, int dim)
    {
        Query.LoadRows(batch, query, 1, head, target, 0, dim);

        // Without a key nothing is known of a query's position, and nothing is made of the query.
        if (Rotary.IsUsed && KeyLengthOf(batch) != 0)
            Rotary.Apply(target, (int)(PositionOf(batch, query) + PositionShiftOf(batch)));
    }

    /// <summary>Brings consecutive keys of a head into scratch memory, as the scores need them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void LoadKeys(int batch, int first, int count, int keyValueHead, float* target, nint stride, int dim)
    {
        Key.LoadRows(batch, first, count, keyValueHead, target, stride, dim);
        if (!MustTurnKeys)
            return;
        int position = (int)(KeyPositionOf(batch, first) + PositionShiftOf(batch));
        for (int i = 0; i < count; i++)
            Rotary.Apply(target + (i * stride), position + i);
    }

    /// <summary>Brings consecutive values of a head into scratch memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void LoadValues(int batch, int first, int count, int keyValueHead, float* target, nint stride, int dim) =>
        Value.LoadRows(batch, first, count, keyValueHead, target, stride, dim);

    /// <summary>Sets <see cref="ComputedGroup"/> from the pruned heads.</summary>
    public void CountComputedHeads()
    {
        ComputedGroup = PrunedHeadCount == 0 ? Group : 0;
        for (int head = 0; head < KeyValueHeads && ComputedGroup < Group; head++)
            ComputedGroup = Math.Max(ComputedGroup, GroupOf(head).Count);
    }

    /// <summary>The query heads of a key/value head that are computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly HeadGroup GroupOf(int keyValueHead) =>
        HeadGroup.Create(keyValueHead * Group, Group, new ReadOnlySpan<int>(PrunedHeads, PrunedHeadCount));

    /// <summary>Where a row's logarithm goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint LogSumExpIndex(int batch, int query, int head) => IsRagged
        ? (head * AllQueries) + Query.Segments[batch] + query
        : ((((nint)batch * Heads) + head) * QueryLength) + query;

    /// <summary>Queries of a sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int QueryLengthOf(int batch) => IsRagged ? Query.Segments[batch + 1] - Query.Segments[batch] : QueryLength;

    /// <summary>Valid keys of a sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int KeyLengthOf(int batch) => KeyLengths != null ? KeyLengths[batch]
        : IsRagged ? Key.Segments[batch + 1] - Key.Segments[batch]
        : KeyLength;

    /// <summary>Keys by which work on a sequence is planned: all sequences alike, but where they differ in length, each as it would be alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int PlannedKeysOf(int batch) => IsUneven ? KeyLengthOf(batch) : KeyLength;

    /// <summary>Bytes of the keys and values of all heads of a sequence, by which work on it is planned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long PlannedBytesOf<TKernel>(int batch)
        where TKernel : struct, IAttentionKernel =>
        (long)PlannedKeysOf(batch) * KeyValueHeads * ((TKernel.HeadDim * Key.Element.Size()) + (TKernel.ValueDim * Value.Element.Size()));

    /// <summary>Keys of a sequence that any query can see: a bias or a mask that has fewer hides the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int SeenKeysOf(int batch) => Math.Min(KeyLengthOf(batch), KeyLength - Math.Max(Bias.MissingKeys, Mask.MissingKeys));

    /// <summary>The factor that is folded into the queries.</summary>
    /// <param name="changesScores">Whether scores are changed before they go to base 2.</param>
    public readonly float QueryScale(bool changesScores) => changesScores ? Scale : BinaryScale;

    /// <summary>What passes over the scores can read of a call and a sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly ScoreInputs InputsOf(int batch, int keyValueHead) => new()
    {
        Batch = batch,
        KeyValueHead = keyValueHead,
        QueryLength = QueryLengthOf(batch),
        KeyLength = KeyPositionOf(batch, KeyLengthOf(batch)),
        PrefixLength = (int)Math.Max(0, PrefixLength - PositionShiftOf(batch)),
        Captured = Captured,
    };

    /// <summary>Position of a key: its index, except in a ring, where the oldest key that is held has the index 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int KeyPositionOf(int batch, int key) => KeyOrigins == null ? key : KeyOrigins[batch].First + key;

    /// <summary>Position of a query among the keys; positions that an int cannot hold are its nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int PositionOf(int batch, int query) => PositionFrom(FirstPositionOf(batch), query);

    /// <summary>The same, where the position of query 0 is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PositionFrom(long first, int query) => (int)Math.Clamp(first + query, int.MinValue, int.MaxValue);

    /// <summary>Position of query 0 among the keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly long FirstPositionOf(int batch) => QueryOffsets != null ? QueryOffsets[batch] - PositionShiftOf(batch)
        : HasQueryOffset ? QueryOffset - PositionShiftOf(batch)
        : Alignment == CausalAlignment.BottomRight ? (long)KeyPositionOf(batch, KeyLengthOf(batch)) - QueryLengthOf(batch)
        : -PositionShiftOf(batch);

    /// <summary>What all positions of a sequence are less by than its caller counts them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long PositionShiftOf(int batch) => KeyOrigins == null ? 0 : KeyOrigins[batch].Shift;
}
