namespace SpecAttn.Execution;

/// <summary>How the elements of an input are stored. All arithmetic is fp32.</summary>
internal enum ElementType : byte
{
    Single,
    Half,
    BFloat16,
}

internal static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type == ElementType.Single ? sizeof(float) : sizeof(ushort);
}
