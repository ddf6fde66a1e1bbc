using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// More keys and values than the caches hold (12 MB): the row kernel serves up to 32 rows of them, several chunks of keys for some rows
/// before the next rows, and the tile kernel more.
/// </summary>
public sealed class FarKeysTests
{
    private const int FarKeys = 12 * 1024 * 1024 / (2 * 128 * sizeof(float));

    /// <summary>Kernels of heads of 128 or more: shorter ones are left to the tile kernel.</summary>
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> LongHeads =>
        KernelRows.All.Where(row => row.Data.Item2.StartsWith("Dim128", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(LongHeads))]
    public void Kernel_IsAsAccurateAsPlainFp32(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(FarKeysTests), name);
        var comparison = new AccuracyComparison(InputKind.Ordinary);
        foreach (int queries in (int[])[3, 8, 10, 11])
        foreach (int keys in (int[])[FarKeys + 1, FarKeys + 77])
        {
            var shape = new Shape(1, queries, keys, kernel.Has("keyLengths") ? [keys - 10] : null);
            comparison.Add(new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Random(random, batch: 1)));
        }

        comparison.Check();
    }
}
