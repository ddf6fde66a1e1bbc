using System.Reflection;

namespace SpecAttn.Benchmarks;

/// <summary>What a workload is measured against, and which table it is in.</summary>
internal enum WorkloadKind
{
    /// <summary>Many queries at once, bound by arithmetic: percent of the FMA peak.</summary>
    Prefill,

    /// <summary>One query against many keys, bound by reading them once: percent of the roofline.</summary>
    Decode,

    /// <summary>A few queries against many keys, as in speculative decoding: time per query.</summary>
    Chunk,
}

/// <summary>
/// A declared kernel on input of one size. Heads and dimensions are those of the kernel's own <see cref="AttentionAttribute"/>: they are
/// written down once.
/// </summary>
/// <param name="Kernel">The attention method.</param>
/// <param name="Queries">Queries of each sequence.</param>
/// <param name="Keys">Keys of each sequence.</param>
/// <param name="Batch">Sequences.</param>
internal sealed record Workload(AttentionCall Kernel, int Queries, int Keys, int Batch = 1)
{
    private readonly AttentionAttribute _declaration = Kernel.Method.GetCustomAttribute<AttentionAttribute>()
        ?? throw new ArgumentException($"{Kernel.Method.Name} is not an [Attention] method", nameof(Kernel));

    /// <summary>Percent of the limit that the AVX-512 variant is to reach; null where there is no target.</summary>
    public int? Avx512Target { get; init; }

    /// <summary>Percent of the limit that the AVX2 variant is to reach; null where there is no target.</summary>
    public int? Avx2Target { get; init; }

    public int Heads => _declaration.Heads;

    public int KeyValueHeads => _declaration.KeyValueHeads == 0 ? Heads : _declaration.KeyValueHeads;

    public int HeadDim => _declaration.HeadDim;

    public AttentionLayout Layout => _declaration.Layout;

    public bool Unrolled => _declaration.Unroll == Unroll.Full;

    public bool Causal => _declaration.Mask == AttentionMask.Causal;

    public WorkloadKind Kind =>
        Queries == 1 ? WorkloadKind.Decode
        : Causal && Queries < Keys ? WorkloadKind.Chunk
        : WorkloadKind.Prefill;

    /// <summary>E.g. <c>H32 KV8 D128 S512 causal</c>.</summary>
    public string Name
    {
        get
        {
            string shape = KeyValueHeads == Heads ? $"H{Heads} D{HeadDim}" : $"H{Heads} KV{KeyValueHeads} D{HeadDim}";
            return Kind switch
            {
                WorkloadKind.Decode => $"{shape} context {Keys}" + (Layout == AttentionLayout.TokenMajor ? " token-major" : ""),
                _ when Queries != Keys => $"{shape} {Queries} x {Keys}",
                _ => (Batch == 1 ? "" : $"batch {Batch}, ") + $"{shape} S{Keys}" + (Causal ? " causal" : "") + (Unrolled ? " unrolled" : ""),
            };
        }
    }

    /// <summary>
    /// Multiplications and additions of the two products: 4·heads·queries·keys·dim, half of it where the causal mask hides the upper
    /// triangle of a square. The softmax is not counted.
    /// </summary>
    public double Flops => 4.0 * Batch * Heads * Queries * Keys * HeadDim * (Causal && Queries == Keys ? 0.5 : 1);

    /// <summary>Bytes of all keys and values.</summary>
    public long KeyValueBytes => 2L * sizeof(float) * Batch * Keys * KeyValueHeads * HeadDim;

    /// <summary>Where a query (or output) head starts, in elements.</summary>
    public int QueryOffset(int batch, int query, int head) => Offset(batch, query, head, Queries, Heads);

    /// <summary>Where a key (or value) head starts, in elements.</summary>
    public int KeyOffset(int batch, int key, int keyValueHead) => Offset(batch, key, keyValueHead, Keys, KeyValueHeads);

    /// <summary>Percent of the limit that a variant is to reach; null where there is no target.</summary>
    public int? Target(KernelIsa isa) => isa switch
    {
        KernelIsa.Avx512 => Avx512Target,
        KernelIsa.Avx2 => Avx2Target,
        _ => null,
    };

    private int Offset(int batch, int token, int head, int length, int heads) => HeadDim * (Layout == AttentionLayout.TokenMajor
        ? (((batch * length) + token) * heads) + head
        : (((batch * heads) + head) * length) + token);
}
