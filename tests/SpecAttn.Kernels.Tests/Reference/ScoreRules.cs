namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>What is done with scores besides the mask and the scale, as declared and with the arguments of one call.</summary>
internal sealed record ScoreRules
{
    public int Window { get; init; }

    public float Softcap { get; init; }

    /// <summary>[heads]; null: no ALiBi.</summary>
    public float[]? Slopes { get; init; }

    public int PrefixLength { get; init; }

    public ScoreTable<float>? Bias { get; init; }

    public ScoreTable<bool>? Mask { get; init; }

    /// <summary>The user's functions; null: none.</summary>
    public UserRules? User { get; init; }

    /// <summary>[keyLength], for the functions that ask for it.</summary>
    public int[] Documents { get; init; } = [];

    /// <summary>For the functions that ask for it.</summary>
    public float Rate { get; init; }

    /// <summary>The rules of one sequence, of which it may be that only the first keys are left.</summary>
    public ScoreRules Sequence(int batch, int keys) => this with
    {
        Bias = Bias?.Sequence(batch, keys),
        Mask = Mask?.Sequence(batch, keys),
        Documents = [.. Documents.Take(keys)],
    };
}

/// <summary>The user's functions as C# computes them.</summary>
internal sealed record UserRules(Func<float, PairPlace, ScoreRules, float>? Score = null, Func<PairPlace, ScoreRules, bool>? Visible = null);

/// <summary>A query and a key, by position.</summary>
internal readonly record struct PairPlace(int Head, int Query, int Key);

/// <summary>A bias or a mask: dense, with 1 in the place of any length, and perhaps fewer keys than there are.</summary>
internal sealed record ScoreTable<T>(int Batch, int Heads, int Queries, int Keys, T[] Data)
    where T : unmanaged
{
    /// <summary>Whether there is an element for the key.</summary>
    public bool Reaches(int key) => Keys == 1 || key < Keys;

    public T At(int batch, int head, int query, int key) =>
        Data[(((((Batch == 1 ? 0 : batch) * Heads) + (Heads == 1 ? 0 : head)) * Queries + (Queries == 1 ? 0 : query)) * Keys) + (Keys == 1 ? 0 : key)];

    public ScoreTable<T> Sequence(int batch, int keys)
    {
        int rows = Heads * Queries;
        int kept = Keys == 1 ? 1 : Math.Min(Keys, keys);
        int first = Batch == 1 ? 0 : batch * rows;
        IEnumerable<T> data = Enumerable.Range(first, rows).SelectMany(row => Data.Skip(row * Keys).Take(kept));
        return new ScoreTable<T>(1, Heads, Queries, kept, [.. data]);
    }
}
