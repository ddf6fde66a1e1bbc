using SpecAttn.Kernels;

namespace SpecAttn.Scores.Tests;

/// <summary>
/// The classification of blocks that is written into kernels, against every pair of every block: never empty where a pair is visible,
/// never full where one is hidden, and for patterns of positions never mixed where all pairs agree.
/// </summary>
public class BlockClassTests
{
    private const int FirstQuery = -40;
    private const int Length = 330;

    // Lanes, rows of tiles and of blocks, of some variant or other; keys of a tile, a chunk and a block.
    private static readonly int[] s_rows = [1, 6, 8, 16, 24, 48, 100];
    private static readonly int[] s_keys = [1, 8, 20, 64, 128];

    private static readonly string[] s_patterns =
    [
        "key <= query",
        "key < query - 3",
        "!(key <= query)",
        "key <= query && query - key < 40",
        "query - key < 40",
        "Math.Abs(query - key) < 40",
        "Math.Abs(query - key) >= 40",
        "key <= query || key < 50",
        "key < 50 || key <= query && query - key < 40",
        "key < 4 || Math.Abs(query - key) < 17",
        "key >= 100 && key < 200",
        "!(key >= 100 && key < 200)",
        "query / 64 == key / 64",
        "query / 64 != key / 64",
        "query >> 6 == key >> 6 && key <= query",
        "key / 64 <= query / 64",
        "key / 64 < query / 64 || key <= query",
        "key <= query || query / 64 == key / 64",
        "key <= query && query / 64 != key / 64",
        "!(query / 64 == key / 64 && key > query)",
        "Math.Abs(query / 64 - key / 64) <= 1",
        "Math.Abs(query / 32 - key / 32) <= 1 || key / 32 == 0 || query / 32 == 0",
        "key <= query && (query / 64 - key / 64 <= 1 || key / 64 == 0)",
        "key / 32 % 2 == 0",
        "key / 32 % 4 == query / 32 % 4",
        "(query / 32 - key / 32) % 2 == 0",
        "key <= query && (query / 32 - key / 32) % 4 == 0",
        "key % 16 == 0",
        "key % 32 < 8",
        "(key & 63) < 16",
        "key % 64 == query % 64",
        "(query - key) % 8 == 0",
        "query >= key && query - key < 64 && (query - key) % 4 == 0",
        "key < 32 || (query - key) % 16 == 0 && key <= query",
        "key <= query ^ key < 50",
        "key <= query ? query / 64 == key / 64 : key % 64 < 8",
    ];

    private static readonly Lazy<Type> s_model = new(() => CompiledKernels.CompilePortable(
        string.Concat(s_patterns.Select((pattern, i) => $"public static bool Sees{i}(int query, int key) => {pattern};\n")),
        string.Concat(s_patterns.Select((_, i) => $"""
            [Attention(heads: 1, headDim: 4, Visible = nameof(Sees{i}))]
            public static partial void Attend{i}(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);

            """))));

    private delegate BlockVisibility Classify(in ScoreInputs inputs, BlockRange query, BlockRange key);

    public static TheoryData<string> Patterns => [.. s_patterns];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Blocks_AreWhatTheirPairsAre(string pattern)
    {
        int number = Array.IndexOf(s_patterns, pattern);
        Type model = s_model.Value;
        var sees = model.GetMethod($"Sees{number}")!.CreateDelegate<Func<int, int, bool>>();
        Type kernel = model.Assembly.GetTypes().Single(type => type.Name == $"Model_Attend{number}_Portable");
        var classify = typeof(BlockClass).GetMethod(nameof(BlockClass.Of))!.MakeGenericMethod(kernel).CreateDelegate<Classify>();
        var counts = new PairCounts(sees);
        int undecided = 0;
        string example = "";

        foreach (int rows in s_rows)
        foreach (int keys in s_keys)
        for (int query = FirstQuery; query + rows <= FirstQuery + Length; query += Math.Max(5, rows / 3))
        for (int key = 0; key + keys <= Length; key += Math.Max(3, keys / 3))
        {
            BlockVisibility actual = classify(default, new BlockRange(query, query + rows - 1), new BlockRange(key, key + keys - 1));
            int visible = counts.Visible(query, rows, key, keys);
            BlockVisibility expected = visible == 0 ? BlockVisibility.Empty : visible == rows * keys ? BlockVisibility.Full : BlockVisibility.Mixed;
            if (actual == expected)
                continue;
            string block = $"{pattern}: queries {query} to {query + rows - 1}, keys {key} to {key + keys - 1} are {expected}, classified {actual}";
            Assert.True(actual == BlockVisibility.Mixed, block);
            undecided++;
            example = block;
        }
        Assert.True(undecided == 0, $"{undecided} blocks, such as {example}");
    }

    /// <summary>How many pairs of a block are visible, from sums over all pairs before them.</summary>
    private sealed class PairCounts
    {
        private readonly int[,] _sums = new int[Length + 1, Length + 1];

        public PairCounts(Func<int, int, bool> sees)
        {
            for (int query = 0; query < Length; query++)
            for (int key = 0; key < Length; key++)
            {
                int own = sees(query + FirstQuery, key) ? 1 : 0;
                _sums[query + 1, key + 1] = _sums[query, key + 1] + _sums[query + 1, key] - _sums[query, key] + own;
            }
        }

        public int Visible(int query, int rows, int key, int keys)
        {
            int first = query - FirstQuery;
            return _sums[first + rows, key + keys] - _sums[first, key + keys] - _sums[first + rows, key] + _sums[first, key];
        }
    }
}
