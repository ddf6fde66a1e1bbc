namespace SpecAttn.Caches.Tests.Support;

public enum CacheKind
{
    Contiguous,
    Ring,
    Paged,
}

/// <summary>What caches hold.</summary>
public enum Storage
{
    Single,
    Half,
    BFloat16,
    SByte,
}
