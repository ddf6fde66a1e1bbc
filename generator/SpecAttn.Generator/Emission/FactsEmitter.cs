using SpecAttn.Generator.Planning;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>Writes the numbers by which the runtime drives a kernel.</summary>
internal static class FactsEmitter
{
    public static void Emit(SourceWriter writer, KernelPlan plan)
    {
        writer.Write(
            $"""
            public static int HeadDim => {plan.HeadDim};
            public static int PaddedHeadDim => {plan.PaddedHeadDim};
            public static int ValueDim => {plan.ValueDim};
            public static int PaddedValueDim => {plan.PaddedValueDim};

            public static int Lanes => {plan.Lanes};
            public static int BlockRows => {plan.BlockRows};
            public static int KeyBlock => {plan.KeyBlock};
            public static int KeyTile => {plan.KeyTile};
            public static int ValueTileRows => {plan.ValueTiles[0].Rows};

            public static int MaximumRows => {plan.Row.MaximumRows};
            public static int MaximumScatteredRows => {plan.Row.MaximumScatteredRows};
            public static int MaximumNearRows => {plan.Row.MaximumNearRows};
            public static long NearBytes => {plan.Row.NearBytes};
            public static int RowTile => {plan.Row.RowTile};
            public static int SmallRowTile => {plan.Row.SmallRowTile};
            public static int FewestAskingRows => {RowPlan.FewestAskingRows};
            public static int FewestStreamRows => {plan.Row.FewestStreamRows};
            public static int RowKeyBlock => {plan.Row.KeyBlock};
            public static int RowKeyChunk => {plan.Row.KeyChunk};
            """);
        if (plan.Facts.ReadsKeysInPlace)
            writer.Write("public static bool ReadsKeysInPlace => true;");
        EmitElements(writer, "RowReadsKeys", plan.Row.KeyElements);
        EmitElements(writer, "RowReadsValues", plan.Row.ValueElements);
        EmitChunksOfSums(writer, plan.Row);
    }

    private static void EmitChunksOfSums(SourceWriter writer, RowPlan plan)
    {
        IEnumerable<string> arms = plan.ValueElements
            .Where(element => plan.ChunksOfSums(element) > 1)
            .Select(element => $"ElementType.{element} => {plan.ChunksOfSums(element)}, ");
        if (arms.Any())
            writer.Write($"public static int RowChunksOfSums(ElementType element) => element switch {{ {string.Concat(arms)}_ => 1 }};");
    }

    private static void EmitElements(SourceWriter writer, string name, IEnumerable<ElementType> elements)
    {
        if (!elements.SequenceEqual([ElementType.Single]))
            writer.Write($"public static bool {name}(ElementType element) => element is {string.Join(" or ", elements.Select(element => $"ElementType.{element}"))};");
    }
}
