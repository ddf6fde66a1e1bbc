namespace SpecAttn.Caches.Tests.Support;

/// <summary>The variants that this machine supports.</summary>
internal static class Variants
{
    public static TheoryData<KernelIsa> All => [.. KernelSelector.Supported];

    public static IEnumerable<TheoryDataRow<KernelIsa, CacheKind, Storage>> AllCaches =>
        from isa in KernelSelector.Supported
        from kind in Enum.GetValues<CacheKind>()
        from storage in Enum.GetValues<Storage>()
        select new TheoryDataRow<KernelIsa, CacheKind, Storage>(isa, kind, storage);
}
