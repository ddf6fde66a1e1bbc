namespace SpecAttn;

/// <summary>How far the loops over the head dimension are unrolled. Register tiles are always fully unrolled.</summary>
public enum Unroll
{
    /// <summary>What measured fastest.</summary>
    Auto,

    /// <summary>The head dimension is fully unrolled too, in as many methods as the JIT's budget needs.</summary>
    Full,
}
