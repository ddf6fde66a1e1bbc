using SpecAttn.Generator.Planning;

namespace SpecAttn.Generator.Dialects;

/// <summary>128-bit vectors of the class library, no multiply-add: runs wherever .NET runs.</summary>
internal sealed class PortableDialect : Dialect
{
    public override int VectorBits => 128;

    public override string IsSupported => "true";

    public override string Describe(IsaFacts facts) =>
        $"the class library's {VectorBits}-bit vectors: {facts.Lanes} lanes, {facts.Registers} registers assumed, multiply and add apart";

    public override string MultiplyAdd(string left, string right, string addend) => $"(({left}) * ({right})) + ({addend})";

    public override bool IsFused => false;

    public override string Max(int bits, string left, string right) => $"V.Max({left}, {right})";

    public override string Min(string left, string right) => $"V.ConditionalSelect(V.LessThan({left}, {right}), {left}, {right})";

    public override string LoadIntegers(int bits, string reference, string offset) => bits == 16
        ? $"V.WidenLower(V.CreateScalarUnsafe({Bits("long", "short", reference, offset)}).AsInt16())"
        : $"V.WidenLower(V.WidenLower(V.CreateScalarUnsafe({Bits("int", "sbyte", reference, offset)}).AsSByte()))";

    public override IEnumerable<string> Transpose4(IReadOnlyList<string> rows, IReadOnlyList<string> columns) =>
        columns.Select((column, i) => $"Floats {column} = V.Create({string.Join(", ", rows.Select(row => $"{row}.GetElement({i})"))});");

    public override string SumPairs(string a, string b) => $"V.Create(V.Sum({a}), V.Sum({b}), 0f, 0f)";

    public override IEnumerable<string> SumQuads(string ab, string cd, string sums) =>
        [$"Floats {sums} = Vector128.Create({ab}.AsDouble().ToScalar(), {cd}.AsDouble().ToScalar()).AsSingle();"];
}
