using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Parsing;

/// <summary>Takes the mistakes that the parser finds, and remembers whether one of them stops the method from being generated.</summary>
/// <param name="report">Receives the diagnostics; null where only the specification is wanted.</param>
internal sealed class ProblemReporter(Action<Diagnostic>? report)
{
    /// <summary>Whether there is a mistake that no code can be generated with.</summary>
    public bool HasErrors { get; private set; }

    public void Report(DiagnosticDescriptor descriptor, Location location, params object[] arguments)
    {
        HasErrors |= descriptor.DefaultSeverity == DiagnosticSeverity.Error;
        report?.Invoke(Diagnostic.Create(descriptor, location, arguments));
    }

    /// <summary>Gives up on the method without a word, because the compiler itself reports the mistake.</summary>
    public void LeaveToCompiler() => HasErrors = true;
}
