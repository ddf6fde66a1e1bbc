using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Dialects;

/// <summary>AVX2 and FMA: 256-bit vectors, 16 registers.</summary>
internal sealed class Avx2Dialect : Dialect
{
    public override int VectorBits => 256;

    public override string IsSupported => "global::System.Runtime.Intrinsics.X86.Fma.IsSupported && global::System.Runtime.Intrinsics.X86.Avx2.IsSupported";

    public override IEnumerable<string> Namespaces => ["System.Runtime.Intrinsics.X86"];

    public override string Describe(IsaFacts facts) => $"AVX2 and FMA: {facts.Lanes} lanes, {facts.Registers} registers";

    public override string MultiplyAdd(string left, string right, string addend) => $"Fma.MultiplyAdd({left}, {right}, {addend})";

    public override string Max(int bits, string left, string right) => $"{(bits == 256 ? "Avx" : "Sse")}.Max({left}, {right})";

    public override string Min(string left, string right) => $"Avx.Min({left}, {right})";

    public override string Round(string x) => $"Avx.RoundToNearestInteger({x})";

    public override string Truncate(string x) => $"Avx.RoundToZero({x})";

    public override string ShiftEach(string name, string value, string count) => name switch
    {
        "ShiftLeft" => $"Avx2.ShiftLeftLogicalVariable({value}, ({count}).AsUInt32())",
        "ShiftRightLogical" => $"Avx2.ShiftRightLogicalVariable({value}, ({count}).AsUInt32())",
        _ => $"Avx2.ShiftRightArithmeticVariable({value}, ({count}).AsUInt32())",
    };

    public override string LoadIntegers(int bits, string reference, string offset) => bits == 16
        ? $"Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref {reference}, {Offset.Index(offset)}))"
        : $"Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe({Bits("long", "sbyte", reference, offset)}).AsSByte())";

    public override IEnumerable<string> Transpose4(IReadOnlyList<string> rows, IReadOnlyList<string> columns) =>
    [
        $"Floats low01 = Avx.UnpackLow({rows[0]}, {rows[1]}), high01 = Avx.UnpackHigh({rows[0]}, {rows[1]});",
        $"Floats low23 = Avx.UnpackLow({rows[2]}, {rows[3]}), high23 = Avx.UnpackHigh({rows[2]}, {rows[3]});",
        $"Floats {columns[0]} = Avx.Shuffle(low01, low23, 0x44), {columns[1]} = Avx.Shuffle(low01, low23, 0xEE);",
        $"Floats {columns[2]} = Avx.Shuffle(high01, high23, 0x44), {columns[3]} = Avx.Shuffle(high01, high23, 0xEE);",
    ];

    public override string SumPairs(string a, string b) => $"Avx.UnpackLow({a}, {b}) + Avx.UnpackHigh({a}, {b})";

    public override IEnumerable<string> SumQuads(string ab, string cd, string sums) =>
    [
        $"{ab} = Avx.Shuffle({ab}, {cd}, 0x44) + Avx.Shuffle({ab}, {cd}, 0xEE);",
        $"Vector128<float> {sums} = {ab}.GetLower() + {ab}.GetUpper();",
    ];
}
