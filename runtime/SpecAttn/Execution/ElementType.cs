namespace SpecAttn.Execution;

/// <summary>How the elements of an input are stored. All arithmetic is fp32. Integers are of caches alone, each row with a scale; truths
/// of the parameter <c>mask</c> alone.</summary>
internal enum ElementType : byte
{
    Single,
    Half,
    BFloat16,
    SByte,
    Boolean,
}

internal static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Single => sizeof(float),
        ElementType.SByte => sizeof(sbyte),
        ElementType.Boolean => sizeof(bool),
        _ => sizeof(ushort),
    };
}
