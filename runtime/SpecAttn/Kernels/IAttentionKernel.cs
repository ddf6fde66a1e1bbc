using System.ComponentModel;

namespace SpecAttn.Kernels;

/// <summary>
/// One generated variant of one attention method: the register tiles, and nothing above them. Loops over batch, heads, blocks and
/// threads are the runtime's, specialised per kernel through the static members of this interface.
/// </summary>
/// <remarks>
/// A <b>row</b> is one query of one head; the query heads that share a key/value head put their rows side by side.
/// <list type="bullet">
/// <item>The <b>tile kernel</b> serves many rows. A block of up to <see cref="BlockRows"/> rows is transposed so that a row is a lane:
/// <c>queries[headDim][BlockRows]</c>, <c>scores[key][BlockRows]</c>. A <b>column</b> is one vector of <see cref="Lanes"/> rows.</item>
/// <item>The <b>row kernel</b> serves few rows (decoding). The head dimension is in the lanes: <c>queries[row][PaddedHeadDim]</c>,
/// <c>scores[row][RowScoreStride]</c>, where a key is a lane.</item>
/// </list>
/// Scores are in base 2 when they come to softmax: log2(e) is part of the scale that is folded into the queries or, where a kernel
/// <see cref="ChangesScores"/>, of what its passes over the scores do last. Accumulators are <c>[row][PaddedValueDim]</c>.
/// Every reference is to memory that the runtime holds still; a kernel reads and writes exactly the elements that the documented
/// shapes name. "Slack" rows or keys lie past the last valid one in the runtime's own scratch memory: they may be written, and are never used.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IAttentionKernel
{
    /// <summary>Rows in one vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>Rows in a full block of the tile kernel, a multiple of <see cref="Lanes"/>.</summary>
    static abstract int BlockRows { get; }

    /// <summary>Keys between two softmax steps of the tile kernel, a multiple of <see cref="KeyTile"/>.</summary>
    static abstract int KeyBlock { get; }

    /// <summary>Most keys in one register tile of scores; the scores have as many slack keys.</summary>
    static abstract int KeyTile { get; }

    /// <summary>Most rows in one register tile of values.</summary>
    static abstract int ValueTileRows { get; }

    /// <summary>Elements of a query or key head.</summary>
    static abstract int HeadDim { get; }

    /// <summary>Elements of a value or output head.</summary>
    static abstract int ValueDim { get; }

    /// <summary><see cref="HeadDim"/> rounded up to whole vectors.</summary>
    static abstract int PaddedHeadDim { get; }

    /// <summary><see cref="ValueDim"/> rounded up to whole vectors.</summary>
    static abstract int PaddedValueDim { get; }

    /// <summary>Most rows (queries × heads of a group) for which the row kernel is used.</summary>
    static abstract int MaximumRows { get; }

    /// <summary>The same where tokens of other heads lie between those of one, which costs the row kernel more.</summary>
    static abstract int MaximumScatteredRows { get; }

    /// <summary>The same for keys and values of at most <see cref="NearBytes"/>, of which the tile kernel makes more.</summary>
    static abstract int MaximumNearRows { get; }

    /// <summary>Bytes that the caches hold, and their tables of pages: of the keys and values of all heads of a sequence, or of all that a call reads and writes.</summary>
    static abstract long NearBytes { get; }

    /// <summary>Rows the row kernel takes in one pass over the keys, if there are as many.</summary>
    static abstract int RowTile { get; }

    /// <summary>Rows the row kernel takes in one pass over the keys, at most, if there are fewer than <see cref="RowTile"/>.</summary>
    static abstract int SmallRowTile { get; }

    /// <summary>Rows from which on the row kernel asks for tokens ahead that are in no streams; with fewer, it does not look at where it should.</summary>
    static abstract int FewestAskingRows { get; }

    /// <summary>Rows from which on the row kernel may be given tokens in streams.</summary>
    static abstract int FewestStreamRows { get; }

    /// <summary>Keys between two softmax steps of the row kernel, a multiple of <see cref="Lanes"/>.</summary>
    static abstract int RowKeyBlock { get; }

    /// <summary>
    /// Keys of a chunk, of which each lies in one piece and any number of rows reads one again at once, while it still is in the nearest cache.
    /// Sums of values are made per so many keys, or of <see cref="RowChunksOfSums"/>, so that they are the same wherever
    /// <see cref="RowValues"/> is called anew between two of these.
    /// </summary>
    static abstract int RowKeyChunk { get; }

    /// <summary>Whether the row kernel reads keys that are stored so; others must be turned into fp32 first. See <see cref="ElementType.FiniteHalf"/>.</summary>
    static virtual bool RowReadsKeys(ElementType element) => element == ElementType.Single;

    /// <summary>The same of values.</summary>
    static virtual bool RowReadsValues(ElementType element) => element == ElementType.Single;

    /// <summary>How many chunks of values have one sum, where values are stored so. <see cref="RowValues"/> is called anew only between these.</summary>
    static virtual int RowChunksOfSums(ElementType element) => 1;

    // Members that have a body here are neither generated nor called where a kernel does without them.

    /// <summary>Whether the tile kernel is as fast on keys and values where they lie as on a copy of them.</summary>
    static virtual bool ReadsKeysInPlace => false;

    /// <summary>Whether the masks can hide anything at all from a query; where not, every block is full.</summary>
    static virtual bool HasMask => false;

    /// <summary>Whether <see cref="Classify"/> calls blocks mixed that are not, which smaller ones show.</summary>
    static virtual bool RefinesBlocks => false;

    /// <summary>Whether <see cref="Classify"/> can say something else of another key/value head.</summary>
    static virtual bool TellsHeadsApart => false;

    /// <summary>Whether a key can be hidden from a query, by a mask or by a score of −∞.</summary>
    static virtual bool MayHide => false;

    /// <summary>Whether scores are changed between the product and softmax. They then are in natural units until they have been.</summary>
    static virtual bool ChangesScores => false;

    /// <summary>Whether the weights output asks for scores in the middle of their changes.</summary>
    static virtual bool CapsScores => false;

    /// <summary>Whether a parameter <c>bias</c> is added to the scores.</summary>
    static virtual bool HasBias => false;

    /// <summary>Whether a parameter <c>mask</c> says which keys are seen.</summary>
    static virtual bool HasMaskTensor => false;

    /// <summary>What the masks say of queries at some positions and some keys. Empty and full are certain, mixed is not.</summary>
    static virtual BlockVisibility Classify(in ScoreInputs inputs, BlockRange query, BlockRange key) => BlockVisibility.Full;

    /// <summary>Transposes and scales rows: <c>queries[d][lane] = scale · row[lane][d]</c> for <paramref name="columns"/> vectors of lanes.</summary>
    /// <param name="columns">1 to <c>BlockRows / Lanes</c>.</param>
    /// <param name="query">The element that <paramref name="rowOffsets"/> count from.</param>
    /// <param name="rowOffsets">Where each row starts, in elements; <c>columns · Lanes</c> of them, every one a valid row.</param>
    /// <param name="scale">Factor on every element.</param>
    /// <param name="queries">Destination, <c>[HeadDim][BlockRows]</c>.</param>
    static abstract void LoadQueries(int columns, ref float query, ref nint rowOffsets, float scale, ref float queries);

    /// <summary>
    /// <c>scores[key][lane] = Σ_d keys[key][d] · queries[d][lane]</c>, and the maximum over the keys of each lane.
    /// </summary>
    /// <param name="columns">1 to <c>BlockRows / Lanes</c>.</param>
    /// <param name="queries">First column of <c>[HeadDim][BlockRows]</c>.</param>
    /// <param name="keys">First key.</param>
    /// <param name="keyStride">Elements from one key to the next.</param>
    /// <param name="keyCount">At least 1.</param>
    /// <param name="scores">Destination, <c>[keyCount + slack][BlockRows]</c>.</param>
    /// <param name="blockMaximum">Raised to the maximum of each lane, <c>[columns · Lanes]</c>.</param>
    static abstract void Scores(int columns, ref float queries, ref float keys, nint keyStride, int keyCount, ref float scores, ref float blockMaximum);

    /// <summary>Changes one column of scores of which every pair is visible, and sets the maximum of each lane anew.</summary>
    /// <param name="inputs">What the change depends on.</param>
    /// <param name="keyCount">Keys in the column.</param>
    /// <param name="keyIndex">Index of the first of them.</param>
    /// <param name="scores">The column, <c>[keyCount][BlockRows]</c>.</param>
    /// <param name="blockMaximum">Set, <c>[Lanes]</c>.</param>
    static virtual void ChangeScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores, ref float blockMaximum) =>
        throw new NotSupportedException();

    /// <summary>As <see cref="ChangeScores"/>, and hides scores: hidden = −∞.</summary>
    static virtual void MaskScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores, ref float blockMaximum) =>
        throw new NotSupportedException();

    /// <summary>Changes one column of scores as far as the weights output asks for; they stay in natural units.</summary>
    static virtual void CapScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores) =>
        throw new NotSupportedException();

    /// <summary>Transposes rows of a bias or a mask: <c>target[i][lane] = row[lane][i]</c>.</summary>
    /// <param name="columns">1 to <c>BlockRows / Lanes</c>.</param>
    /// <param name="count">Elements of every row.</param>
    /// <param name="rows">The element that <paramref name="rowOffsets"/> count from.</param>
    /// <param name="rowOffsets">Where each row starts, in elements; <c>columns · Lanes</c> of them.</param>
    /// <param name="target">Destination, <c>[count][BlockRows]</c>.</param>
    static virtual void TransposeRows(int columns, int count, ref float rows, ref nint rowOffsets, ref float target) =>
        throw new NotSupportedException();

    /// <summary>
    /// One online-softmax step of one column (Milakov and Gimelshein 2018): scores become weights 2^(score − maximum), the running
    /// maximum rises to the block's, and the running sum is rescaled and increased.
    /// </summary>
    /// <param name="keyCount">Keys in the column.</param>
    /// <param name="scores">The column, <c>[keyCount][BlockRows]</c>; becomes the weights. A score of −∞ becomes exactly 0.</param>
    /// <param name="blockMaximum">Maximum of the column's scores, <c>[Lanes]</c>.</param>
    /// <param name="maximum">Running maximum, <c>[Lanes]</c>; −∞ before the first step.</param>
    /// <param name="sum">Running sum, <c>[Lanes]</c>.</param>
    /// <param name="factor">Set to what earlier accumulators must be multiplied with, <c>[Lanes]</c>.</param>
    static abstract void Softmax(int keyCount, ref float scores, ref float blockMaximum, ref float maximum, ref float sum, ref float factor);

    /// <summary><c>accumulators[row][d] = accumulators[row][d] · factor[row] + Σ_key weights[key][row] · values[key][d]</c>.</summary>
    /// <param name="rows">1 to <see cref="BlockRows"/>.</param>
    /// <param name="weights">First row, <c>[keyCount][BlockRows]</c>.</param>
    /// <param name="values">First value.</param>
    /// <param name="valueStride">Elements from one value to the next.</param>
    /// <param name="keyCount">May be 0.</param>
    /// <param name="factor">First row, <c>[rows]</c>.</param>
    /// <param name="accumulators">First row, <c>[rows][PaddedValueDim]</c>.</param>
    /// <param name="ahead">Lines to ask for on the way, one for every tile and key; those that are asked for are taken out.</param>
    static abstract void Values(
        int rows, ref float weights, ref float values, nint valueStride, int keyCount, ref float factor, ref float accumulators, ref LinesAhead ahead);

    /// <summary>
    /// As <see cref="Values"/>, but a key whose weight is negative (hidden) is left out instead of multiplied, so that a NaN or ∞ in a
    /// value that a row does not see cannot reach it. Slower; bit-identical otherwise.
    /// </summary>
    static virtual void ValuesOfVisible(int rows, ref float weights, ref float values, nint valueStride, int keyCount, ref float factor, ref float accumulators) =>
        throw new NotSupportedException();

    /// <summary>
    /// <c>scores[row][key] = Σ_d queries[row][d] · keys[key][d]</c>; integers without their scales, finite Halves without their factor, and
    /// queries in the order of keys that come in pairs (<see cref="ElementPairs"/>).
    /// </summary>
    /// <param name="element">How keys are stored, see <see cref="RowReadsKeys"/>.</param>
    /// <param name="rows">1 to <see cref="SmallRowTile"/>, or <see cref="RowTile"/>.</param>
    /// <param name="queries">Scaled rows, <c>[rows][PaddedHeadDim]</c>, padded with 0.</param>
    /// <param name="keys">The keys, in chunks of <see cref="RowKeyChunk"/>, or of streams in quarters of it (<see cref="TokenChunks.AreStreams"/>).</param>
    /// <param name="keyStride">Elements from one key of a chunk to the next.</param>
    /// <param name="keyCount">At least 1.</param>
    /// <param name="scores">Destination, <c>[rows][RowScoreStride]</c>, where RowScoreStride = RowKeyBlock + Lanes, every chunk at its <see cref="TokenChunks.Place"/>; up to 3 slack keys are written.</param>
    static abstract void RowScores(
        ElementType element, int rows, ref float queries, in TokenChunks keys, nint keyStride, int keyCount, ref float scores);

    /// <summary>Changes scores of one row, all of which are visible.</summary>
    /// <param name="inputs">What the change depends on.</param>
    /// <param name="keyCount">Keys; up to <c>Lanes − 1</c> slack keys may be written.</param>
    /// <param name="keyIndex">Index of the first key.</param>
    /// <param name="scores">The row.</param>
    static virtual void ChangeRowScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores) =>
        throw new NotSupportedException();

    /// <summary>As <see cref="ChangeRowScores"/>, and hides scores: hidden = −∞.</summary>
    static virtual void MaskRowScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores) =>
        throw new NotSupportedException();

    /// <summary>Softmax of one row whose keys are the lanes, but for the division by the sum: scores become weights 2^(score − maximum).</summary>
    /// <param name="keyCount">Keys; up to <c>Lanes − 1</c> slack keys may be written.</param>
    /// <param name="scores">The row; becomes the weights. A score of −∞ becomes exactly 0.</param>
    /// <param name="maximum">Set to the maximum of the scores.</param>
    /// <param name="sum">Set to the sum of the weights.</param>
    static abstract void RowSoftmax(int keyCount, ref float scores, ref float maximum, ref float sum);

    /// <summary>
    /// As <see cref="Values"/>, but adds without a factor, and with the weights of the row kernel: <c>[rows][RowScoreStride]</c>, 1 to
    /// <see cref="SmallRowTile"/> rows or <see cref="RowTile"/>. Integers come without their scales, finite Halves without their factor, and accumulators are in the order of values that come in pairs. Values are stored and asked for as keys are in <see cref="RowScores"/>.
    /// </summary>
    static abstract void RowValues(
        ElementType element, int rows, ref float weights, in TokenChunks values, nint valueStride, int keyCount, ref float accumulators);

    /// <summary>As <see cref="ValuesOfVisible"/>, with the weights of the row kernel.</summary>
    static virtual void RowValuesOfVisible(
        ElementType element, int rows, ref float weights, in TokenChunks values, nint valueStride, int keyCount, ref float accumulators) =>
        throw new NotSupportedException();
}
