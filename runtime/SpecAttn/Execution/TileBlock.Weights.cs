using System.Runtime.CompilerServices;
using SpecAttn.Kernels;

namespace SpecAttn.Execution;

// The weights output: scores once more, written out at one of their stages. Not part of the work on the output, which it would slow down
// whether it is asked for or not; here every pair is written, seen or not.
internal readonly unsafe ref partial struct TileBlock<TKernel>
{
    private const float NaturalLogOf2 = 0.6931472f;

    /// <summary>Writes the rows of the block, once their queries have been taken in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteWeights()
    {
        if (_problem.WeightsStage == ScoreStage.Probabilities)
            WriteProbabilities();
        else
            WriteScores();
    }

    /// <summary>Once for the largest score and the sum of every row, then again for the weights themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteProbabilities()
    {
        int seen = _problem.SeenKeysOf(_headRows.Batch);
        for (int first = 0; first < seen; first += TKernel.KeyBlock)
            ComputeWeights(first, Math.Min(TKernel.KeyBlock, seen - first));

        float* factors = stackalloc float[TKernel.BlockRows];
        for (int row = 0; row < _rows; row++)
            factors[row] = new RowState(_state.Maximum[row], _state.Sum[row]).Finish(in _problem, QueryAndHead(row).Head).Factor;
        for (int first = 0; first < seen; first += TKernel.KeyBlock)
        {
            int count = Math.Min(TKernel.KeyBlock, seen - first);
            if (ComputeWeights(first, count))
                Write(first, count, factors);
            else
                Fill(first, count, 0);
        }
        Fill(seen, _problem.KeyLength - seen, 0);
    }

    /// <summary>Keys that are never read, beyond the length of the sequence, have the score 0 before they are hidden.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteScores()
    {
        bool isMasked = _problem.WeightsStage == ScoreStage.Biased;
        bool isNatural = TKernel.ChangesScores && !isMasked;
        float* factors = stackalloc float[TKernel.BlockRows];
        Numbers.Fill(factors, isNatural ? 1 : NaturalLogOf2, TKernel.BlockRows);
        int keys = isMasked ? _problem.SeenKeysOf(_headRows.Batch) : _problem.KeyLengthOf(_headRows.Batch);
        for (int first = 0; first < keys; first += TKernel.KeyBlock)
        {
            int count = Math.Min(TKernel.KeyBlock, keys - first);
            if (isMasked && Classify(first, count) == BlockVisibility.Empty)
            {
                Fill(first, count, float.NegativeInfinity);
                continue;
            }

            KeyValueBlock block = Load(first, count);
            ComputeScores(0, _columns, in block, new KeyRange(0, count));
            if (isMasked)
                ChangeAndMask(in block);
            else if (TKernel.CapsScores)
                Cap(first, count);
            Write(first, count, factors);
        }
        Fill(keys, _problem.KeyLength - keys, isMasked ? float.NegativeInfinity : 0);
    }

    /// <summary>Weights of some keys relative to the largest score so far; whether any of them is seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ComputeWeights(int first, int count)
    {
        if (Classify(first, count) == BlockVisibility.Empty)
            return false;
        KeyValueBlock block = Load(first, count);
        Numbers.Fill(_scratch.BlockMaximum, float.NegativeInfinity, TKernel.BlockRows);
        ComputeScores(0, _columns, in block, new KeyRange(0, count));
        ChangeAndMask(in block);
        for (int column = 0; column < _columns; column++)
            Softmax(column, new KeyRange(0, count));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyValueBlock Load(int first, int count) =>
        KeyValueBlock.Load<TKernel>(in _problem, _headRows.Batch, _headRows.KeyValueHead, first, count, _scratch);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ChangeAndMask(in KeyValueBlock block)
    {
        if (TKernel.HasBias || TKernel.HasMaskTensor)
            LoadBiasAndMask(block.First, block.Count);
        for (int column = 0; column < _columns; column++)
        {
            if (TKernel.HasMask)
                Mask(column, in block, new KeyRange(0, block.Count));
            else if (TKernel.ChangesScores)
                Change(column, in block, new KeyRange(0, block.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cap(int first, int count)
    {
        for (int lane = 0; lane < _columns * TKernel.Lanes; lane += TKernel.Lanes)
        {
            ScoreInputs inputs = InputsOf(lane, 0);
            TKernel.CapScores(in inputs, count, PositionOf(first), ref *Score(0, lane));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(int first, int count, float* factors)
    {
        for (int row = 0; row < _rows; row++)
        {
            float* target = WeightsOf(row) + first;
            float* source = Score(0, row);
            for (int key = 0; key < count; key++)
                target[key] = source[key * TKernel.BlockRows] * factors[row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(int first, int count, float value)
    {
        for (int row = 0; row < _rows; row++)
            Numbers.Fill(WeightsOf(row) + first, value, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float* WeightsOf(int row)
    {
        (int query, int head) = QueryAndHead(row);
        return (float*)_problem.Weights.Data + _problem.Weights.Row(_headRows.Batch, head, query);
    }
}
