using System.Collections.Immutable;

namespace SpecAttn.Generator.Planning;

/// <summary>What a plan must know of an instruction set. A new instruction set is one row here and one dialect.</summary>
/// <param name="Isa">The variant.</param>
/// <param name="Lanes">fp32 elements in a vector.</param>
/// <param name="Registers">Architectural vector registers.</param>
/// <param name="Reserved">Registers kept free: temporaries of the register allocator, and the product where multiply-add is not one instruction.</param>
/// <param name="ScalarGroup">Scalars that one load fetches for by-element multiply-adds; 1 where scalars are broadcast one by one.</param>
/// <param name="MultiplyAddInstructions">Instructions of a multiply-add: 2 where product and sum are apart.</param>
/// <param name="ShortLoadCalls">Calls in what loads integers of 16 bits as such of 32: where there is no such load, they come from memory as one number, and are widened.</param>
/// <param name="ByteLoadCalls">The same of 8 bits.</param>
/// <param name="QueryColumns">Vectors of queries in the widest tile of scores, as measured.</param>
/// <param name="ReadsKeysInPlace">Whether blocks have so many rows that keys and values need not be copied nearer first, as measured.</param>
internal sealed record IsaFacts(
    KernelIsa Isa,
    int Lanes,
    int Registers,
    int Reserved,
    int ScalarGroup,
    int MultiplyAddInstructions,
    int ShortLoadCalls,
    int ByteLoadCalls,
    int QueryColumns,
    bool ReadsKeysInPlace = false)
{
    public static readonly ImmutableArray<IsaFacts> All =
    [
        new(KernelIsa.Avx512, Lanes: 16, Registers: 32, Reserved: 1, ScalarGroup: 1, MultiplyAddInstructions: 1, ShortLoadCalls: 2, ByteLoadCalls: 2, QueryColumns: 3, ReadsKeysInPlace: true),
        new(KernelIsa.Avx2, Lanes: 8, Registers: 16, Reserved: 0, ScalarGroup: 1, MultiplyAddInstructions: 1, ShortLoadCalls: 2, ByteLoadCalls: 6, QueryColumns: 3),
        new(KernelIsa.Neon, Lanes: 4, Registers: 32, Reserved: 1, ScalarGroup: 4, MultiplyAddInstructions: 1, ShortLoadCalls: 2, ByteLoadCalls: 8, QueryColumns: 4),
        new(KernelIsa.Portable, Lanes: 4, Registers: 16, Reserved: 1, ScalarGroup: 1, MultiplyAddInstructions: 2, ShortLoadCalls: 6, ByteLoadCalls: 7, QueryColumns: 2),
    ];
}
