namespace SpecAttn.Generator.Model;

/// <summary>What the user asked for: one annotated method, free of compiler symbols.</summary>
/// <param name="Namespace">Namespace of the containing type, empty for the global one.</param>
/// <param name="ContainingTypes">The types around the method, outermost first.</param>
/// <param name="Name">Name of the method as written, with the @ of a verbatim one.</param>
/// <param name="QualifiedName">Namespace, types and method joined with dots, e.g. <c>MyApp.Llama.Attend</c>, and with the arity of generic
/// types, <c>MyApp.Model_1.Attend</c>; unique in the compilation (an overload carries a number, <c>MyApp.Llama.Attend2</c>). File names
/// start with it.</param>
/// <param name="Modifiers">The declaration's modifiers as written, e.g. <c>public static partial</c>.</param>
/// <param name="Parameters">In the user's order.</param>
/// <param name="Geometry">Heads and dimensions.</param>
/// <param name="Mask">Declared mask.</param>
/// <param name="Alignment">Where query 0 stands when no offset parameter says so.</param>
/// <param name="Layout">Layout of span arguments.</param>
/// <param name="Scale">Factor on the scores, NaN for the default.</param>
/// <param name="Unroll">How far loops over the head and value dimension are unrolled.</param>
/// <param name="PrunedHeads">Query heads that are not computed, ascending.</param>
/// <param name="Rotary">Rotary embedding of queries and keys.</param>
/// <param name="Scoring">What else is done with the scores.</param>
internal sealed record AttentionSpec(
    string Namespace,
    EquatableArray<ContainingTypeSpec> ContainingTypes,
    string Name,
    string QualifiedName,
    string Modifiers,
    EquatableArray<ParameterSpec> Parameters,
    HeadGeometry Geometry,
    AttentionMask Mask,
    CausalAlignment Alignment,
    AttentionLayout Layout,
    float Scale,
    Unroll Unroll,
    EquatableArray<int> PrunedHeads,
    RotarySpec Rotary,
    ScoringSpec Scoring)
{
    /// <summary>Whether the method has such a parameter.</summary>
    public bool Has(ParameterRole role) => Parameters.Any(parameter => parameter.Role == role);

    /// <summary><see cref="QualifiedName"/> as an identifier, which is as unique: names of generated types start with it.</summary>
    public string Identifier => new([.. QualifiedName.Select(c => char.IsLetterOrDigit(c) ? c : '_')]);
}

/// <summary>A type around the method.</summary>
/// <param name="Keyword">E.g. <c>class</c>, <c>record struct</c>.</param>
/// <param name="Name">As written, with type parameters, e.g. <c>Model&lt;T&gt;</c>.</param>
internal sealed record ContainingTypeSpec(string Keyword, string Name);

/// <summary>Numbers of heads and their dimensions.</summary>
internal sealed record HeadGeometry(int Heads, int KeyValueHeads, int HeadDim, int ValueDim)
{
    /// <summary>Query heads that share one key/value head.</summary>
    public int Group => Heads / KeyValueHeads;
}

/// <summary>One parameter of the method.</summary>
/// <param name="Role">What it is to the attention.</param>
/// <param name="Name">The same as the role's name.</param>
/// <param name="Type">Fully qualified, e.g. <c>global::System.ReadOnlySpan&lt;float&gt;</c>, after <c>this</c> and <c>scoped</c> where declared.</param>
internal sealed record ParameterSpec(ParameterRole Role, string Name, string Type);

/// <summary>The parameters that the generator knows, named as in the user's signature.</summary>
internal enum ParameterRole
{
    Query,
    Key,
    Value,
    QueryKeyValue,
    Cache,
    Output,
    Batch,
    KeyLengths,
    QueryOffset,
    QueryOffsets,
    QuerySegments,
    KeySegments,
    Scale,
    Sinks,
    Cos,
    Sin,
    LogSumExp,
    Parallelism,
    Isa,
    PrefixLength,
    Bias,
    Mask,
    Slopes,
    Weights,

    /// <summary>Of a name of the user's own, for the score and visibility functions that ask for it.</summary>
    Captured,
}
