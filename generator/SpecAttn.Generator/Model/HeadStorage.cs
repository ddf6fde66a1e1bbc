using SpecAttn.Kernels;

namespace SpecAttn.Generator.Model;

/// <summary>What the elements of keys and values may be stored as when kernels come to read them.</summary>
internal sealed record HeadStorage(IReadOnlyList<ElementType> Keys, IReadOnlyList<ElementType> Values)
{
    private static readonly ElementType[] s_any = [ElementType.Single, ElementType.FiniteHalf, ElementType.BFloat16, ElementType.SByte];

    /// <summary>All fp32.</summary>
    public static HeadStorage Floats { get; } = new([ElementType.Single], [ElementType.Single]);

    /// <summary>As a cache of any type has them.</summary>
    public static HeadStorage Any { get; } = new(s_any, s_any);

    /// <summary>As the parameters say. Keys that are turned as they are loaded are fp32 then; those of caches may have been turned before.</summary>
    public static HeadStorage Of(AttentionSpec spec)
    {
        IReadOnlyList<ElementType> keys = Of(spec, ParameterRole.Key);
        if (spec.Rotary.IsUsed)
            keys = spec.Has(ParameterRole.Cache) ? [.. Floats.Keys.Union(keys)] : Floats.Keys;
        return new HeadStorage(keys, Of(spec, ParameterRole.Value));
    }

    private static IReadOnlyList<ElementType> Of(AttentionSpec spec, ParameterRole role)
    {
        string type = spec.Parameters.First(parameter => parameter.Role == role || parameter.Role is ParameterRole.QueryKeyValue or ParameterRole.Cache).Type;
        if (type.Contains("<float>"))
            return Floats.Keys;
        if (type.Contains("<global::System.Half>"))
            return spec.Has(ParameterRole.Cache) ? [ElementType.Single, ElementType.FiniteHalf] : [ElementType.Half];
        if (type.Contains("<global::SpecAttn.BFloat16>"))
            return [ElementType.BFloat16];
        return type.Contains("<sbyte>") ? [ElementType.SByte] : Any.Keys;
    }
}
