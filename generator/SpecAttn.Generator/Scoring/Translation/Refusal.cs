namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>A construct of C# that score and visibility functions cannot use.</summary>
/// <param name="Construct">What it is, as the subject of a sentence.</param>
/// <param name="Reason">Why it is refused.</param>
/// <param name="Instead">What to write instead.</param>
/// <param name="Example">A body of a function that uses it.</param>
internal sealed record Refusal(string Construct, string Reason, string Instead, string Example);

/// <summary>A construct of C# that score and visibility functions can use.</summary>
/// <param name="Construct">What it is.</param>
/// <param name="Example">A body of a function that uses it.</param>
internal sealed record SupportedConstruct(string Construct, string Example);
