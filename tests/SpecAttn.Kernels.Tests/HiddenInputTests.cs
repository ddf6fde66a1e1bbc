using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>A NaN or ∞ reaches exactly the queries that see it: those, even where its weight is 0, and not one bit of any other.</summary>
public sealed class HiddenInputTests
{
    [Theory]
    [MemberData(nameof(KernelRows.Masked), MemberType = typeof(KernelRows))]
    public void Query_WithNaNAndInfinityInAllThatItDoesNotSee_KeepsEveryBit(KernelIsa isa, string name)
    {
        foreach ((Trial trial, Random random) in Trials(isa, name))
        {
            AttentionResult expected = trial.Run();
            int keys = trial.Problem.Shape.KeyLength;
            int firstSpoiled = trial.Kernel.IsCausal ? random.Next(keys + 1) : keys;
            Trial spoiled = trial with { Problem = Copy(trial.Problem) };
            for (int batch = 0; batch < trial.Problem.Shape.Batch; batch++)
            {
                // All keys that key lengths leave out, and of the others those from one key on: early queries of a causal mask see none of them.
                for (int key = Math.Min(firstSpoiled, trial.Problem.ValidKeys(batch)); key < keys; key++)
                for (int head = 0; head < trial.Problem.Geometry.KeyValueHeads; head++)
                {
                    float poison = random.Next(3) switch { 0 => float.PositiveInfinity, 1 => float.NegativeInfinity, _ => float.NaN };
                    KeyRow(spoiled.Problem, batch, key, head).Fill(poison);
                    ValueRow(spoiled.Problem, batch, key, head).Fill(poison);
                }
            }

            spoiled.CheckSameBits(
                expected, spoiled.Run(), $"NaN and ∞ in keys and values from {firstSpoiled} on",
                (batch, query, head) => !spoiled.Problem.SeesAnyKey(batch, head, query, firstSpoiled));
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Key_WithNaN_SpoilsExactlyTheQueriesThatSeeIt(KernelIsa isa, string name)
    {
        foreach ((Trial trial, Random random) in Trials(isa, name))
        {
            (int batch, int key, int head) = PickKey(trial.Problem, random);
            Trial spoiled = trial with { Problem = Copy(trial.Problem) };
            Span<float> row = KeyRow(spoiled.Problem, batch, key, head);
            row[random.Next(row.Length)] = float.NaN;

            string what = $"NaN in key {key} of head {head} of sequence {batch}";
            CheckSpread(trial, spoiled, what, (b, query, h) => b == batch && spoiled.Problem.Computes(h) && h / spoiled.Problem.Geometry.Group == head && spoiled.Problem.Sees(b, h, query, key));
        }
    }

    public static IEnumerable<TheoryDataRow<KernelIsa, string>> WindowsOf100 => KernelRows.All.Where(row => row.Data.Item2 == "WindowSoftcapAlibi");

    /// <summary>
    /// A NaN beside nothing but hidden scores and slack: the largest score of its block of 1024 keys may be −∞, and yet the block counts.
    /// </summary>
    [Theory]
    [MemberData(nameof(WindowsOf100))]
    public void Key_WithNaNThatIsAloneInItsBlock_SpoilsItsQuery(KernelIsa isa, string name)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(HiddenInputTests), name);
        foreach ((int keys, int key) in ((int, int)[])[(1024 + 99, 1023), (1025, 1024)])
        {
            Problem problem = ProblemFactory.Create(kernel, new Shape(1, 1, keys, [keys]), random);
            var trial = new Trial(isa, kernel, problem, CallStyle.Random(random, batch: 1));
            Assert.True(problem.Sees(0, 0, 0, key));
            Assert.False(key < 1024 && problem.Sees(0, 0, 0, key - 1));
            Trial spoiled = trial with { Problem = Copy(problem) };
            KeyRow(spoiled.Problem, 0, key, 0).Fill(float.NaN);
            CheckSpread(trial, spoiled, $"NaN in key {key} of head 0", (_, _, head) => head == 0);
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Query_WithNaN_SpoilsOnlyItself(KernelIsa isa, string name)
    {
        foreach ((Trial trial, Random random) in Trials(isa, name))
        {
            int batch = random.Next(trial.Problem.Shape.Batch);
            int query = random.Next(trial.Problem.Shape.QueryLength);
            int head = random.Next(trial.Problem.Geometry.Heads);
            Trial spoiled = trial with { Problem = Copy(trial.Problem) };
            int dim = random.Next(spoiled.Problem.Geometry.HeadDim);
            spoiled.Problem.Query[spoiled.Problem.QueryIndex(batch, query, head) + dim] = float.NaN;

            string what = $"NaN in query {query} of head {head} of sequence {batch}";
            CheckSpread(trial, spoiled, what, (b, q, h) => (b, q, h) == (batch, query, head) && spoiled.Problem.Computes(h) && spoiled.Problem.SeesAnyKey(b, h, q));
        }
    }

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Value_WithNaN_SpoilsExactlyItsElementInTheQueriesThatSeeIt(KernelIsa isa, string name) =>
        CheckSpoiledValue(isa, name, float.NaN, InputKind.Ordinary, float.IsNaN);

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Value_WithNaN_WhoseWeightIsMostlyZero_SpoilsItsElementNevertheless(KernelIsa isa, string name) =>
        CheckSpoiledValue(isa, name, float.NaN, InputKind.HugeScores, float.IsNaN);

    [Theory]
    [MemberData(nameof(KernelRows.All), MemberType = typeof(KernelRows))]
    public void Value_WithInfinity_IsInfinityInTheQueriesThatSeeIt(KernelIsa isa, string name)
    {
        CheckSpoiledValue(isa, name, float.PositiveInfinity, InputKind.Ordinary, float.IsPositiveInfinity);
        CheckSpoiledValue(isa, name, float.NegativeInfinity, InputKind.Ordinary, float.IsNegativeInfinity);
    }

    /// <summary>Spoils some elements of one value; the others, and all other queries, keep their bits.</summary>
    private static void CheckSpoiledValue(KernelIsa isa, string name, float poison, InputKind kind, Predicate<float> isSpoiled)
    {
        foreach ((Trial trial, Random random) in Trials(isa, name, kind))
        {
            AttentionResult expected = trial.Run();
            (int batch, int key, int head) = PickKey(trial.Problem, random);
            Trial spoiled = trial with { Problem = Copy(trial.Problem) };
            Span<float> row = ValueRow(spoiled.Problem, batch, key, head);
            int dim = random.Next(row.Length);
            row[dim] = poison;

            AttentionResult actual = spoiled.Run();
            string what = $"{poison} in element {dim} of value {key} of head {head} of sequence {batch}";
            bool IsReached(int b, int query, int h) => b == batch && spoiled.Problem.Computes(h) && h / spoiled.Problem.Geometry.Group == head && spoiled.Problem.Sees(b, h, query, key);
            spoiled.CheckSameBits(expected, actual, what, (b, query, h) => !IsReached(b, query, h));
            spoiled.ForEachRow((b, query, h) =>
            {
                if (!IsReached(b, query, h))
                    return;
                ReadOnlySpan<float> clean = expected.OutputRow(b, query, h);
                ReadOnlySpan<float> result = actual.OutputRow(b, query, h);
                spoiled.Check(isSpoiled(result[dim]), $"{what} does not reach query {query} of head {h}: {result[dim]:R}");
                spoiled.Check(
                    Bits.AreEqual(clean[..dim], result[..dim]) && Bits.AreEqual(clean[(dim + 1)..], result[(dim + 1)..]),
                    $"{what} reaches other elements of query {query} of head {h}");
                spoiled.Check(
                    Bits.AreEqual(expected.LogSumExpOf(b, query, h, 0), actual.LogSumExpOf(b, query, h, 0)),
                    $"{what} reaches logSumExp of query {query} of head {h}");
            });
        }
    }

    /// <summary>The queries that <paramref name="isReached"/> names are NaN in full; the others keep their bits.</summary>
    private static void CheckSpread(Trial clean, Trial spoiled, string what, Func<int, int, int, bool> isReached)
    {
        AttentionResult expected = clean.Run();
        AttentionResult actual = spoiled.Run();
        spoiled.CheckSameBits(expected, actual, what, (batch, query, head) => !isReached(batch, query, head));
        spoiled.ForEachRow((batch, query, head) =>
        {
            if (!isReached(batch, query, head))
                return;
            foreach (float number in actual.OutputRow(batch, query, head))
                spoiled.Check(float.IsNaN(number), $"{what} does not reach all of query {query} of head {head} of sequence {batch}: {number:R}");
            spoiled.Check(
                float.IsNaN(actual.LogSumExpOf(batch, query, head, float.NaN)),
                $"{what} does not reach logSumExp of query {query} of head {head} of sequence {batch}");
        });
    }

    private static IEnumerable<(Trial Trial, Random Random)> Trials(KernelIsa isa, string name, InputKind kind = InputKind.Ordinary)
    {
        KernelCase kernel = KernelList.Find(name);
        Random random = TestSettings.RandomFor(nameof(HiddenInputTests), name);
        foreach (Shape shape in ShapeFactory.Few(kernel, random))
            yield return (new Trial(isa, kernel, ProblemFactory.Create(kernel, shape, random, kind), CallStyle.Random(random, shape.Batch)), random);
    }

    private static (int Batch, int Key, int Head) PickKey(Problem problem, Random random) =>
        (random.Next(problem.Shape.Batch), random.Next(problem.Shape.KeyLength), random.Next(problem.Geometry.KeyValueHeads));

    private static Problem Copy(Problem problem) =>
        problem with { Query = [.. problem.Query], Key = [.. problem.Key], Value = [.. problem.Value] };

    private static Span<float> KeyRow(Problem problem, int batch, int key, int head) =>
        problem.Key.AsSpan(problem.KeyIndex(batch, key, head), problem.Geometry.HeadDim);

    private static Span<float> ValueRow(Problem problem, int batch, int key, int head) =>
        problem.Value.AsSpan(problem.ValueIndex(batch, key, head), problem.Geometry.ValueDim);
}
