using System.Text.RegularExpressions;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>A parameter that the generator knows by its name.</summary>
/// <param name="Name">As it stands in the user's signature.</param>
/// <param name="Role">What it is to the attention.</param>
/// <param name="Types">The types it may have.</param>
internal sealed record KnownParameter(string Name, ParameterRole Role, params string[] Types)
{
    private static readonly string[] s_input = ["System.ReadOnlySpan<float>", "System.Numerics.Tensors.ReadOnlyTensorSpan<float>"];

    // What the elements of an input may be stored as, instead of float.
    private static readonly string[] s_storage = ["System.Half", "SpecAttn.BFloat16"];

    private static readonly string[] s_cache =
    [
        "SpecAttn.KeyValueCache<float>",
        "SpecAttn.RingKeyValueCache<float>",
        "SpecAttn.PagedKeyValueCache<float>",
        "System.ReadOnlySpan<SpecAttn.KeyValueCache<float>>",
        "System.ReadOnlySpan<SpecAttn.RingKeyValueCache<float>>",
        "System.ReadOnlySpan<SpecAttn.PagedKeyValueCache<float>>",
        "SpecAttn.KeyValueCache",
        "System.ReadOnlySpan<SpecAttn.KeyValueCache>",
    ];

    // The same of a cache.
    private static readonly string[] s_cacheStorage = [.. s_storage, "sbyte"];

    private static readonly Regex s_namespace = new(@"\w+\.", RegexOptions.CultureInvariant);

    /// <summary>The list that messages, type checks and suggestions are made from.</summary>
    public static readonly KnownParameter[] All =
    [
        new("query", ParameterRole.Query, s_input),
        new("key", ParameterRole.Key, s_input),
        new("value", ParameterRole.Value, s_input),
        new("queryKeyValue", ParameterRole.QueryKeyValue, s_input),
        new("cache", ParameterRole.Cache, s_cache),
        new("output", ParameterRole.Output, "System.Span<float>", "System.Numerics.Tensors.TensorSpan<float>"),
        new("batch", ParameterRole.Batch, "int"),
        new("keyLengths", ParameterRole.KeyLengths, "System.ReadOnlySpan<int>"),
        new("queryOffset", ParameterRole.QueryOffset, "int"),
        new("queryOffsets", ParameterRole.QueryOffsets, "System.ReadOnlySpan<int>"),
        new("querySegments", ParameterRole.QuerySegments, "System.ReadOnlySpan<int>"),
        new("keySegments", ParameterRole.KeySegments, "System.ReadOnlySpan<int>"),
        new("scale", ParameterRole.Scale, "float"),
        new("sinks", ParameterRole.Sinks, "System.ReadOnlySpan<float>"),
        new("cos", ParameterRole.Cos, "System.ReadOnlySpan<float>"),
        new("sin", ParameterRole.Sin, "System.ReadOnlySpan<float>"),
        new("prefixLength", ParameterRole.PrefixLength, "int"),
        new("bias", ParameterRole.Bias, "System.ReadOnlySpan<float>", "System.Numerics.Tensors.ReadOnlyTensorSpan<float>"),
        new("mask", ParameterRole.Mask, "System.ReadOnlySpan<bool>", "System.Numerics.Tensors.ReadOnlyTensorSpan<bool>"),
        new("slopes", ParameterRole.Slopes, "System.ReadOnlySpan<float>"),
        new("logSumExp", ParameterRole.LogSumExp, "System.Span<float>"),
        new("weights", ParameterRole.Weights, "System.Span<float>", "System.Numerics.Tensors.TensorSpan<float>"),
        new("parallelism", ParameterRole.Parallelism, "int"),
        new("isa", ParameterRole.Isa, "SpecAttn.KernelIsa"),
    ];

    /// <summary>The types as a user writes them, below the usual <c>using</c>s.</summary>
    public IEnumerable<string> ShortTypes => Types.Select(ShortName);

    /// <summary>What its elements may be stored as besides float.</summary>
    public IReadOnlyList<string> StorageTypes => Types == s_input ? s_storage : Types == s_cache ? s_cacheStorage : [];

    /// <summary>The parameter of exactly that name, null if there is none.</summary>
    public static KnownParameter? Find(string name) => Array.Find(All, known => known.Name == name);

    /// <summary>The parameter with that role.</summary>
    public static KnownParameter Of(ParameterRole role) => Array.Find(All, known => known.Role == role)!;

    /// <summary>Whether it may have the type, which is spelt with its namespace.</summary>
    public bool Accepts(string type) =>
        Types.Contains(type) || Types.Any(accepted => StorageTypes.Any(element => accepted.Replace("float", element) == type));

    /// <summary>The parameter that a misspelt name probably means, null if none is near.</summary>
    public static KnownParameter? Nearest(string name) =>
        Spelling.Nearest(name, All.Select(known => known.Name)) is { } nearest ? Find(nearest) : null;

    /// <summary>Without namespaces, also of type arguments.</summary>
    public static string ShortName(string type) => s_namespace.Replace(type, "");
}
