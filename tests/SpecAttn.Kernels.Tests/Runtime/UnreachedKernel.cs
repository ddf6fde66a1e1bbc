using SpecAttn.Kernels;

namespace SpecAttn.Kernels.Tests.Runtime;

/// <summary>
/// Stands for "the arguments were accepted": whatever the driver first asks of the kernel throws <see cref="ReachedException"/>. It
/// computes nothing, so a test with it is about what happens before the driver.
/// </summary>
internal readonly struct UnreachedKernel : IAttentionKernel
{
    public static int Lanes => throw new ReachedException();

    public static int BlockRows => throw new ReachedException();

    public static int KeyBlock => throw new ReachedException();

    public static int KeyTile => throw new ReachedException();

    public static int ValueTileRows => throw new ReachedException();

    public static int HeadDim => throw new ReachedException();

    public static int ValueDim => throw new ReachedException();

    public static int PaddedHeadDim => throw new ReachedException();

    public static int PaddedValueDim => throw new ReachedException();

    public static int MaximumRows => throw new ReachedException();

    public static int MaximumScatteredRows => throw new ReachedException();

    public static int MaximumNearRows => throw new ReachedException();

    public static long NearBytes => throw new ReachedException();

    public static int RowTile => throw new ReachedException();
    public static int SmallRowTile => throw new ReachedException();

    public static int FewestAskingRows => throw new ReachedException();

    public static int FewestStreamRows => throw new ReachedException();

    public static int RowKeyBlock => throw new ReachedException();

    public static int RowKeyChunk => throw new ReachedException();

    public static void LoadQueries(int columns, ref float query, ref nint rowOffsets, float scale, ref float queries) =>
        throw new ReachedException();

    public static void Scores(
        int columns, ref float queries, ref float keys, nint keyStride, int keyCount, ref float scores, ref float blockMaximum) =>
        throw new ReachedException();

    public static void Softmax(
        int keyCount, ref float scores, ref float blockMaximum, ref float maximum, ref float sum, ref float factor) =>
        throw new ReachedException();

    public static void Values(
        int rows, ref float weights, ref float values, nint valueStride, int keyCount, ref float factor, ref float accumulators, ref LinesAhead ahead) =>
        throw new ReachedException();

    public static void RowScores(
        ElementType element, int rows, ref float queries, in TokenChunks keys, nint keyStride, int keyCount, ref float scores) =>
        throw new ReachedException();

    public static void RowSoftmax(int keyCount, ref float scores, ref float maximum, ref float sum) =>
        throw new ReachedException();

    public static void RowValues(
        ElementType element, int rows, ref float weights, in TokenChunks values, nint valueStride, int keyCount, ref float accumulators) =>
        throw new ReachedException();
}

/// <summary>The driver has asked something of the kernel.</summary>
internal sealed class ReachedException : Exception;
