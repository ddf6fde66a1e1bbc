using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace SpecAttn.Benchmarks.Measurement;

/// <summary>
/// The most multiply-adds this core does with vectors of one width: a loop of independent FMAs on registers, no memory. Run for as long as
/// a kernel it is the limit that the kernel's speed is a percentage of; in a burst just before and after, the witness that the core was at full
/// speed meanwhile.
/// </summary>
internal sealed class FmaPeak
{
    private const double BurstSeconds = 60e-6;

    /// <summary>Longer runs would find the same.</summary>
    private const double LongestRun = 10e-3;

    private readonly Lock _gate = new();
    private readonly Func<int, float, float> _loop;
    private readonly double _flopsPerIteration;
    private readonly int _iterations;

    private FmaPeak(int bits, Func<int, float, float> loop, int accumulators)
    {
        Bits = bits;
        _loop = loop;
        _flopsPerIteration = 2.0 * accumulators * bits / 32;
        _iterations = Calibrate(loop);
        for (int i = 0; i < 100; i++)
            Burst();
    }

    /// <summary>512-bit vectors; only where the machine has them.</summary>
    public static FmaPeak Wide512 { get => field ??= new(512, Loop512, 16); }

    /// <summary>256-bit vectors; only where the machine has them.</summary>
    public static FmaPeak Wide256 { get => field ??= new(256, Loop256, 12); }

    /// <summary>128-bit vectors.</summary>
    public static FmaPeak Wide128 { get => field ??= AdvSimd.IsSupported ? new(128, Loop128Of24, 24) : new(128, Loop128Of12, 12); }

    /// <summary>Width of the vectors.</summary>
    public int Bits { get; }

    /// <summary>The fastest burst of this process, in flops per second.</summary>
    public double Best { get; private set; }

    /// <summary>The peak for the vectors that a variant computes with.</summary>
    public static FmaPeak Of(KernelIsa isa) => isa switch
    {
        KernelIsa.Avx512 => Wide512,
        KernelIsa.Avx2 => Wide256,
        _ => Wide128,
    };

    /// <summary>One burst of about 60 µs on the calling thread: flops per second. Several threads may do one at the same time.</summary>
    public double Burst()
    {
        double flops = Run(_iterations);
        lock (_gate)
            Best = Math.Max(Best, flops);
        return flops;
    }

    /// <summary>
    /// Flops per second over about so many seconds. Bursts mostly fall between the interruptions of a machine, of which every longer call has
    /// its share: on a virtual machine 5 % of the time, as measured. What is compared with a call must be interrupted as often.
    /// </summary>
    public double Sustain(double seconds) => Run((int)Math.Max(1, _iterations * Math.Min(seconds, LongestRun) / BurstSeconds));

    private double Run(int iterations) => _flopsPerIteration * iterations / Time(_loop, iterations);

    private static int Calibrate(Func<int, float, float> loop)
    {
        loop(1, 1e-3f);
        int iterations = 1000;
        while (true)
        {
            double fastest = Enumerable.Range(0, 5).Min(_ => Time(loop, iterations));
            if (fastest >= BurstSeconds)
                return (int)(iterations * BurstSeconds / fastest);
            iterations *= 2;
        }
    }

    private static double Time(Func<int, float, float> loop, int iterations)
    {
        long start = Stopwatch.GetTimestamp();
        loop(iterations, 1e-3f);
        return (double)(Stopwatch.GetTimestamp() - start) / Stopwatch.Frequency;
    }

    // Each loop needs (latency × units) accumulators to keep every unit busy: 8 on most x64 cores, where 12 leave room for the two factors
    // among the 16 registers; 16 on the largest Arm cores, hence 24 of their 32 registers. MultiplyAddEstimate is one FMA instruction
    // where the machine has it. The factor is an argument so that nothing can be computed beforehand.

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Loop512(int iterations, float factor)
    {
        Vector512<float> a = Vector512.Create(factor), b = a + a;
        Vector512<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a;
        Vector512<float> s8 = a, s9 = a, s10 = a, s11 = a, s12 = a, s13 = a, s14 = a, s15 = a;
        for (int i = 0; i < iterations; i++)
        {
            s0 = Vector512.MultiplyAddEstimate(a, b, s0);
            s1 = Vector512.MultiplyAddEstimate(a, b, s1);
            s2 = Vector512.MultiplyAddEstimate(a, b, s2);
            s3 = Vector512.MultiplyAddEstimate(a, b, s3);
            s4 = Vector512.MultiplyAddEstimate(a, b, s4);
            s5 = Vector512.MultiplyAddEstimate(a, b, s5);
            s6 = Vector512.MultiplyAddEstimate(a, b, s6);
            s7 = Vector512.MultiplyAddEstimate(a, b, s7);
            s8 = Vector512.MultiplyAddEstimate(a, b, s8);
            s9 = Vector512.MultiplyAddEstimate(a, b, s9);
            s10 = Vector512.MultiplyAddEstimate(a, b, s10);
            s11 = Vector512.MultiplyAddEstimate(a, b, s11);
            s12 = Vector512.MultiplyAddEstimate(a, b, s12);
            s13 = Vector512.MultiplyAddEstimate(a, b, s13);
            s14 = Vector512.MultiplyAddEstimate(a, b, s14);
            s15 = Vector512.MultiplyAddEstimate(a, b, s15);
        }
        return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11 + s12 + s13 + s14 + s15);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Loop256(int iterations, float factor)
    {
        Vector256<float> a = Vector256.Create(factor), b = a + a;
        Vector256<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (int i = 0; i < iterations; i++)
        {
            s0 = Vector256.MultiplyAddEstimate(a, b, s0);
            s1 = Vector256.MultiplyAddEstimate(a, b, s1);
            s2 = Vector256.MultiplyAddEstimate(a, b, s2);
            s3 = Vector256.MultiplyAddEstimate(a, b, s3);
            s4 = Vector256.MultiplyAddEstimate(a, b, s4);
            s5 = Vector256.MultiplyAddEstimate(a, b, s5);
            s6 = Vector256.MultiplyAddEstimate(a, b, s6);
            s7 = Vector256.MultiplyAddEstimate(a, b, s7);
            s8 = Vector256.MultiplyAddEstimate(a, b, s8);
            s9 = Vector256.MultiplyAddEstimate(a, b, s9);
            s10 = Vector256.MultiplyAddEstimate(a, b, s10);
            s11 = Vector256.MultiplyAddEstimate(a, b, s11);
        }
        return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Loop128Of12(int iterations, float factor)
    {
        Vector128<float> a = Vector128.Create(factor), b = a + a;
        Vector128<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (int i = 0; i < iterations; i++)
        {
            s0 = Vector128.MultiplyAddEstimate(a, b, s0);
            s1 = Vector128.MultiplyAddEstimate(a, b, s1);
            s2 = Vector128.MultiplyAddEstimate(a, b, s2);
            s3 = Vector128.MultiplyAddEstimate(a, b, s3);
            s4 = Vector128.MultiplyAddEstimate(a, b, s4);
            s5 = Vector128.MultiplyAddEstimate(a, b, s5);
            s6 = Vector128.MultiplyAddEstimate(a, b, s6);
            s7 = Vector128.MultiplyAddEstimate(a, b, s7);
            s8 = Vector128.MultiplyAddEstimate(a, b, s8);
            s9 = Vector128.MultiplyAddEstimate(a, b, s9);
            s10 = Vector128.MultiplyAddEstimate(a, b, s10);
            s11 = Vector128.MultiplyAddEstimate(a, b, s11);
        }
        return Vector128.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Loop128Of24(int iterations, float factor)
    {
        Vector128<float> a = Vector128.Create(factor), b = a + a;
        Vector128<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        Vector128<float> s12 = a, s13 = a, s14 = a, s15 = a, s16 = a, s17 = a, s18 = a, s19 = a, s20 = a, s21 = a, s22 = a, s23 = a;
        for (int i = 0; i < iterations; i++)
        {
            s0 = Vector128.MultiplyAddEstimate(a, b, s0);
            s1 = Vector128.MultiplyAddEstimate(a, b, s1);
            s2 = Vector128.MultiplyAddEstimate(a, b, s2);
            s3 = Vector128.MultiplyAddEstimate(a, b, s3);
            s4 = Vector128.MultiplyAddEstimate(a, b, s4);
            s5 = Vector128.MultiplyAddEstimate(a, b, s5);
            s6 = Vector128.MultiplyAddEstimate(a, b, s6);
            s7 = Vector128.MultiplyAddEstimate(a, b, s7);
            s8 = Vector128.MultiplyAddEstimate(a, b, s8);
            s9 = Vector128.MultiplyAddEstimate(a, b, s9);
            s10 = Vector128.MultiplyAddEstimate(a, b, s10);
            s11 = Vector128.MultiplyAddEstimate(a, b, s11);
            s12 = Vector128.MultiplyAddEstimate(a, b, s12);
            s13 = Vector128.MultiplyAddEstimate(a, b, s13);
            s14 = Vector128.MultiplyAddEstimate(a, b, s14);
            s15 = Vector128.MultiplyAddEstimate(a, b, s15);
            s16 = Vector128.MultiplyAddEstimate(a, b, s16);
            s17 = Vector128.MultiplyAddEstimate(a, b, s17);
            s18 = Vector128.MultiplyAddEstimate(a, b, s18);
            s19 = Vector128.MultiplyAddEstimate(a, b, s19);
            s20 = Vector128.MultiplyAddEstimate(a, b, s20);
            s21 = Vector128.MultiplyAddEstimate(a, b, s21);
            s22 = Vector128.MultiplyAddEstimate(a, b, s22);
            s23 = Vector128.MultiplyAddEstimate(a, b, s23);
        }
        return Vector128.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11
            + s12 + s13 + s14 + s15 + s16 + s17 + s18 + s19 + s20 + s21 + s22 + s23);
    }
}
