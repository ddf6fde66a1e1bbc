using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>The plan of a kernel in words, for whoever opens a generated file.</summary>
internal static class Explanation
{
    public static string GeneratedCode { get; } =
        $"[global::System.CodeDom.Compiler.GeneratedCode(\"SpecAttn.Generator\", \"{typeof(Explanation).Assembly.GetName().Version}\")]";

    public static string Of(AttentionSpec spec, ScoreProgram program, KernelPlan plan, Dialect dialect)
    {
        HeadGeometry geometry = spec.Geometry;
        ScoreTile score = plan.ScoreTiles[plan.ScoreTiles.Count - 1];
        ValueTile value = plan.ValueTiles[0];
        string[] lines =
        [
            "<summary>",
            $"{spec.QualifiedName} for {dialect.Describe(plan.Facts)}.",
            "</summary>",
            "<remarks>",
            $"{Count(geometry.Heads, "query head")} of {geometry.HeadDim} over {Count(geometry.KeyValueHeads, "key/value head")}"
                + (geometry.ValueDim == geometry.HeadDim ? "" : $", values of {geometry.ValueDim}")
                + "; " + ScoreExplanation.Visibility(program, spec) + ".",
            .. Rotary(spec),
            .. PrunedHeads(spec),
            .. ScoreExplanation.Changes(program, spec),
            "<para>",
            $"Tile kernel (more rows than the row kernel takes; a row is a query of {(geometry.Group == 1 ? "a head" : $"one of the {geometry.Group} heads that share a key/value head")}):",
            $"a block is {plan.BlockRows} rows, {plan.Facts.QueryColumns} vectors with a row in every lane. Scores are computed {score.Keys} keys by {score.Columns} vectors",
            $"at a time: {score.Accumulators} accumulators, {RegistersOfScoreTile(plan, score)} of {plan.Facts.Registers} registers; the loop over the head dimension "
                + (plan.HeadDimStep < plan.HeadDim ? $"takes {plan.HeadDimStep} steps at a time," : $"is unrolled{InMethods(score)},"),
            (plan.Unroll == Unroll.Full ? "as is that over the value dimension, because Unroll.Full says so." : "further unrolling measured no faster.")
                + (plan.Facts.ReadsKeysInPlace ? " Keys are read where they lie," : " Keys are copied into the nearest cache, and read") + " one scalar at a time. Softmax runs in base 2, lane by lane,",
            $"once per {plan.KeyBlock} keys. Values then meet {value.Rows} rows by {value.Vectors} vectors: {value.Accumulators} accumulators. Narrower tiles serve the last rows.",
            "</para>",
            "<para>",
            $"Row kernel (up to {Rows(plan.Row)}): the head dimension is in the lanes; keys meet up to {Count(plan.Row.RowTile, "row")} in one pass,",
            $"{plan.Row.KeyBlock} keys make a block. Blocks are computed apart and merged in order, on however many threads.",
            $"From {RowPlan.FewestAskingRows} rows on, later tokens are asked for meanwhile. Where the processor awaits many lines at a time, tokens are taken from four places",
            $"in turn{(plan.Row.FewestStreamRows < RowPlan.FewestAskingRows ? ", by one row too" : "")}: memory brings them sooner so than one behind the other.",
            .. Stored(plan.Row),
            "</para>",
            "</remarks>",
        ];
        return string.Join("\n", lines.Select(line => $"/// {line}"));
    }

    private static string[] Rotary(AttentionSpec spec) => spec.Rotary.IsUsed
        ? [$"Queries and keys are turned by their positions as they are loaded: {spec.Rotary.Dim} elements, {(spec.Rotary.Style == RotaryStyle.HalfSplit ? "i with i + " + (spec.Rotary.Dim / 2) : "2i with 2i + 1")}."]
        : [];

    private static string[] PrunedHeads(AttentionSpec spec) => spec.PrunedHeads.Count == 0
        ? []
        : [$"{(spec.PrunedHeads.Count == 1 ? "Head" : "Heads")} {string.Join(", ", spec.PrunedHeads)} {(spec.PrunedHeads.Count == 1 ? "is" : "are")} not computed."];

    private static string Rows(RowPlan plan)
    {
        if (plan.MaximumRows == plan.MaximumNearRows)
            return $"{plan.MaximumRows} rows";
        string scattered = plan.MaximumScatteredRows == plan.MaximumNearRows
            ? "without tokens of other heads between"
            : $"{plan.MaximumScatteredRows} with tokens of other heads between";
        return $"{plan.MaximumNearRows} rows, and up to {plan.MaximumRows} where keys and values take more than {plan.NearBytes / (1024 * 1024)} MB, {scattered}";
    }

    private static string[] Stored(RowPlan plan)
    {
        string keys = Names(plan.KeyElements);
        string values = Names(plan.ValueElements);
        if (keys == values)
            return keys == Names([ElementType.Single]) ? [] : [$"Keys and values are read as they are stored: {keys}."];
        return [$"Keys are read as they are stored: {keys}; and so are values: {values}."];
    }

    private static string Names(IEnumerable<ElementType> elements) => string.Join(", ", elements.Select(element => element switch
    {
        ElementType.Single => "fp32",
        ElementType.FiniteHalf => "Half, as long as all are finite",
        ElementType.BFloat16 => "bfloat16",
        ElementType.SByte => "integers of 8 bits, of which scores and weights carry the scale",
        _ => $"{element}",
    }));

    private static int RegistersOfScoreTile(KernelPlan plan, ScoreTile tile) =>
        tile.Accumulators + (plan.Facts.ScalarGroup == 1 ? tile.Columns + 1 : tile.Keys + 1);

    private static string InMethods(ScoreTile tile) =>
        tile.Parts.Count == 1 ? "" : $" in {tile.Parts.Count} methods, each as much as the JIT optimises";

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
