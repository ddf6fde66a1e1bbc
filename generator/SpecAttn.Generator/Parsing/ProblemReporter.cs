using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Diagnostics;

namespace SpecAttn.Generator.Parsing;

/// <summary>Takes the mistakes that the parser finds, and remembers whether one of them stops the method from being generated.</summary>
/// <param name="report">Receives the diagnostics; null where only the specification is wanted.</param>
internal sealed class ProblemReporter(Action<Diagnostic>? report)
{
    /// <summary>Whether there is a mistake that no code can be generated with.</summary>
    public bool HasErrors { get; private set; }

    public void Report(DiagnosticDescriptor descriptor, Location location, params object[] arguments) =>
        ReportRepairable(descriptor, location, Repair.None, arguments);

    /// <summary>Reports a mistake and hands a code fix what it needs to repair it.</summary>
    public void ReportRepairable(DiagnosticDescriptor descriptor, Location location, Repair repair, params object[] arguments)
    {
        HasErrors |= descriptor.DefaultSeverity == DiagnosticSeverity.Error;
        report?.Invoke(Diagnostic.Create(descriptor, location, repair.Places, repair.Properties, arguments));
    }

    /// <summary>Gives up on the method without a word, because the compiler itself reports the mistake.</summary>
    public void LeaveToCompiler() => HasErrors = true;
}
