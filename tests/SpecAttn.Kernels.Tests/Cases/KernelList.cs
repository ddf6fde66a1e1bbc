using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Reference;
using static SpecAttn.Kernels.Declared.DeclaredKernels;

namespace SpecAttn.Kernels.Tests.Cases;

/// <summary>The one list of kernels that drives every test.</summary>
internal static class KernelList
{
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        new(nameof(Dim1), a => Dim1(a.Query, a.Key, a.Value, a.Output, a.Batch, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim3Value17), a => Dim3Value17(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim17Value5), a => Dim17Value5(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Parallelism, a.Isa)),
        new(nameof(Dim24Value40), a => Dim24Value40(a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffset, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim40), a => Dim40(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(Dim64), a => Dim64(a.Query, a.Key, a.Value, a.Output, a.Batch, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim64Causal), a => Dim64Causal(a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffset, a.Parallelism, a.Isa)),
        new(nameof(Dim64Group8), a => Dim64Group8(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim64Value128), a => Dim64Value128(a.Query, a.Key, a.Value, a.Output, a.Batch, a.Parallelism, a.Isa)),
        new(nameof(Dim72), a => Dim72(a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffsets, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim80), a => Dim80(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Parallelism, a.Isa)),
        new(nameof(Dim96), a => Dim96(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Isa)),
        new(nameof(Dim128), a => Dim128(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(Dim128Group3), a => Dim128Group3(a.Query, a.Key, a.Value, a.Output, a.Batch, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(Dim192Value128), a => Dim192Value128(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Parallelism, a.Isa)),
        new(nameof(Dim256), a => Dim256(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Isa)),
        new(nameof(Dim512), a => Dim512(a.Query, a.Key, a.Value, a.Output, a.Batch, a.Parallelism, a.Isa)),
        new(nameof(Dim1024Value1023), a => Dim1024Value1023(a.Query, a.Key, a.Value, a.Output, a.LogSumExp, a.Isa)),

        new(nameof(UnrolledDim20), a => UnrolledDim20(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(UnrolledDim132), a => UnrolledDim132(a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffset, a.Parallelism, a.Isa)),

        new(nameof(TensorDim1), a => TensorDim1(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.LogSumExp, a.Isa)),
        new(nameof(TensorDim64), a => TensorDim64(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(TensorDim80), a => TensorDim80(a.Query, a.Key, a.Value, a.Output, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(TensorQuery), a => TensorQuery(a.Query, a.Key, a.Value, a.Output, a.Batch, a.Isa)),
        new(nameof(TensorKeyValue), a => TensorKeyValue(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.Parallelism, a.Isa)),

        new(nameof(PackedDim64), a => PackedDim64(a.QueryKeyValue, a.Output, a.Batch, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(PackedHeadMajor), a => PackedHeadMajor(a.QueryKeyValue, a.Output, a.Batch, a.KeyLengths, a.Parallelism, a.Isa)),
        new(nameof(PackedTensor), a => PackedTensor(a.QueryKeyValue, a.Output, a.LogSumExp, a.Isa)),

        new(nameof(Minimal), a => Minimal(a.Query, a.Key, a.Value, a.Output)),
        new(nameof(Reordered), a => Reordered(a.Isa, a.Output, a.Value, a.Parallelism, a.Key, a.Batch, a.Query)),

        new(nameof(MixedStorage), a => MixedStorage(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Cos, a.Sin, a.LogSumExp, a.Parallelism,
            a.Isa)),
        new(nameof(BrainFloatValues), a => BrainFloatValues(a.Query, a.Key, a.Value, a.Output, a.Batch, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(PackedBrainFloats), a => PackedBrainFloats(a.QueryKeyValue, a.Output, a.Batch, a.KeyLengths, a.Parallelism, a.Isa)),
        new(nameof(Dim8Half), a => Dim8Half(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.LogSumExp, a.Isa)),
        new(nameof(Dim16Half), a => Dim16Half(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),

        new(nameof(RotaryFloats), a => RotaryFloats(
            a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.Cos, a.Sin, a.Parallelism, a.Isa)),
        new(nameof(RotaryHalfSplit), a => RotaryHalfSplit(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffsets, a.Scale, a.Cos, a.Sin, a.LogSumExp, a.Isa)),
        new(nameof(RotaryInterleaved), a => RotaryInterleaved(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffsets, a.Scale, a.Cos, a.Sin, a.LogSumExp, a.Isa)),
        new(nameof(RotaryHalfSplitDim4), a => RotaryHalfSplitDim4(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffsets, a.Scale, a.Cos, a.Sin, a.LogSumExp, a.Isa)),
        new(nameof(RotaryInterleavedDim4), a => RotaryInterleavedDim4(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.QueryOffsets, a.Scale, a.Cos, a.Sin, a.LogSumExp, a.Isa)),

        new(nameof(PrunedHeadsAndSinks), a => PrunedHeadsAndSinks(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Sinks, a.LogSumExp, a.Parallelism, a.Isa)),

        new(nameof(Segments), a => Segments(
            a.Query, a.Key, a.Value, a.Output, a.QuerySegments, a.KeySegments, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(PackedSegments), a => PackedSegments(
            a.QueryKeyValue, a.Output, a.QuerySegments, a.Cos, a.Sin, a.Sinks, a.LogSumExp, a.Parallelism, a.Isa)),

        new(nameof(WindowPrefix), a => WindowPrefix(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.PrefixLength, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(LocalWindow), a => LocalWindow(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffset, a.Parallelism, a.Isa)),
        new(nameof(WindowSoftcapAlibi), a => WindowSoftcapAlibi(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa)),
        new(
            nameof(SlopesBiasMask),
            a => SlopesBiasMask(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Slopes, a.Bias, a.Mask, a.Sinks, a.LogSumExp, a.Weights, a.Parallelism, a.Isa)),
        new(
            nameof(DocumentDecay),
            a => DocumentDecay(a.Query, a.Key, a.Value, a.Output, a.Batch, a.Documents, a.Rate, a.LogSumExp, a.Weights, a.Parallelism, a.Isa),
            new UserRules((score, at, rules) => Decay(score, at.Query, at.Key, rules.Rate), (at, rules) => SameDocument(at.Query, at.Key, rules.Documents))),
        new(
            nameof(BlockSparse),
            a => BlockSparse(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.LogSumExp, a.Parallelism, a.Isa),
            new UserRules(Visible: (at, _) => LocalOrGlobal(at.Query, at.Key))),

        new(nameof(Dim8), a => Dim8(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.LogSumExp, a.Parallelism, a.Isa)),
        new(nameof(TensorDim8Causal), a => TensorDim8Causal(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.QueryOffsets, a.Scale, a.Isa)),
        new(nameof(TensorDim8Value10), a => TensorDim8Value10(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(Dim8Value10Causal), a => Dim8Value10Causal(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Scale, a.LogSumExp, a.Isa)),
        new(nameof(Dim8Group3), a => Dim8Group3(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(TensorDim8Group3Causal), a => TensorDim8Group3Causal(
            a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.QueryOffsets, a.Scale, a.LogSumExp, a.Isa)),
        new(nameof(Dim8TwoHeadsCausal), a => Dim8TwoHeadsCausal(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(Dim8Group2Causal), a => Dim8Group2Causal(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Scale, a.Isa)),
        new(nameof(Dim16), a => Dim16(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),
        new(nameof(TensorDim16Value32), a => TensorDim16Value32(a.Query, a.Key, a.Value, a.Output, a.KeyLengths, a.Scale, a.LogSumExp, a.Isa)),
        new(nameof(Dim16Group4), a => Dim16Group4(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Parallelism, a.Isa)),
        new(
            nameof(Dim8BiasMask),
            a => Dim8BiasMask(a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Mask, a.LogSumExp, a.Weights, a.Parallelism, a.Isa)),
        new(nameof(Dim8Scaled), a => Dim8Scaled(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Weights, a.Isa)),
        new(nameof(Dim8Capped), a => Dim8Capped(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Weights, a.Isa)),
        new(nameof(Dim8BiasCausal), a => Dim8BiasCausal(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Scale, a.Bias, a.Parallelism, a.Isa)),
        new(nameof(Dim8Value10Bias), a => Dim8Value10Bias(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Isa)),
        new(nameof(Dim8Value10Softcap), a => Dim8Value10Softcap(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Isa)),
        new(nameof(Dim8Group3Bias), a => Dim8Group3Bias(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Isa)),
        new(nameof(Dim8Group3Softcap), a => Dim8Group3Softcap(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Isa)),
        new(nameof(Dim8Mask), a => Dim8Mask(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Mask, a.Weights, a.Isa)),
        new(nameof(Dim8MaskCausal), a => Dim8MaskCausal(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.QueryOffsets, a.Scale, a.Mask, a.Isa)),
        new(nameof(Dim8SoftcapHalf), a => Dim8SoftcapHalf(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Isa)),
        new(nameof(Dim8Softcap20), a => Dim8Softcap20(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Isa)),
        new(nameof(Dim4Score), a => Dim4Score(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Isa), new UserRules((score, _, _) => AddHalf(score))),
        new(nameof(HalfDim8Mask), a => HalfDim8Mask(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Mask, a.Weights, a.Isa)),
        new(nameof(HalfDim8Group3Bias), a => HalfDim8Group3Bias(
            a.Query, a.Key, a.Value, a.Output, a.Batch, a.KeyLengths, a.Scale, a.Bias, a.Isa)),
    ];

    public static KernelCase Find(string name) => All.Single(kernel => kernel.Name == name);
}
