using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>The first stage: from a partial method and its <c>[Attention]</c> to an <see cref="AttentionSpec"/>, or to diagnostics.</summary>
internal static class AttentionParser
{
    /// <summary>Metadata name of the attribute.</summary>
    public const string AttributeName = "SpecAttn.AttentionAttribute";

    /// <summary>Reads one method. All of its mistakes are reported, not only the first.</summary>
    /// <param name="declaration">The declaration that carries the attribute.</param>
    /// <param name="method">Its symbol.</param>
    /// <param name="attribute">Its <c>[Attention]</c>.</param>
    /// <param name="compilation">Where the functions that the attribute names are found.</param>
    /// <param name="report">Receives the diagnostics; null where only the specification is wanted.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The specification; where an error was found, the method without one.</returns>
    public static ParsedMethod Parse(
        MethodDeclarationSyntax declaration,
        IMethodSymbol method,
        AttributeData attribute,
        Compilation compilation,
        Action<Diagnostic>? report,
        CancellationToken cancellation)
    {
        var problems = new ProblemReporter(report);
        var arguments = AttributeArguments.Read(attribute, cancellation);

        MethodShape shape = MethodShape.Parse(declaration, method, problems);
        cancellation.ThrowIfCancellationRequested();
        AttentionOptions options = AttentionOptions.Parse(arguments, problems);
        UserFunctions functions = UserFunctions.Parse(arguments, method, compilation, problems, cancellation);
        MethodParameters parameters = MethodParameters.Parse(declaration, method, functions, problems);
        OptionConflicts.Check(arguments, options, parameters, problems);
        ScoringSpec scoring = functions.Translate(options.Scoring);

        if (problems.HasErrors)
            return new ParsedMethod(Spec: null, RefusedMethods.Parse(declaration, method, shape));
        var spec = new AttentionSpec(
            shape.Namespace,
            shape.ContainingTypes,
            declaration.Identifier.Text,
            shape.QualifiedName,
            shape.Modifiers,
            parameters.Specs,
            options.Geometry,
            options.Mask,
            options.Alignment,
            options.Layout,
            options.Scale,
            options.Unroll,
            options.PrunedHeads,
            options.Rotary,
            scoring);
        return new ParsedMethod(spec, Refused: null);
    }
}
