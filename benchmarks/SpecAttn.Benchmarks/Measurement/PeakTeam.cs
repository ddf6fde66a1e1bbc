namespace SpecAttn.Benchmarks.Measurement;

/// <summary>
/// Bursts of multiply-adds on several threads at the same time: the witness that each had a core to itself. Two virtual processors can become
/// two hardware threads of one core for seconds, where two threads together are no faster than one.
/// </summary>
internal sealed class PeakTeam : IDisposable
{
    /// <summary>A thread of the call before may still look for work on one of the cores.</summary>
    private const int MostBursts = 4;

    private readonly FmaPeak _peak;
    private readonly Helper[] _helpers;

    /// <param name="peak">The burst.</param>
    /// <param name="threads">Threads, the calling one included; 0 = as many as there are cores.</param>
    public PeakTeam(FmaPeak peak, int threads)
    {
        _peak = peak;
        _helpers = [.. Enumerable.Range(1, (threads == 0 ? Environment.ProcessorCount : threads) - 1).Select(_ => new Helper(peak))];
    }

    /// <summary>The slowest thread, in flops per second, when they were fastest.</summary>
    /// <param name="enough">So fast need they be and no faster.</param>
    public double Burst(double enough)
    {
        double fastest = 0;
        for (int burst = 0; burst < (_helpers.Length == 0 ? 1 : MostBursts) && fastest < enough; burst++)
            fastest = Math.Max(fastest, Burst());
        return fastest;
    }

    public void Dispose()
    {
        foreach (Helper helper in _helpers)
            helper.Dispose();
    }

    private double Burst()
    {
        foreach (Helper helper in _helpers)
            helper.Wake();
        foreach (Helper helper in _helpers)
            helper.Start();
        double slowest = _peak.Burst();
        foreach (Helper helper in _helpers)
            slowest = Math.Min(slowest, helper.Finish());
        return slowest;
    }

    /// <summary>A thread that sleeps between bursts, so as to leave its core to what is measured.</summary>
    private sealed class Helper : IDisposable
    {
        private readonly FmaPeak _peak;
        private readonly SemaphoreSlim _wake = new(0);
        private readonly Thread _thread;
        private volatile bool _isAwake;
        private volatile bool _mayStart;
        private volatile bool _isDone;
        private volatile bool _mustEnd;
        private double _flops;

        public Helper(FmaPeak peak)
        {
            _peak = peak;
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        public void Wake() => _wake.Release();

        public void Start()
        {
            SpinWait.SpinUntil(() => _isAwake);
            _isAwake = false;
            _mayStart = true;
        }

        public double Finish()
        {
            SpinWait.SpinUntil(() => _isDone);
            _isDone = false;
            return _flops;
        }

        public void Dispose()
        {
            _mustEnd = true;
            _wake.Release();
            _thread.Join();
            _wake.Dispose();
        }

        private void Run()
        {
            while (true)
            {
                _wake.Wait();
                if (_mustEnd)
                    return;
                _isAwake = true;
                while (!_mayStart)
                    Thread.SpinWait(1);
                _mayStart = false;
                _flops = _peak.Burst();
                _isDone = true;
            }
        }
    }
}
