namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>How the arguments of a call lie in memory.</summary>
/// <param name="Rank">Of tensor spans: 4, or 3 for a single sequence.</param>
/// <param name="Guard">Side of the inaccessible page, or null for canaries in ordinary arrays.</param>
internal sealed record CallStyle(int Rank, MemoryStyle Query, MemoryStyle Key, MemoryStyle Value, MemoryStyle Output, GuardSide? Guard = null)
{
    public static CallStyle Dense { get; } = new(4, MemoryStyle.Dense, MemoryStyle.Dense, MemoryStyle.Dense, MemoryStyle.Dense);

    public static CallStyle Random(Random random, int batch) =>
        new(batch == 1 && random.Next(2) == 0 ? 3 : 4, RandomMemory(random), RandomMemory(random), RandomMemory(random), RandomMemory(random));

    public MemoryStyle MemoryOf(string parameter) => parameter switch
    {
        "key" => Key,
        "value" => Value,
        "output" => Output,
        _ => Query,
    };

    public TestBuffer<T> Allocate<T>(int length)
        where T : unmanaged => Guard is GuardSide side ? new GuardedBuffer<T>(length, side) : new CanaryBuffer<T>(length);

    private static MemoryStyle RandomMemory(Random random) => (MemoryStyle)random.Next(3);
}
