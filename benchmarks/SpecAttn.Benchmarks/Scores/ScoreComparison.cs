namespace SpecAttn.Benchmarks.Scores;

/// <summary>What becomes of a score, from the definition: −∞ where the key is hidden.</summary>
/// <param name="data">Slopes and bias.</param>
/// <param name="score">The scaled score.</param>
/// <param name="head">Head.</param>
/// <param name="query">Position of the query among the keys.</param>
/// <param name="key">Key.</param>
internal delegate double ScoreDefinition(ScoreData data, double score, int head, int query, int key);

/// <summary>A kernel of the score table.</summary>
/// <param name="Call">One call on one thread.</param>
/// <param name="Definition">What it computes.</param>
/// <param name="Keys">How many of the keys it is given; 0 = all.</param>
internal sealed record ScoreCall(Action<ScoreData, KernelIsa> Call, ScoreDefinition Definition, int Keys = 0);

/// <summary>What a mask or a change of scores costs: a kernel beside another that has less to do, or the same in other words.</summary>
/// <param name="Name">What is compared with what.</param>
/// <param name="Queries">Number of queries.</param>
/// <param name="Keys">Number of keys.</param>
/// <param name="Kernel">What is looked at.</param>
/// <param name="Base">What it is compared with.</param>
/// <param name="Target">Percent of the base's time that it may take.</param>
internal sealed record ScoreComparison(string Name, int Queries, int Keys, ScoreCall Kernel, ScoreCall Base, int Target);
