using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>
/// How long the thread that made it has been ready to run but kept waiting for a processor, as Linux counts it (the second number of
/// <c>schedstat</c>). Elsewhere always 0, and the bursts alone decide what a disturbed sample is.
/// </summary>
internal sealed class ProcessorWait : IDisposable
{
    private readonly SafeFileHandle? _statistics;
    private readonly byte[] _text = new byte[128];

    public ProcessorWait()
    {
        const string path = "/proc/thread-self/schedstat";
        if (File.Exists(path))
            _statistics = File.OpenHandle(path);
    }

    /// <summary>Seconds waited so far.</summary>
    public double Seconds
    {
        get
        {
            if (_statistics is null)
                return 0;
            ReadOnlySpan<byte> text = _text.AsSpan(0, RandomAccess.Read(_statistics, _text, 0));
            ReadOnlySpan<byte> waited = text[(text.IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(waited, out long nanoseconds, out _) ? nanoseconds * 1e-9 : 0;
        }
    }

    public void Dispose() => _statistics?.Dispose();
}
