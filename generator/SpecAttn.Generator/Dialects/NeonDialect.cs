using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Dialects;

/// <summary>Arm64 AdvSimd: 128-bit vectors, 32 registers, multiply-add by a selected element.</summary>
internal sealed class NeonDialect : Dialect
{
    public override int VectorBits => 128;

    public override string IsSupported => "global::System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported";

    public override IEnumerable<string> Namespaces => ["System.Runtime.Intrinsics.Arm"];

    public override string Describe(IsaFacts facts) =>
        $"Arm64 AdvSimd: {facts.Lanes} lanes, {facts.Registers} registers, multiply-add by element";

    public override string MultiplyAdd(string left, string right, string addend) => $"AdvSimd.FusedMultiplyAdd({addend}, {left}, {right})";

    public override string Max(int bits, string left, string right) => $"AdvSimd.Max({left}, {right})";

    public override string Min(string left, string right) => $"AdvSimd.Min({left}, {right})";

    public override string Round(string x) => $"AdvSimd.RoundToNearest({x})";

    public override string Truncate(string x) => $"AdvSimd.RoundToZero({x})";

    // One instruction shifts to the left by positive counts and to the right by negative ones.
    public override string ShiftEach(string name, string value, string count) => name switch
    {
        "ShiftLeft" => $"AdvSimd.ShiftArithmetic({value}, {count})",
        "ShiftRightLogical" => $"AdvSimd.ShiftLogical(({value}).AsUInt32(), -({count})).AsInt32()",
        _ => $"AdvSimd.ShiftArithmetic({value}, -({count}))",
    };

    public override string LoadIntegers(int bits, string reference, string offset) => bits == 16
        ? $"AdvSimd.SignExtendWideningLower(Vector64.LoadUnsafe(ref {reference}, {Offset.Index(offset)}))"
        : $"AdvSimd.SignExtendWideningLower(AdvSimd.SignExtendWideningLower(Vector64.CreateScalar({Bits("int", "sbyte", reference, offset)}).AsSByte()).GetLower())";

    public override IEnumerable<string> Transpose4(IReadOnlyList<string> rows, IReadOnlyList<string> columns) =>
    [
        $"var low01 = AdvSimd.Arm64.ZipLow({rows[0]}, {rows[1]}).AsDouble(); var high01 = AdvSimd.Arm64.ZipHigh({rows[0]}, {rows[1]}).AsDouble();",
        $"var low23 = AdvSimd.Arm64.ZipLow({rows[2]}, {rows[3]}).AsDouble(); var high23 = AdvSimd.Arm64.ZipHigh({rows[2]}, {rows[3]}).AsDouble();",
        $"Floats {columns[0]} = AdvSimd.Arm64.ZipLow(low01, low23).AsSingle(), {columns[1]} = AdvSimd.Arm64.ZipHigh(low01, low23).AsSingle();",
        $"Floats {columns[2]} = AdvSimd.Arm64.ZipLow(high01, high23).AsSingle(), {columns[3]} = AdvSimd.Arm64.ZipHigh(high01, high23).AsSingle();",
    ];

    public override string SumPairs(string a, string b) => $"AdvSimd.Arm64.AddPairwise({a}, {b})";

    public override IEnumerable<string> SumQuads(string ab, string cd, string sums) => [$"Floats {sums} = AdvSimd.Arm64.AddPairwise({ab}, {cd});"];

    public override string LoadScalars(string reference, string offset) => $"V.LoadUnsafe(ref {reference}, {Offset.Index(offset)})";

    public override string MultiplyAddScalar(string vector, string scalars, int index, string addend) =>
        $"AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar({addend}, {vector}, {scalars}, {index})";
}
