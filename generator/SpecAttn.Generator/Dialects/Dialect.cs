using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Dialects;

/// <summary>
/// How an instruction set spells the operations of the kernels. Emitters write everything else with three names that each generated
/// file defines: <c>V</c> (the static class of its vector width), <c>Floats</c> and <c>Ints</c> (vectors of that width).
/// Methods take and return C# expressions.
/// </summary>
internal abstract class Dialect
{
    public static Dialect For(KernelIsa isa) => isa switch
    {
        KernelIsa.Avx512 => new Avx512Dialect(),
        KernelIsa.Avx2 => new Avx2Dialect(),
        KernelIsa.Neon => new NeonDialect(),
        KernelIsa.Portable => new PortableDialect(),
        _ => throw new ArgumentOutOfRangeException(nameof(isa)),
    };

    /// <summary>Width of a vector in bits; names the class library's types.</summary>
    public abstract int VectorBits { get; }

    /// <summary>A constant expression for the JIT: whether this machine has the instructions.</summary>
    public abstract string IsSupported { get; }

    /// <summary>Namespaces of the intrinsics.</summary>
    public virtual IEnumerable<string> Namespaces => [];

    /// <summary>One line for the reader of a generated file.</summary>
    public abstract string Describe(IsaFacts facts);

    /// <summary>left · right + addend.</summary>
    public abstract string MultiplyAdd(string left, string right, string addend);

    /// <summary>The larger one in every lane; where either is NaN, any of the two.</summary>
    public string Max(string left, string right) => Max(VectorBits, left, right);

    /// <summary>The same for vectors of so many bits: 128, or more up to <see cref="VectorBits"/>.</summary>
    public abstract string Max(int bits, string left, string right);

    /// <summary>The smaller one in every lane; where the second is NaN, that.</summary>
    public abstract string Min(string left, string right);

    /// <summary>Whether <see cref="MultiplyAdd"/> rounds once.</summary>
    public virtual bool IsFused => true;

    /// <summary>To the nearest integers, halves to even ones; null where that takes more than an instruction.</summary>
    public virtual string? Round(string x) => null;

    /// <summary>To the nearest integers toward zero; null where that takes more than an instruction.</summary>
    public virtual string? Truncate(string x) => null;

    /// <summary>Shifts every lane by a count of its own, 0 to 31; null where that takes more than an instruction.</summary>
    /// <param name="name">ShiftLeft, ShiftRightArithmetic or ShiftRightLogical.</param>
    /// <param name="value">What is shifted.</param>
    /// <param name="count">The counts.</param>
    public virtual string? ShiftEach(string name, string value, string count) => null;

    /// <summary>
    /// As many neighbouring integers as a vector has lanes, sign-extended to <c>Ints</c>, from a reference to <c>short</c> or, of 8 bits,
    /// to <c>sbyte</c>.
    /// </summary>
    public abstract string LoadIntegers(int bits, string reference, string offset);

    /// <summary>Rows r0..r3 of four elements per 128-bit part become columns c0..c3: statements that declare <paramref name="columns"/>.</summary>
    public abstract IEnumerable<string> Transpose4(IReadOnlyList<string> rows, IReadOnlyList<string> columns);

    /// <summary>The expression of a vector that holds sums of elements of either vector, half as many of each.</summary>
    public abstract string SumPairs(string a, string b);

    /// <summary>
    /// Two results of <see cref="SumPairs"/>, which are used up, become one <c>Vector128&lt;float&gt;</c> of the sums of all elements of the
    /// four vectors: statements that declare <paramref name="sums"/>.
    /// </summary>
    public abstract IEnumerable<string> SumQuads(string ab, string cd, string sums);

    /// <summary>The expression that loads scalars for <see cref="MultiplyAddScalar"/>: one, broadcast, or a whole group.</summary>
    public virtual string LoadScalars(string reference, string offset) => $"V.Create(Unsafe.Add(ref {reference}, {offset}))";

    /// <summary>vector · scalar + addend, the scalar being number <paramref name="index"/> of its group.</summary>
    public virtual string MultiplyAddScalar(string vector, string scalars, int index, string addend) =>
        MultiplyAdd(vector, scalars, addend);

    /// <summary>The polynomial of <see cref="Exp2"/>.</summary>
    public virtual Exp2Polynomial Exp2Polynomial => Exp2Polynomial.OfNearest;

    /// <summary>
    /// Statements that compute 2^x for x ≤ 0 into <paramref name="result"/>: 0 below −126.5, −∞ included; NaN stays NaN. The vectors
    /// <c>one</c> and <c>c1</c>..<c>c5</c> hold the polynomial. <paramref name="suffix"/> makes locals unique.
    /// </summary>
    public virtual IEnumerable<string> Exp2(string x, string result, string suffix)
    {
        // Adding 1.5·2^23 + 127 rounds x to an integer and leaves that integer, biased as an exponent, in the low bits.
        // At the bound −127 that exponent is 0, and so is the result. Max returns its second operand, or NaN, when that is NaN.
        yield return $"Floats y{suffix} = {Max("lowest", x)};";
        yield return $"Floats t{suffix} = y{suffix} + exponentMagic;";
        yield return $"Floats f{suffix} = y{suffix} - (t{suffix} - exponentMagic);";
        foreach (string statement in Polynomial($"f{suffix}", $"p{suffix}"))
            yield return statement;
        yield return $"Floats {result} = p{suffix} * V.ShiftLeft(t{suffix}.AsInt32(), 23).AsSingle();";
    }

    /// <summary>Statements that declare what <see cref="Exp2"/> uses besides the polynomial.</summary>
    public virtual IEnumerable<string> Exp2Constants { get; } =
    [
        "Floats exponentMagic = V.Create(12583039f); // 1.5 * 2^23 + 127",
        "Floats lowest = V.Create(-127f);",
    ];

    /// <summary>The first elements of a vector, the rest 0, without reading beyond them.</summary>
    public string LoadPartial(string reference, string offset, int count) => LoadPartial(VectorBits, reference, offset, count);

    /// <summary>Neighbouring elements as one integer.</summary>
    protected static string Bits(string integer, string element, string reference, string offset) =>
        $"Unsafe.ReadUnaligned<{integer}>(ref Unsafe.As<{element}, byte>(ref Unsafe.Add(ref {reference}, {offset})))";

    /// <summary>Horner's scheme for 1 + f·(c1 + f·(c2 + …)), as statements that declare <paramref name="result"/>.</summary>
    protected IEnumerable<string> Polynomial(string f, string result)
    {
        yield return $"Floats {result} = {MultiplyAdd("c5", f, "c4")};";
        foreach (string coefficient in (string[])["c3", "c2", "c1", "one"])
            yield return $"{result} = {MultiplyAdd(result, f, coefficient)};";
    }

    private static string LoadPartial(int bits, string reference, string offset, int count)
    {
        int lanes = bits / 32;
        if (count == lanes)
            return $"Vector{bits}.LoadUnsafe(ref {reference}, {Offset.Index(offset)})";
        if (count == 1)
            return $"Vector{bits}.CreateScalar(Unsafe.Add(ref {reference}, {offset}))";
        if (bits == 128)
        {
            IEnumerable<string> elements = Enumerable.Range(0, lanes)
                .Select(i => i < count ? $"Unsafe.Add(ref {reference}, {Offset.Plus(offset, i)})" : "0f");
            return $"Vector128.Create({string.Join(", ", elements)})";
        }

        int half = lanes / 2;
        return count <= half
            ? $"{LoadPartial(bits / 2, reference, offset, count)}.ToVector{bits}()"
            : $"Vector{bits}.Create({LoadPartial(bits / 2, reference, offset, half)}, {LoadPartial(bits / 2, reference, Offset.Plus(offset, half), count - half)})";
    }
}
