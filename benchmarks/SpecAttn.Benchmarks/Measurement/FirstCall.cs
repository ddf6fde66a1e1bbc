using System.Diagnostics;
using System.Runtime;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>What the first call of a kernel costs: the JIT compiles what it needs.</summary>
/// <param name="Seconds">Time of the call.</param>
/// <param name="CompilingSeconds">Part of it in the JIT.</param>
/// <param name="Methods">Methods compiled.</param>
/// <param name="IlBytes">Bytes of IL in them.</param>
internal sealed record FirstCall(double Seconds, double CompilingSeconds, long Methods, long IlBytes)
{
    /// <summary>Calls once. Whatever the call compiles on another thread is not counted.</summary>
    public static FirstCall Time(Action call)
    {
        TimeSpan compiling = JitInfo.GetCompilationTime(currentThread: true);
        long methods = JitInfo.GetCompiledMethodCount(currentThread: true);
        long bytes = JitInfo.GetCompiledILBytes(currentThread: true);
        long start = Stopwatch.GetTimestamp();
        call();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        return new FirstCall(
            elapsed.TotalSeconds,
            (JitInfo.GetCompilationTime(currentThread: true) - compiling).TotalSeconds,
            JitInfo.GetCompiledMethodCount(currentThread: true) - methods,
            JitInfo.GetCompiledILBytes(currentThread: true) - bytes);
    }
}
