namespace SpecAttn.Generator.Model;

/// <summary>What the parser makes of a method: one of the two, or nothing where not even a body can be written.</summary>
/// <param name="Spec">What the user asked for.</param>
/// <param name="Refused">The method where a mistake was found.</param>
internal sealed record ParsedMethod(AttentionSpec? Spec, RefusedMethod? Refused);

/// <summary>A method with a mistake in it.</summary>
/// <param name="Namespace">Namespace of the containing type, empty for the global one.</param>
/// <param name="ContainingTypes">The types around the method, outermost first.</param>
/// <param name="Signature">Its declaration without a body.</param>
internal sealed record RefusedMethod(string Namespace, EquatableArray<ContainingTypeSpec> ContainingTypes, string Signature);
