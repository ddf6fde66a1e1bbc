using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Dialects;

/// <summary>AVX-512 F and DQ: 512-bit vectors, 32 registers.</summary>
internal sealed class Avx512Dialect : Dialect
{
    public override int VectorBits => 512;

    public override string IsSupported => "global::System.Runtime.Intrinsics.X86.Avx512DQ.IsSupported";

    public override IEnumerable<string> Namespaces => ["System.Runtime.Intrinsics.X86"];

    public override string Describe(IsaFacts facts) => $"AVX-512 F and DQ: {facts.Lanes} lanes, {facts.Registers} registers";

    public override string MultiplyAdd(string left, string right, string addend) => $"Avx512F.FusedMultiplyAdd({left}, {right}, {addend})";

    public override string Max(int bits, string left, string right) => $"{(bits == 512 ? "Avx512F" : bits == 256 ? "Avx" : "Sse")}.Max({left}, {right})";

    public override string Min(string left, string right) => $"Avx512F.Min({left}, {right})";

    public override string Round(string x) => $"Avx512F.RoundScale({x}, 0)";

    public override string Truncate(string x) => $"Avx512F.RoundScale({x}, 3)";

    public override string ShiftEach(string name, string value, string count) => name switch
    {
        "ShiftLeft" => $"Avx512F.ShiftLeftLogicalVariable({value}, ({count}).AsUInt32())",
        "ShiftRightLogical" => $"Avx512F.ShiftRightLogicalVariable({value}, ({count}).AsUInt32())",
        _ => $"Avx512F.ShiftRightArithmeticVariable({value}, ({count}).AsUInt32())",
    };

    public override string LoadIntegers(int bits, string reference, string offset) =>
        $"Avx512F.ConvertToVector512Int32(Vector{16 * bits}.LoadUnsafe(ref {reference}, {Offset.Index(offset)}))";

    public override IEnumerable<string> Transpose4(IReadOnlyList<string> rows, IReadOnlyList<string> columns) =>
    [
        $"Floats low01 = Avx512F.UnpackLow({rows[0]}, {rows[1]}), high01 = Avx512F.UnpackHigh({rows[0]}, {rows[1]});",
        $"Floats low23 = Avx512F.UnpackLow({rows[2]}, {rows[3]}), high23 = Avx512F.UnpackHigh({rows[2]}, {rows[3]});",
        $"Floats {columns[0]} = Avx512F.Shuffle(low01, low23, 0x44), {columns[1]} = Avx512F.Shuffle(low01, low23, 0xEE);",
        $"Floats {columns[2]} = Avx512F.Shuffle(high01, high23, 0x44), {columns[3]} = Avx512F.Shuffle(high01, high23, 0xEE);",
    ];

    public override string SumPairs(string a, string b) => $"Avx512F.UnpackLow({a}, {b}) + Avx512F.UnpackHigh({a}, {b})";

    public override IEnumerable<string> SumQuads(string ab, string cd, string sums) =>
    [
        $"{ab} = Avx512F.Shuffle({ab}, {cd}, 0x44) + Avx512F.Shuffle({ab}, {cd}, 0xEE);",
        $"Vector256<float> {sums}Half = {ab}.GetLower() + {ab}.GetUpper();",
        $"Vector128<float> {sums} = {sums}Half.GetLower() + {sums}Half.GetUpper();",
    ];

    public override Exp2Polynomial Exp2Polynomial => Exp2Polynomial.OfFloor;

    public override IEnumerable<string> Exp2(string x, string result, string suffix) =>
    [
        // Rounding, subtracting and keeping −∞ away would be three more instructions, for the units that softmax waits for.
        $"Floats f{suffix} = Avx512DQ.Reduce({x}, 1);",
        .. Polynomial($"f{suffix}", $"p{suffix}"),
        $"Floats {result} = Avx512F.Scale(p{suffix}, {x});",
    ];

    public override IEnumerable<string> Exp2Constants { get; } = ["// Reduce(x, 1) = x - floor(x), of -infinity 0; Scale(p, x) = p * 2^floor(x)."];
}
