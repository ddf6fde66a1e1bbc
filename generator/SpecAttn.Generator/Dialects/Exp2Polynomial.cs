using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Dialects;

/// <summary>
/// 2^x = 2^n · 2^f with an integer n; 2^f is the polynomial of degree 5 with the least maximal relative error for the f that there are, among
/// those that are exactly 1 at 0 (found by Lawson's reweighted least squares).
/// </summary>
/// <param name="Integer">What n is, of x.</param>
/// <param name="Error">Its largest relative error.</param>
/// <param name="Coefficients">c1 to c5.</param>
internal sealed record Exp2Polynomial(string Integer, string Error, EquatableArray<float> Coefficients)
{
    /// <summary>f in [−½, ½].</summary>
    public static readonly Exp2Polynomial OfNearest =
        new("round(x)", "9.2e-8", new([0.693147004f, 0.240222424f, 0.0555073395f, 0.00967152603f, 0.00132647646f]));

    /// <summary>f in [0, 1).</summary>
    public static readonly Exp2Polynomial OfFloor =
        new("floor(x)", "8.3e-8", new([0.693151295f, 0.240164593f, 0.0557995141f, 0.00901748054f, 0.00186695252f]));
}
