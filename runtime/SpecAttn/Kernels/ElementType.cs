using System.ComponentModel;

namespace SpecAttn.Kernels;

/// <summary>How the elements of an input are stored. All arithmetic is fp32.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum ElementType : byte
{
    /// <summary>fp32.</summary>
    Single,

    /// <summary>IEEE 754 binary16.</summary>
    Half,

    /// <summary>
    /// The same, but neither infinite nor NaN: what a cache knows of all that it holds. Row kernels read it as v · 2⁻¹¹², which takes two or
    /// three operations where all of a Half takes eight; queries, or weights, come to them with the factor 2¹¹².
    /// </summary>
    FiniteHalf,

    /// <summary>The upper half of an fp32 number.</summary>
    BFloat16,

    /// <summary>8-bit integers, of caches alone: each token of a head has an fp32 scale.</summary>
    SByte,

    /// <summary>Truths, of the parameter <c>mask</c> alone.</summary>
    Boolean,
}

internal static class ElementPairs
{
    /// <summary>
    /// Whether row kernels read elements in pairs: a vector of 32-bit integers holds two of 16 bits in each lane, which come apart by a shift
    /// and a mask, where to widen half a vector would take one of the units that multiply. Of every two whole vectors, the first then has
    /// the elements of even number and the second those of odd; so have the queries that meet keys, and the sums of values. A last vector
    /// without a second is read as it lies.
    /// </summary>
    public static bool ComeInPairs(this ElementType type) => type is ElementType.FiniteHalf or ElementType.BFloat16;
}
