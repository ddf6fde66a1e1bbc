using System.Diagnostics;
using System.Runtime;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>What the first call of a kernel costs: the JIT compiles what it needs.</summary>
/// <param name="Seconds">Time of the call.</param>
/// <param name="CompilingSeconds">Part of it in the JIT.</param>
/// <param name="Methods">Methods compiled.</param>
/// <param name="IlBytes">Bytes of IL in those of them that are the kernel's own.</param>
/// <param name="MachineBytes">Bytes of machine code of these.</param>
internal sealed record FirstCall(double Seconds, double CompilingSeconds, long Methods, long IlBytes, long MachineBytes)
{
    /// <summary>By how much a first call should be longer than the later ones, at most.</summary>
    public const double TargetSeconds = 60e-3;

    /// <summary>Calls once. Whatever the call compiles on another thread is not counted.</summary>
    public static FirstCall Time(Action call)
    {
        using var code = new CompiledCode();
        TimeSpan compiling = JitInfo.GetCompilationTime(currentThread: true);
        long methods = JitInfo.GetCompiledMethodCount(currentThread: true);
        long start = Stopwatch.GetTimestamp();
        call();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        compiling = JitInfo.GetCompilationTime(currentThread: true) - compiling;
        methods = JitInfo.GetCompiledMethodCount(currentThread: true) - methods;
        code.WaitFor(methods);
        return new FirstCall(elapsed.TotalSeconds, compiling.TotalSeconds, methods, code.IlBytes, code.MachineBytes);
    }
}
