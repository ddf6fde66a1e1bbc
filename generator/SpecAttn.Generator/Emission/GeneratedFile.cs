namespace SpecAttn.Generator.Emission;

/// <summary>One file that the generator adds to the user's compilation.</summary>
internal sealed record GeneratedFile(string HintName, string Text);
