using SpecAttn.Kernels;

namespace SpecAttn.Execution;

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
