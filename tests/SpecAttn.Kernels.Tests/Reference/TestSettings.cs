using System.Globalization;

namespace SpecAttn.Kernels.Tests.Reference;

/// <summary>What the environment may change about a run.</summary>
internal static class TestSettings
{
    /// <summary><c>SPECATTN_TEST_SEED</c>: every shape and number of a run follows from it.</summary>
    public static int Seed { get; } = int.Parse(Read("SPECATTN_TEST_SEED", "1"), CultureInfo.InvariantCulture);

    /// <summary><c>SPECATTN_TEST_SCALE</c>: how much to try, as a fraction of the default; for slow machines, such as emulated ones.</summary>
    public static double Scale { get; } = double.Parse(Read("SPECATTN_TEST_SCALE", "1"), CultureInfo.InvariantCulture);

    /// <summary>A generator that depends on the seed and on what it is for, not on what ran before.</summary>
    public static Random RandomFor(params ReadOnlySpan<string> purpose)
    {
        // FNV-1a; string.GetHashCode differs from run to run.
        uint hash = 2166136261 ^ (uint)Seed;
        foreach (string part in purpose)
        foreach (char letter in part + "/")
            hash = unchecked((hash ^ letter) * 16777619);
        return new Random((int)hash);
    }

    private static string Read(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : otherwise;
}
