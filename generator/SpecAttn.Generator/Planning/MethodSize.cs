namespace SpecAttn.Generator.Planning;

/// <summary>A method as the just-in-time compiler sees it before it decides whether to optimise it, and what comes of it.</summary>
/// <param name="IlBytes">Bytes of IL.</param>
/// <param name="Instructions">IL instructions.</param>
/// <param name="BasicBlocks">Basic blocks of the IL.</param>
/// <param name="Locals">Locals and parameters.</param>
/// <param name="LocalReferences">IL instructions that read, write or take the address of a local or parameter.</param>
/// <param name="MachineBytes">Bytes of machine code; an upper bound.</param>
internal readonly record struct MethodSize(
    int IlBytes, int Instructions, int BasicBlocks = 0, int Locals = 0, int LocalReferences = 0, int MachineBytes = 0)
{
    public static MethodSize operator +(MethodSize left, MethodSize right) => new(
        left.IlBytes + right.IlBytes,
        left.Instructions + right.Instructions,
        left.BasicBlocks + right.BasicBlocks,
        left.Locals + right.Locals,
        left.LocalReferences + right.LocalReferences,
        left.MachineBytes + right.MachineBytes);

    public static MethodSize operator *(int times, MethodSize size) => new(
        times * size.IlBytes,
        times * size.Instructions,
        times * size.BasicBlocks,
        times * size.Locals,
        times * size.LocalReferences,
        times * size.MachineBytes);

    /// <summary>Whether nothing is larger than in <paramref name="limits"/>.</summary>
    public bool Fits(MethodSize limits) =>
        IlBytes <= limits.IlBytes
        && Instructions <= limits.Instructions
        && BasicBlocks <= limits.BasicBlocks
        && Locals <= limits.Locals
        && LocalReferences <= limits.LocalReferences
        && MachineBytes <= limits.MachineBytes;
}

/// <summary>One method of register tiles, as the plan foresees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">What the JIT will see.</param>
/// <param name="InnerLoops">Multiply-adds of vectors in each of its innermost loops, in the order of the text.</param>
internal sealed record TileMethod(string Name, MethodSize Size, IReadOnlyList<int> InnerLoops);
