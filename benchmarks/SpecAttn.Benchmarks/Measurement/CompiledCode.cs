using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>Counts the IL and the machine code of kernels, as the JIT reports every method that it compiles from now on.</summary>
internal sealed class CompiledCode : EventListener
{
    private const string KernelNamespace = "SpecAttn.Generated.";
    private const EventKeywords Jit = (EventKeywords)0x10;

    // Reports come from a thread of the runtime's, some time after the fact.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<long> _il = new();
    private readonly ConcurrentQueue<long> _machineCode = new();
    private int _loaded;

    /// <summary>Bytes of IL in kernels.</summary>
    public long IlBytes => _il.Sum();

    /// <summary>Bytes of machine code of kernels.</summary>
    public long MachineBytes => _machineCode.Sum();

    /// <summary>Waits until so many methods, kernels or not, have been reported.</summary>
    public void WaitFor(long methods)
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _loaded) < methods && Stopwatch.GetElapsedTime(start) < s_patience)
            Thread.Sleep(10);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            EnableEvents(eventSource, EventLevel.Verbose, Jit);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        string name = eventData.EventName ?? "";
        if (name.StartsWith("MethodJittingStarted", StringComparison.Ordinal) && IsKernel("MethodNamespace"))
            _il.Enqueue(Number("MethodILSize"));
        if (!name.StartsWith("MethodLoadVerbose", StringComparison.Ordinal))
            return;
        if (IsKernel("MethodNamespace"))
            _machineCode.Enqueue(Number("MethodSize"));
        Interlocked.Increment(ref _loaded);

        bool IsKernel(string field) => $"{Payload(field)}".StartsWith(KernelNamespace, StringComparison.Ordinal);
        long Number(string field) => Convert.ToInt64(Payload(field));
        object? Payload(string field) => eventData.Payload?[eventData.PayloadNames?.IndexOf(field) ?? -1];
    }
}
