namespace SpecAttn.Benchmarks.Commands;

/// <summary>What to measure, and what to do with it.</summary>
/// <param name="Filter">Only workloads whose name contains it.</param>
/// <param name="Isas">Variants; empty = all that the machine supports.</param>
/// <param name="Threads">Other than 1: compare so many threads (0 = as many as the library chooses) with one.</param>
/// <param name="Budget">Time to sample one row.</param>
/// <param name="Json">File for every figure, or null.</param>
/// <param name="Check">Whether a missed target is a failure.</param>
internal sealed record SpeedOptions(string Filter, KernelIsa[] Isas, int Threads, TimeSpan Budget, FileInfo? Json, bool Check);
