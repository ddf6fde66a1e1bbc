using SpecAttn.Generator.Tests.Translation;

namespace SpecAttn.Scores.Tests;

/// <summary>Queries and keys whose scores have no rounding in them, and arguments for score functions, all from a seed.</summary>
internal sealed class RandomProblem
{
    private readonly float _rate;
    private readonly bool _flag;
    private readonly double _temperature;
    private readonly ulong _seed;
    private readonly byte _level;
    private readonly int[] _offsets;
    private readonly float[] _table;

    public RandomProblem(Random random, int batch, int queries)
    {
        Batch = batch;
        Queries = queries;
        QueryOffset = random.Next(-2, 20);
        Query = [.. Enumerable.Range(0, batch * queries * CompiledKernels.Heads * CompiledKernels.HeadDim).Select(_ => random.Next(-4, 5) / 4f)];
        Key = [.. Enumerable.Range(0, batch * CompiledKernels.Keys * CompiledKernels.KeyValueHeads * CompiledKernels.HeadDim).Select(_ => random.Next(-4, 5) / 2f)];
        Value = new float[batch * CompiledKernels.Keys * CompiledKernels.Keys];
        for (int row = 0; row < batch * CompiledKernels.Keys; row++)
            Value[(row * CompiledKernels.Keys) + (row % CompiledKernels.Keys)] = 1;

        float[] special = [0, -0f, 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, 1e30f, -3e9f, 2.5f, -0.5f];
        _rate = Number();
        _flag = random.Next(2) == 0;
        _temperature = Number();
        _seed = (ulong)random.NextInt64();
        _level = (byte)random.Next(256);
        _offsets = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(-20, 20))];
        _table = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Number())];

        float Number() => random.Next(5) == 0 ? special[random.Next(special.Length)] : (random.NextSingle() - 0.5f) * 12;
    }

    public int Batch { get; }

    public int Queries { get; }

    /// <summary>Position of the first query.</summary>
    public int QueryOffset { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>Pairs of a query and a key, in the order of <c>weights</c>.</summary>
    public int Pairs => Batch * CompiledKernels.Heads * Queries * CompiledKernels.Keys;

    /// <summary>What a function is called with for a pair.</summary>
    public FunctionArguments Arguments(int pair)
    {
        (int row, int key) = Math.DivRem(pair, CompiledKernels.Keys);
        (int headRow, int query) = Math.DivRem(row, Queries);
        (int batch, int head) = Math.DivRem(headRow, CompiledKernels.Heads);
        int keyValueHead = head / (CompiledKernels.Heads / CompiledKernels.KeyValueHeads);
        float score = 0;
        for (int d = 0; d < CompiledKernels.HeadDim; d++)
        {
            score += Query[((((batch * Queries) + query) * CompiledKernels.Heads + head) * CompiledKernels.HeadDim) + d]
                * Key[((((batch * CompiledKernels.Keys) + key) * CompiledKernels.KeyValueHeads + keyValueHead) * CompiledKernels.HeadDim) + d];
        }
        return new FunctionArguments(
            score / 2, batch, head, keyValueHead, query + QueryOffset, key, Queries, CompiledKernels.Keys,
            _rate, _flag, _temperature, _seed, _level, _offsets, _table);
    }

    /// <summary>Runs a kernel.</summary>
    /// <param name="attend">Its method.</param>
    /// <param name="choice">Which of its functions is asked for.</param>
    /// <param name="expected">What that function is expected to give, for each pair.</param>
    /// <param name="isa">The variant.</param>
    /// <returns>The weights of all pairs.</returns>
    public float[] Run(Attend attend, int choice, float[] expected, KernelIsa isa)
    {
        float[] output = new float[Pairs];
        attend(Query, Key, Value, output, Batch, QueryOffset, choice, expected, _rate, _flag, _temperature, _seed, _level, _offsets, _table, isa);

        // From [batch, query, head, key].
        float[] weights = new float[Pairs];
        for (int pair = 0; pair < Pairs; pair++)
        {
            (int row, int key) = Math.DivRem(pair, CompiledKernels.Keys);
            (int headRow, int query) = Math.DivRem(row, Queries);
            (int batch, int head) = Math.DivRem(headRow, CompiledKernels.Heads);
            weights[pair] = output[((((batch * Queries) + query) * CompiledKernels.Heads + head) * CompiledKernels.Keys) + key];
        }
        return weights;
    }
}
