using System.Collections.Immutable;

namespace SpecAttn.Benchmarks;

/// <summary>The workloads, listed once: for the tour, the speed tables and BenchmarkDotNet.</summary>
internal static class Workloads
{
    /// <summary>A handful that shows every kind of kernel.</summary>
    public static ImmutableArray<Workload> Tour { get; } =
    [
        new(Kernels.H12D64, 512, 512),
        new(Kernels.H12D64Causal, 512, 512),
        new(Kernels.H8Kv2D128, 512, 512),
        new(Kernels.H32Kv8D128Causal, 512, 512),
        new(Kernels.H16D80, 512, 512),
        new(Kernels.H32Kv8D128CausalHeadMajor, 1, 1024),
    ];

    /// <summary>The rows of the speed tables, with the percent of the limit that they are to reach.</summary>
    public static ImmutableArray<Workload> Speed { get; } =
    [
        new(Kernels.H12D64, 128, 128) { Avx512Target = 82, Avx2Target = 82 },
        new(Kernels.H12D64, 128, 128, Batch: 8) { Avx512Target = 82, Avx2Target = 82 },
        new(Kernels.H12D64, 197, 197) { Avx512Target = 82, Avx2Target = 82 },
        new(Kernels.H12D64, 384, 384) { Avx512Target = 90, Avx2Target = 88 },
        new(Kernels.H12D64, 512, 512) { Avx512Target = 90, Avx2Target = 88 },
        new(Kernels.H8D64, 1500, 1500) { Avx512Target = 92, Avx2Target = 90 },
        new(Kernels.H12D64Causal, 1024, 1024) { Avx512Target = 86, Avx2Target = 84 },
        new(Kernels.H32Kv8D128Causal, 512, 512) { Avx512Target = 84, Avx2Target = 82 },
        new(Kernels.H32Kv8D128Causal, 2048, 2048) { Avx512Target = 90, Avx2Target = 88 },
        new(Kernels.H8D64Causal, 4096, 4096) { Avx512Target = 90, Avx2Target = 88 },
        new(Kernels.H8Kv4D256Causal, 1024, 1024) { Avx512Target = 85, Avx2Target = 82 },
        new(Kernels.H8D64, 64, 1500) { Avx512Target = 86, Avx2Target = 84 },
        new(Kernels.H16D80, 512, 512) { Avx512Target = 82, Avx2Target = 80 },
        new(Kernels.H16D96, 512, 512) { Avx512Target = 82, Avx2Target = 80 },
        new(Kernels.H8D72, 512, 512) { Avx512Target = 82, Avx2Target = 80 },
        new(Kernels.H4D8, 512, 512),
        new(Kernels.H12D64Unrolled, 512, 512),
        new(Kernels.H32Kv8D128CausalUnrolled, 512, 512),

        new(Kernels.H32Kv8D128CausalHeadMajor, 1, 16384) { Avx512Target = 85 },
        new(Kernels.H32Kv8D128CausalHeadMajor, 1, 4096) { Avx512Target = 80 },
        new(Kernels.H32Kv8D128CausalHeadMajor, 1, 1024) { Avx512Target = 70 },
        new(Kernels.H12D64HeadMajor, 1, 512) { Avx512Target = 75 },
        new(Kernels.H8D64HeadMajor, 1, 1500) { Avx512Target = 80 },
        new(Kernels.H8Kv1D256HeadMajor, 1, 2048) { Avx512Target = 70 },
        new(Kernels.H32Kv8D128CausalHeadMajor, 1, 128),
        new(Kernels.H32Kv8D128Causal, 1, 4096),

        new(Kernels.H32Kv8D128CausalHeadMajor, 2, 2048),
        new(Kernels.H32Kv8D128CausalHeadMajor, 4, 2048),
        new(Kernels.H32Kv8D128CausalHeadMajor, 8, 2048),
        new(Kernels.H32Kv8D128CausalHeadMajor, 16, 2048),
        new(Kernels.H32Kv8D128CausalHeadMajor, 32, 2048),
    ];
}
