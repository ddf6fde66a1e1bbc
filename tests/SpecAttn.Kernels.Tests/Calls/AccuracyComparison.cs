using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Compares the largest error of a kernel over some problems with the largest error of plain fp32 over the same problems.</summary>
internal sealed class AccuracyComparison(InputKind kind)
{
    private readonly List<(Problem Problem, (double[] Output, double[] LogSumExp) Exact)> _problems = [];
    private double _tolerance = 1e-6;
    private double _logTolerance = 1e-6;
    private Deviation _output;
    private Deviation _logSumExp;

    /// <summary>Runs the kernel. Where a query sees no key its result must be exact, and it is checked at once.</summary>
    public void Add(Trial trial)
    {
        AttentionResult actual = trial.Run();
        (double[] Output, double[] LogSumExp) exact = Float64Oracle.Attend(trial.Problem);
        _problems.Add((trial.Problem, exact));
        _output = Deviation.Largest(_output, Deviation.Between(exact.Output, actual.Output, trial));
        if (actual.LogSumExp != null)
            _logSumExp = Deviation.Largest(_logSumExp, Deviation.Between(exact.LogSumExp, actual.LogSumExp, trial));
        trial.ForEachRow((batch, query, head) => trial.Check(
            (trial.Problem.Computes(head) && trial.Problem.SeesAnyKey(batch, head, query)) || !actual.OutputRow(batch, query, head).ContainsAnyExcept(0f),
            $"output of sequence {batch}, query {query}, head {head}, which sees no key, is not 0"));

        // No fp32 logarithm is closer than its own rounding, and a kernel whose softmax is in base 2 rounds it once more.
        double magnitude = exact.LogSumExp.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        _logTolerance = Math.Max(_logTolerance, 1e-6 + (magnitude * Math.Pow(2, -23)));

        // When scores are far apart the few queries with a near tie make all of the error, of either side, and whether there is one is chance.
        if (kind is InputKind.WideScores or InputKind.VeryWideScores)
        {
            _tolerance = Math.Max(_tolerance, 1e-6 * magnitude);
            _logTolerance = Math.Max(_logTolerance, _tolerance);
        }
    }

    public void Check()
    {
        (double plain, double plainLog) = (0, 0);
        for (int way = 0; way < PlainFp32.Ways && !IsWithin(plain, plainLog); way++)
        {
            foreach ((Problem problem, (double[] Output, double[] LogSumExp) exact) in _problems)
            {
                (float[] output, float[] logSumExp) = PlainFp32.Attend(problem, way);
                plain = Math.Max(plain, Deviation.Between(exact.Output, output).Error);
                plainLog = Math.Max(plainLog, Deviation.Between(exact.LogSumExp, logSumExp).Error);
            }
        }

        if (IsWithin(plain, plainLog))
            return;
        _output.Trial?.Check(_output.Error <= (2 * plain) + _tolerance, $"{kind}: output {_output}; plain fp32 has {plain:E2}");
        _logSumExp.Trial?.Check(_logSumExp.Error <= (2 * plainLog) + _logTolerance, $"{kind}: logSumExp {_logSumExp}; plain fp32 has {plainLog:E2}");
    }

    private bool IsWithin(double plain, double plainLog) =>
        _output.Error <= (2 * plain) + _tolerance && _logSumExp.Error <= (2 * plainLog) + _logTolerance;

    /// <summary>The largest error of a result and where it is.</summary>
    private readonly record struct Deviation(double Error, int At, double Exact, double Actual, Trial? Trial)
    {
        public static Deviation Between(double[] exact, float[] actual, Trial? trial = null)
        {
            var largest = new Deviation(0, 0, 0, 0, trial);
            for (int i = 0; i < exact.Length; i++)
            {
                double error = exact[i].Equals(actual[i]) ? 0 : Math.Abs(exact[i] - actual[i]);
                if (double.IsNaN(error))
                    error = double.PositiveInfinity;
                if (error > largest.Error)
                    largest = new Deviation(error, i, exact[i], actual[i], trial);
            }

            return largest;
        }

        public static Deviation Largest(Deviation left, Deviation right) => left.Error >= right.Error && left.Trial != null ? left : right;

        public override string ToString() => $"has error {Error:E2} at element {At} ({Actual:R}, exactly {Exact:R})";
    }
}
