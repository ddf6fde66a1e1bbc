using SpecAttn.Kernels.Declared;
using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>Every one of the 65536 numbers of a 16-bit type reaches the output as it is: of a sequence with one key, the value is the output.</summary>
public sealed class StoredNumbersTests
{
    public static IEnumerable<TheoryDataRow<KernelIsa, string>> Rows =>
        KernelRows.All.Where(row => row.Skip != null || row.Data.Item2 is nameof(DeclaredKernels.BrainFloatValues) or nameof(DeclaredKernels.Dim16Half));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Value_OfAnyBits_IsExactInTheOutput(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        HeadGeometry geometry = kernel.Geometry;
        bool isHalf = kernel.ElementOf("value") == typeof(Half);
        float[] numbers =
        [
            .. Enumerable.Range(0, 1 << 16).Select(bits => isHalf ? (float)BitConverter.UInt16BitsToHalf((ushort)bits) : (float)BFloat16.FromBits((ushort)bits)),
        ];
        int batch = numbers.Length / (geometry.KeyValueHeads * geometry.ValueDim);
        foreach (int queries in (int[])[1, 9])
        {
            int[]? keyLengths = kernel.Has("keyLengths") ? [.. Enumerable.Repeat(1, batch)] : null;
            var problem = new Problem(
                geometry, AttentionMask.None, default, new Shape(batch, queries, 1, keyLengths), 1,
                new float[batch * queries * geometry.Heads * geometry.HeadDim], new float[batch * geometry.KeyValueHeads * geometry.HeadDim], numbers);
            var trial = new Trial(isa, kernel, problem, CallStyle.Dense);
            AttentionResult result = trial.Run();
            trial.ForEachRow((sequence, query, head) =>
            {
                ReadOnlySpan<float> expected = numbers.AsSpan(problem.ValueIndex(sequence, 0, head / geometry.Group), geometry.ValueDim);
                ReadOnlySpan<float> actual = result.OutputRow(sequence, query, head);
                for (int d = 0; d < expected.Length; d++)
                    trial.Check(expected[d].Equals(actual[d]), $"{expected[d]:R} became {actual[d]:R}");
            });
        }
    }
}
