using System.Numerics.Tensors;
using Floats = System.ReadOnlySpan<float>;
using Ints = System.ReadOnlySpan<int>;
using Outputs = System.Span<float>;
using BrainFloats = System.ReadOnlySpan<SpecAttn.BFloat16>;
using Bools = System.ReadOnlySpan<bool>;
using BoolTensor = System.Numerics.Tensors.ReadOnlyTensorSpan<bool>;
using Halves = System.ReadOnlySpan<System.Half>;
using HalfTensor = System.Numerics.Tensors.ReadOnlyTensorSpan<System.Half>;
using BrainTensor = System.Numerics.Tensors.ReadOnlyTensorSpan<SpecAttn.BFloat16>;
using TensorOut = System.Numerics.Tensors.TensorSpan<float>;
using Tensor = System.Numerics.Tensors.ReadOnlyTensorSpan<float>;

namespace SpecAttn.Kernels.Declared;

/// <summary>
/// Every kernel under test, declared as a user would declare it. Together they cross each head dimension, group ratio, mask, layout,
/// kind of argument and parameter with most of the others; the list of the test project binds them to one call shape.
/// </summary>
public static partial class DeclaredKernels
{
    // Head dimensions, from less than a vector to more than a cache line of them.

    [Attention(heads: 1, headDim: 1)]
    public static partial void Dim1(Floats query, Floats key, Floats value, Outputs output, int batch, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 3, KeyValueHeads = 1, ValueDim = 17, Mask = AttentionMask.Causal)]
    public static partial void Dim3Value17(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 10, headDim: 17, KeyValueHeads = 2, ValueDim = 5)]
    public static partial void Dim17Value5(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, int parallelism, KernelIsa isa);

    [Attention(heads: 5, headDim: 24, KeyValueHeads = 1, ValueDim = 40, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft,
        Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim24Value40(
        Floats query, Floats key, Floats value, Outputs output, int batch, int queryOffset, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 14, headDim: 40, KeyValueHeads = 2)]
    public static partial void Dim40(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 64)]
    public static partial void Dim64(Floats query, Floats key, Floats value, Outputs output, int batch, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 64, Mask = AttentionMask.Causal)]
    public static partial void Dim64Causal(
        Floats query, Floats key, Floats value, Outputs output, int batch, int queryOffset, int parallelism, KernelIsa isa);

    [Attention(heads: 8, headDim: 64, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void Dim64Group8(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 64, KeyValueHeads = 1, ValueDim = 128, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim64Value128(Floats query, Floats key, Floats value, Outputs output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 72, KeyValueHeads = 1, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim72(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints queryOffsets, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 80)]
    public static partial void Dim80(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, int parallelism, KernelIsa isa);

    [Attention(heads: 6, headDim: 96, KeyValueHeads = 2, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft)]
    public static partial void Dim96(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 4, headDim: 128, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void Dim128(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 128, KeyValueHeads = 1, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim128Group3(
        Floats query, Floats key, Floats value, Outputs output, int batch, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 192, KeyValueHeads = 1, ValueDim = 128, Mask = AttentionMask.Causal)]
    public static partial void Dim192Value128(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 256, KeyValueHeads = 1, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim256(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 1, headDim: 512, Mask = AttentionMask.Causal)]
    public static partial void Dim512(Floats query, Floats key, Floats value, Outputs output, int batch, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 1024, KeyValueHeads = 1, ValueDim = 1023, Mask = AttentionMask.Causal)]
    public static partial void Dim1024Value1023(Floats query, Floats key, Floats value, Outputs output, Outputs logSumExp, KernelIsa isa);

    // Fully unrolled: in one method, and in several.

    [Attention(heads: 4, headDim: 20, KeyValueHeads = 2, ValueDim = 13, Mask = AttentionMask.Causal, Unroll = Unroll.Full)]
    public static partial void UnrolledDim20(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 132, KeyValueHeads = 1, ValueDim = 203, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor,
        Unroll = Unroll.Full)]
    public static partial void UnrolledDim132(
        Floats query, Floats key, Floats value, Outputs output, int batch, int queryOffset, int parallelism, KernelIsa isa);

    // Tensor spans: any strides, rank 3 or 4, alone and mixed with spans.

    [Attention(heads: 4, headDim: 1, KeyValueHeads = 2, Mask = AttentionMask.Causal)]
    public static partial void TensorDim1(Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 4, headDim: 64, KeyValueHeads = 2, Mask = AttentionMask.Causal)]
    public static partial void TensorDim64(
        Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 80, KeyValueHeads = 2, Layout = AttentionLayout.HeadMajor)]
    public static partial void TensorDim80(Tensor query, Tensor key, Tensor value, TensorOut output, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 48, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft)]
    public static partial void TensorQuery(Tensor query, Floats key, Floats value, Outputs output, int batch, KernelIsa isa);

    [Attention(heads: 8, headDim: 32, KeyValueHeads = 2, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor)]
    public static partial void TensorKeyValue(
        Floats query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, int parallelism, KernelIsa isa);

    // Query, key and value packed into one argument.

    [Attention(heads: 4, headDim: 64, KeyValueHeads = 2, Mask = AttentionMask.Causal)]
    public static partial void PackedDim64(Floats queryKeyValue, Outputs output, int batch, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 20, KeyValueHeads = 1, Layout = AttentionLayout.HeadMajor)]
    public static partial void PackedHeadMajor(Floats queryKeyValue, Outputs output, int batch, Ints keyLengths, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 33, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft)]
    public static partial void PackedTensor(Tensor queryKeyValue, TensorOut output, Outputs logSumExp, KernelIsa isa);

    // Signatures: as short as can be, and in an order of the user's own.

    [Attention(heads: 2, headDim: 20, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void Minimal(Floats query, Floats key, Floats value, Outputs output);

    [Attention(heads: 2, headDim: 12, Scale = 0.25f, Layout = AttentionLayout.HeadMajor)]
    public static partial void Reordered(KernelIsa isa, Outputs output, Floats value, int parallelism, Floats key, int batch, Floats query);

    // How inputs are stored, and turned as they are loaded.

    [Attention(heads: 6, headDim: 72, KeyValueHeads = 2, ValueDim = 40, Mask = AttentionMask.Causal,
        Rotary = RotaryStyle.HalfSplit, RotaryDim = 46)]
    public static partial void MixedStorage(
        BrainFloats query, HalfTensor key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, Floats cos, Floats sin,
        Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 64, KeyValueHeads = 1, Layout = AttentionLayout.HeadMajor)]
    public static partial void BrainFloatValues(
        Floats query, Floats key, BrainFloats value, Outputs output, int batch, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 33, KeyValueHeads = 1, Mask = AttentionMask.Causal)]
    public static partial void PackedBrainFloats(BrainFloats queryKeyValue, Outputs output, int batch, Ints keyLengths, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim8Half(
        Halves query, Halves key, Halves value, Outputs output, int batch, Ints keyLengths, float scale, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 4, headDim: 16)]
    public static partial void Dim16Half(
        HalfTensor query, HalfTensor key, HalfTensor value, TensorOut output, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 30, KeyValueHeads = 2, Alignment = CausalAlignment.TopLeft, Rotary = RotaryStyle.Interleaved)]
    public static partial void RotaryFloats(
        Tensor query, Tensor key, Floats value, Outputs output, Ints keyLengths, Floats cos, Floats sin, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 8, Rotary = RotaryStyle.HalfSplit)]
    public static partial void RotaryHalfSplit(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints queryOffsets, float scale, Floats cos, Floats sin, Outputs logSumExp,
        KernelIsa isa);

    [Attention(heads: 4, headDim: 8, Rotary = RotaryStyle.Interleaved)]
    public static partial void RotaryInterleaved(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints queryOffsets, float scale, Floats cos, Floats sin, Outputs logSumExp,
        KernelIsa isa);

    [Attention(heads: 4, headDim: 8, Rotary = RotaryStyle.HalfSplit, RotaryDim = 4)]
    public static partial void RotaryHalfSplitDim4(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints queryOffsets, float scale, Floats cos, Floats sin, Outputs logSumExp,
        KernelIsa isa);

    [Attention(heads: 4, headDim: 8, Rotary = RotaryStyle.Interleaved, RotaryDim = 4)]
    public static partial void RotaryInterleavedDim4(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints queryOffsets, float scale, Floats cos, Floats sin, Outputs logSumExp,
        KernelIsa isa);

    // How rows are finished: heads that are left out, sinks in the denominator.

    [Attention(heads: 9, headDim: 40, KeyValueHeads = 3, Mask = AttentionMask.Causal, PrunedHeads = new[] { 5, 0, 4, 3, 8 })]
    public static partial void PrunedHeadsAndSinks(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Floats sinks, Outputs logSumExp, int parallelism,
        KernelIsa isa);

    // Sequences that lie one behind the other.

    [Attention(heads: 8, headDim: 64, KeyValueHeads = 2, Mask = AttentionMask.Causal)]
    public static partial void Segments(
        Floats query, Floats key, Floats value, Outputs output, Ints querySegments, Ints keySegments, Outputs logSumExp, int parallelism,
        KernelIsa isa);

    [Attention(heads: 4, headDim: 20, KeyValueHeads = 2, PrunedHeads = new[] { 2 }, Rotary = RotaryStyle.Interleaved, RotaryDim = 14)]
    public static partial void PackedSegments(
        BrainTensor queryKeyValue, TensorOut output, Ints querySegments, Floats cos, Floats sin, Floats sinks, Outputs logSumExp, int parallelism,
        KernelIsa isa);

    // What is done with scores: windows and a prefix, softcap, ALiBi, bias and mask, functions of the user.

    [Attention(heads: 4, headDim: 24, KeyValueHeads = 2, Mask = AttentionMask.Causal, Window = 20)]
    public static partial void WindowPrefix(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, int prefixLength,
        Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 16, Window = 9, Layout = AttentionLayout.HeadMajor)]
    public static partial void LocalWindow(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, int queryOffset, int parallelism,
        KernelIsa isa);

    [Attention(heads: 2, headDim: 32, Mask = AttentionMask.Causal, Window = 100, Softcap = 5, Alibi = true)]
    public static partial void WindowSoftcapAlibi(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism,
        KernelIsa isa);

    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Mask = AttentionMask.Causal, Softcap = 10)]
    public static partial void SlopesBiasMask(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Floats slopes, Floats bias, Bools mask,
        Floats sinks, Outputs logSumExp, Outputs weights, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 20, KeyValueHeads = 2, Score = nameof(Decay), Visible = nameof(SameDocument),
        Weights = ScoreStage.Biased)]
    public static partial void DocumentDecay(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints documents, float rate, Outputs logSumExp,
        TensorOut weights, int parallelism, KernelIsa isa);

    [Attention(heads: 2, headDim: 16, Visible = nameof(LocalOrGlobal))]
    public static partial void BlockSparse(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Outputs logSumExp, int parallelism,
        KernelIsa isa);

    /// <summary>A score function with a captured number.</summary>
    public static float Decay(float score, int query, int key, float rate) => score - (rate * MathF.Abs(query - key));

    /// <summary>Two documents in one sequence, each causal.</summary>
    public static bool SameDocument(int query, int key, Ints documents) => key <= query && documents[query] == documents[key];

    /// <summary>Blocks of 32: the query's own, the first, and every third before it.</summary>
    public static bool LocalOrGlobal(int query, int key)
    {
        int distance = (query / 32) - (key / 32);
        return distance == 0 || key < 32 || (key <= query && distance % 3 == 0);
    }

    /// <summary>A score function of nothing but the score.</summary>
    public static float AddHalf(float score) => score + 0.5f;

    // The geometries of the external vectors (OnnxTests), with every parameter those ask for.

    [Attention(heads: 3, headDim: 8, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim8(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Outputs logSumExp, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Mask = AttentionMask.Causal, Alignment = CausalAlignment.TopLeft, Layout = AttentionLayout.HeadMajor)]
    public static partial void TensorDim8Causal(
        Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, Ints queryOffsets, float scale, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, ValueDim = 10)]
    public static partial void TensorDim8Value10(
        Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, ValueDim = 10, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim8Value10Causal(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, float scale, Outputs logSumExp,
        KernelIsa isa);

    [Attention(heads: 9, headDim: 8, KeyValueHeads = 3)]
    public static partial void Dim8Group3(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 9, headDim: 8, KeyValueHeads = 3, Mask = AttentionMask.Causal)]
    public static partial void TensorDim8Group3Causal(
        Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, Ints queryOffsets, float scale, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 2, headDim: 8, Mask = AttentionMask.Causal)]
    public static partial void Dim8TwoHeadsCausal(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 8, KeyValueHeads = 2, Mask = AttentionMask.Causal, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim8Group2Causal(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, float scale, KernelIsa isa);

    [Attention(heads: 4, headDim: 16, Layout = AttentionLayout.HeadMajor)]
    public static partial void Dim16(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 4, headDim: 16, ValueDim = 32, Layout = AttentionLayout.HeadMajor)]
    public static partial void TensorDim16Value32(
        Tensor query, Tensor key, Tensor value, TensorOut output, Ints keyLengths, float scale, Outputs logSumExp, KernelIsa isa);

    [Attention(heads: 8, headDim: 16, KeyValueHeads = 2)]
    public static partial void Dim16Group4(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Layout = AttentionLayout.HeadMajor, Weights = ScoreStage.Biased)]
    public static partial void Dim8BiasMask(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias,
        BoolTensor mask, Outputs logSumExp, Outputs weights, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Weights = ScoreStage.Scaled)]
    public static partial void Dim8Scaled(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias,
        TensorOut weights, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Softcap = 2, Weights = ScoreStage.Capped)]
    public static partial void Dim8Capped(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias,
        Outputs weights, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, Mask = AttentionMask.Causal)]
    public static partial void Dim8BiasCausal(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, float scale,
        Tensor bias, int parallelism, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, ValueDim = 10)]
    public static partial void Dim8Value10Bias(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias, KernelIsa isa);

    [Attention(heads: 3, headDim: 8, ValueDim = 10, Softcap = 3)]
    public static partial void Dim8Value10Softcap(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, KernelIsa isa);

    [Attention(heads: 9, headDim: 8, KeyValueHeads = 3)]
    public static partial void Dim8Group3Bias(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias, KernelIsa isa);

    [Attention(heads: 9, headDim: 8, KeyValueHeads = 3, Softcap = 2)]
    public static partial void Dim8Group3Softcap(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, KernelIsa isa);

    [Attention(heads: 2, headDim: 8)]
    public static partial void Dim8Mask(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Bools mask, Outputs weights,
        KernelIsa isa);

    [Attention(heads: 2, headDim: 8, Mask = AttentionMask.Causal)]
    public static partial void Dim8MaskCausal(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, Ints queryOffsets, float scale,
        BoolTensor mask, KernelIsa isa);

    [Attention(heads: 1, headDim: 8, Softcap = 0.5f)]
    public static partial void Dim8SoftcapHalf(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, Floats bias, KernelIsa isa);

    [Attention(heads: 2, headDim: 8, Softcap = 20)]
    public static partial void Dim8Softcap20(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, KernelIsa isa);

    [Attention(heads: 2, headDim: 4, Score = nameof(AddHalf))]
    public static partial void Dim4Score(
        Floats query, Floats key, Floats value, Outputs output, int batch, Ints keyLengths, float scale, KernelIsa isa);

    [Attention(heads: 2, headDim: 8)]
    public static partial void HalfDim8Mask(
        Halves query, Halves key, Halves value, Outputs output, int batch, Ints keyLengths, float scale, Bools mask, Outputs weights,
        KernelIsa isa);

    [Attention(heads: 9, headDim: 8, KeyValueHeads = 3)]
    public static partial void HalfDim8Group3Bias(
        Halves query, Halves key, Halves value, Outputs output, int batch, Ints keyLengths, float scale, Tensor bias, KernelIsa isa);
}
