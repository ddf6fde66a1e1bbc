using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// Sequences of different lengths in one call: each gives the bits that it gives alone, whatever its neighbours are and however many threads
/// work. That a sequence alone is right, the other tests show.
/// </summary>
public sealed class RaggedBatchTests
{
    /// <summary>Queries and keys of each sequence: few and many of either, none at all, and keys in several splits.</summary>
    private static readonly (int Queries, int Keys)[] s_sequences =
    [
        (0, 0), (1, 2300), (70, 70), (3, 0), (1, 1), (0, 5), (40, 0), (130, 200), (2, 1024), (1, 1025), (9, 33), (0, 0),
    ];

    [Theory]
    [MemberData(nameof(KernelRows.Ragged), MemberType = typeof(KernelRows))]
    public void Sequence_AloneOrAmongOthers_GivesTheSameBits(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(RaggedBatchTests), name);
        (int Queries, int Keys)[] lengths = [.. s_sequences.Select(lengths => kernel.IsPacked ? (lengths.Queries, lengths.Queries) : lengths)];
        for (int round = 0; round < 3; round++)
        {
            random.Shuffle(lengths);
            Problem together = Create(kernel, lengths, random);
            int[] querySegments = Offsets(lengths.Select(length => length.Queries));
            int[] keySegments = Offsets(lengths.Select(length => length.Keys));
            CallStyle style = CallStyle.Random(random, 1);
            foreach (int parallelism in (int[])[1, 0, 3])
            {
                AttentionResult all = Run(isa, kernel, together, style, parallelism, querySegments, keySegments);
                for (int i = 0; i < lengths.Length; i++)
                    CheckSequence(isa, kernel, Cut(together, querySegments[i..(i + 2)], keySegments[i..(i + 2)]), all, querySegments[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.Ragged), MemberType = typeof(KernelRows))]
    public void Batch_WithoutSequences_DoesNothing(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Problem problem = Create(kernel, [], TestSettings.RandomFor(nameof(RaggedBatchTests), "none", name));
        Assert.Empty(Run(isa, kernel, problem, CallStyle.Dense, 0, [0], [0]).Output);
    }

    /// <summary>All tokens as one sequence.</summary>
    private static Problem Create(KernelCase kernel, (int Queries, int Keys)[] lengths, Random random) =>
        ProblemFactory.Create(kernel, new Shape(1, lengths.Sum(length => length.Queries), lengths.Sum(length => length.Keys)), random);

    private static int[] Offsets(IEnumerable<int> lengths)
    {
        int offset = 0;
        return [0, .. lengths.Select(length => offset += length)];
    }

    private static AttentionResult Run(
        KernelIsa isa, KernelCase kernel, Problem problem, CallStyle style, int parallelism, int[] querySegments, int[] keySegments)
    {
        using var arguments = new CallArguments(kernel, problem, style) { Isa = isa, Parallelism = parallelism };
        arguments.QuerySegmentsBuffer = Buffer(querySegments);
        arguments.KeySegmentsBuffer = Buffer(keySegments);
        AttentionResult result = arguments.Run();
        arguments.VerifyNothingElseWasWritten();
        return result;

        static CanaryBuffer<int> Buffer(int[] segments)
        {
            var buffer = new CanaryBuffer<int>(segments.Length);
            segments.CopyTo(buffer.Span);
            return buffer;
        }
    }

    private static Problem Cut(Problem together, int[] queries, int[] keys) => together with
    {
        Shape = new Shape(1, queries[1] - queries[0], keys[1] - keys[0]),
        Query = together.Query[together.QueryIndex(0, queries[0], 0)..together.QueryIndex(0, queries[1], 0)],
        Key = together.Key[together.KeyIndex(0, keys[0], 0)..together.KeyIndex(0, keys[1], 0)],
        Value = together.Value[together.ValueIndex(0, keys[0], 0)..together.ValueIndex(0, keys[1], 0)],
    };

    private static void CheckSequence(KernelIsa isa, KernelCase kernel, Problem problem, AttentionResult together, int firstQuery)
    {
        var trial = new Trial(isa, kernel, problem, CallStyle.Dense);
        AttentionResult alone = trial.Run();
        trial.ForEachRow((_, query, head) =>
        {
            trial.Check(
                Bits.AreEqual(together.OutputRow(0, firstQuery + query, head), alone.OutputRow(0, query, head)),
                $"output of query {query}, head {head} differs among other sequences");
            trial.Check(
                Bits.AreEqual(together.LogSumExpOf(0, firstQuery + query, head, 0), alone.LogSumExpOf(0, query, head, 0)),
                $"logSumExp of query {query}, head {head} differs among other sequences");
        });
    }
}
