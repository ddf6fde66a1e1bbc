using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Scores.Tests;

/// <summary>The examples of generator/README.md, against formulas in double that know nothing of them.</summary>
public class GalleryTests
{
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int Dim = 8;

    private static readonly Dictionary<string, Example> s_examples = new()
    {
        ["causal"] = new(
            (p, isa) => Gallery.Causal(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => k <= q),
        ["sliding window"] = new(
            (p, isa) => Gallery.SlidingWindow(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => k > q - 48 && k <= q),
        ["prefix-LM"] = new(
            (p, isa) => Gallery.PrefixLm(p.Query, p.Key, p.Value, p.Output, 37, isa),
            Sees: (p, q, k) => k < Math.Max(37, q + 1)),
        ["document packing"] = new(
            (p, isa) => Gallery.Packed(p.Query, p.Key, p.Value, p.Output, [.. Enumerable.Range(0, p.Keys).Select(DocumentOf)], isa),
            Sees: (p, q, k) => k <= q && DocumentOf(q) == DocumentOf(k)),
        ["dilated window"] = new(
            (p, isa) => Gallery.Dilated(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => Enumerable.Range(0, 16).Any(step => k == q - (4 * step))),
        ["2-D neighbourhood"] = new(
            (p, isa) => Gallery.Neighbourhood(p.Query, p.Key, p.Value, p.Output, 14, isa),
            Sees: (p, q, k) => Enumerable.Range(-3, 7).Any(row => q / 14 + row == k / 14) && Enumerable.Range(-3, 7).Any(column => q % 14 + column == k % 14)),
        ["ALiBi"] = new(
            (p, isa) => Gallery.Alibi(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => k <= q,
            Score: (p, s, h, q, k) => s + (new[] { 0.25, 0.0625, 0.015625, 0.00390625 }[h] * (k - q))),
        ["T5 buckets"] = new(
            (p, isa) => Gallery.T5(p.Query, p.Key, p.Value, p.Output, p.Buckets, isa),
            Sees: (p, q, k) => k <= q,
            Score: (p, s, h, q, k) => s + p.Buckets[((q - k < 16 ? q - k : (int)Math.Min(31, 16 + Math.Floor(16 * Math.Log2((q - k) / 16.0) / 3))) * Heads) + h]),
        ["Gemma softcap"] = new(
            (p, isa) => Gallery.Gemma(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => k > q - 48 && k <= q,
            Score: (p, s, h, q, k) => 50 * Math.Tanh(s / 50)),
        ["tree attention"] = new(
            (p, isa) => Gallery.Tree(p.Query, p.Key, p.Value, p.Output, [.. Enumerable.Range(0, p.Queries).Select(AncestorBits)], p.Keys - p.Queries, isa),
            Sees: (p, q, k) => k < p.Keys - p.Queries || IsAncestorOrSelf(q - (p.Keys - p.Queries), k - (p.Keys - p.Queries)),
            MostQueries: 31),
        ["BigBird-like block-sparse"] = new(
            (p, isa) => Gallery.BlockSparse(p.Query, p.Key, p.Value, p.Output, isa),
            Sees: (p, q, k) => (q >> 5) is 0 || (k >> 5) is 0 || (q >> 5) - (k >> 5) is -1 or 0 or 1 || ((37 * (q >> 5)) + (23 * (k >> 5))) % 11 == 0),
    };

    // One query, a few, and more than a block of queries and of keys.
    private static readonly (int Queries, int Keys)[] s_lengths = [(1, 203), (7, 96), (31, 131), (211, 211), (300, 700)];

    public static TheoryData<string, KernelIsa> Rows
    {
        get
        {
            var rows = new TheoryData<string, KernelIsa>();
            foreach (string name in s_examples.Keys)
            {
                foreach (KernelIsa isa in Enum.GetValues<KernelIsa>().Where(isa => isa != KernelIsa.Auto))
                    rows.Add(new TheoryDataRow<string, KernelIsa>(name, isa) { Skip = KernelSelector.Supported.Contains(isa) ? null : $"This machine lacks {isa}." });
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Example_IsWhatItsFormulaSays(string name, KernelIsa isa)
    {
        Example example = s_examples[name];
        foreach ((int queries, int keys) in s_lengths.Where(length => length.Queries <= example.MostQueries))
        {
            var problem = new Problem(queries, keys);
            example.Run(problem, isa);
            double[] expected = Attend(problem, example);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(
                    Math.Abs(problem.Output[i] - expected[i]) < 1e-5,
                    $"{queries} queries, {keys} keys: query {i / (Heads * Dim)}, head {i / Dim % Heads} is {problem.Output[i]} and not {expected[i]}");
            }
        }
    }

    [Fact]
    public void Readme_HasTheGallery()
    {
        string source = File.ReadAllText(Repository.PathOf("tests/SpecAttn.Scores.Gallery/Gallery.cs")).ReplaceLineEndings("\n");

        Assert.Contains($"```csharp\n{source}```\n", File.ReadAllText(Repository.PathOf("generator/README.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static double[] Attend(Problem p, Example example)
    {
        double[] output = new double[p.Output.Length];
        for (int query = 0; query < p.Queries; query++)
        {
            for (int head = 0; head < Heads; head++)
            {
                int position = p.Keys - p.Queries + query;
                int keyValueHead = head / (Heads / KeyValueHeads);
                Span<double> row = output.AsSpan(((query * Heads) + head) * Dim, Dim);
                (int Key, double Score)[] scores =
                [
                    .. Enumerable.Range(0, p.Keys).Where(key => example.Sees(p, position, key)).Select(key => (key, ScoreOf(p, example, query, head, position, key))),
                ];
                if (scores.Length == 0)
                    continue;
                double maximum = scores.Max(score => score.Score);
                double sum = scores.Sum(score => Math.Exp(score.Score - maximum));
                foreach ((int key, double score) in scores)
                {
                    for (int d = 0; d < Dim; d++)
                        row[d] += Math.Exp(score - maximum) / sum * p.Value[(((key * KeyValueHeads) + keyValueHead) * Dim) + d];
                }
            }
        }
        return output;
    }

    private static double ScoreOf(Problem p, Example example, int query, int head, int position, int key)
    {
        double score = 0;
        for (int d = 0; d < Dim; d++)
            score += (double)p.Query[(((query * Heads) + head) * Dim) + d] * p.Key[(((key * KeyValueHeads) + (head / (Heads / KeyValueHeads))) * Dim) + d];
        score /= Math.Sqrt(Dim);
        return example.Score?.Invoke(p, score, head, position, key) ?? score;
    }

    // Documents of 1, 2, 3 … tokens.
    private static int DocumentOf(int token) => (int)((Math.Sqrt((8.0 * token) + 1) - 1) / 2);

    // The parent of draft i is draft (i − 1) / 2, as in a heap.
    private static bool IsAncestorOrSelf(int draft, int other) => draft == other || (draft > other && draft > 0 && IsAncestorOrSelf((draft - 1) / 2, other));

    private static int AncestorBits(int draft) => Enumerable.Range(0, draft + 1).Where(other => IsAncestorOrSelf(draft, other)).Sum(other => 1 << other);

    /// <summary>An example of the gallery.</summary>
    /// <param name="Run">Calls its method.</param>
    /// <param name="Sees">Whether the query at a position sees a key.</param>
    /// <param name="Score">What becomes of a score, null for nothing.</param>
    /// <param name="MostQueries">The example is not for more.</param>
    private sealed record Example(
        Action<Problem, KernelIsa> Run,
        Func<Problem, int, int, bool> Sees,
        Func<Problem, double, int, int, int, double>? Score = null,
        int MostQueries = int.MaxValue);

    private sealed class Problem
    {
        public Problem(int queries, int keys)
        {
            (Queries, Keys) = (queries, keys);
            var random = new Random((queries * 1000) + keys);
            Query = Numbers(queries * Heads * Dim);
            Key = Numbers(keys * KeyValueHeads * Dim);
            Value = Numbers(keys * KeyValueHeads * Dim);
            Buckets = Numbers(32 * Heads);
            Output = new float[Query.Length];

            float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 4)];
        }

        public int Queries { get; }

        public int Keys { get; }

        public float[] Query { get; }

        public float[] Key { get; }

        public float[] Value { get; }

        /// <summary>[32 buckets, heads].</summary>
        public float[] Buckets { get; }

        public float[] Output { get; }
    }
}
