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
    /// The same, but neither infinite nor NaN: what a cache knows of all that it holds. Row kernels read it as v · 2⁻¹¹², which takes three
    /// operations where all of a Half takes eight; queries, or weights, come to them with the factor 2¹¹².
    /// </summary>
    FiniteHalf,

    /// <summary>The upper half of an fp32 number.</summary>
    BFloat16,

    /// <summary>8-bit integers, of caches alone: each token of a head has an fp32 scale.</summary>
    SByte,

    /// <summary>Truths, of the parameter <c>mask</c> alone.</summary>
    Boolean,
}
