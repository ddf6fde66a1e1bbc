using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Diagnostics;

/// <summary>What a code fix needs to know of a mistake; it travels with the diagnostic.</summary>
/// <param name="Name">The name that was probably meant, null if none is near.</param>
/// <param name="Declarations">What could be added, e.g. <c>Span&lt;float&gt; output</c>; one of them is enough.</param>
/// <param name="Place">Where it is added, null for where the diagnostic is.</param>
internal sealed record Repair(string? Name = null, string[]? Declarations = null, Location? Place = null)
{
    public static readonly Repair None = new();

    private const string NameKey = "name";
    private const string DeclarationsKey = "declarations";

    /// <summary>As the additional locations of a diagnostic.</summary>
    public Location[] Places => Place is null ? [] : [Place];

    /// <summary>As the properties of a diagnostic.</summary>
    public ImmutableDictionary<string, string?> Properties
    {
        get
        {
            ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty;
            if (Name is not null)
                properties = properties.Add(NameKey, Name);
            return Declarations is null ? properties : properties.Add(DeclarationsKey, string.Join("\n", Declarations));
        }
    }

    /// <summary>What travelled with a diagnostic.</summary>
    public static Repair Of(Diagnostic diagnostic)
    {
        diagnostic.Properties.TryGetValue(NameKey, out string? name);
        diagnostic.Properties.TryGetValue(DeclarationsKey, out string? declarations);
        return new Repair(name, declarations?.Split('\n') ?? [], diagnostic.AdditionalLocations.FirstOrDefault() ?? diagnostic.Location);
    }
}
