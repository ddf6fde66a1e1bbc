using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using SpecAttn.Generator.Parsing;

namespace SpecAttn.Generator.Diagnostics;

/// <summary>Reports mistakes in the use of <c>[Attention]</c>, by running the generator's parser where the mistakes are.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AttentionMethodAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        AttentionDescriptors.MethodNotPartial,
        AttentionDescriptors.MethodHasBody,
        AttentionDescriptors.NotAMethod,
        AttentionDescriptors.ContainingTypeNotPartial,
        AttentionDescriptors.ContainingTypeFileLocal,
        AttentionDescriptors.MethodGeneric,
        AttentionDescriptors.MethodReturnsValue,
        AttentionDescriptors.MethodAsync,
        AttentionDescriptors.ParameterUnknown,
        AttentionDescriptors.ParameterTypeWrong,
        AttentionDescriptors.ParameterModified,
        AttentionDescriptors.ParameterMissing,
        AttentionDescriptors.ParametersConflict,
        AttentionDescriptors.OptionOutOfRange,
        AttentionDescriptors.HeadsNotDivisible,
        AttentionDescriptors.OptionUndefined,
        AttentionDescriptors.OptionConflict,
        AttentionDescriptors.LanguageVersionTooLow,
        AttentionDescriptors.NoEffect,
        AttentionDescriptors.CounterpartMissing,
        ScoreDescriptors.ConstructRefused,
        ScoreDescriptors.FunctionNotFound,
        ScoreDescriptors.FunctionOverloaded,
        ScoreDescriptors.FunctionNotStatic,
        ScoreDescriptors.FunctionUnusable,
        ScoreDescriptors.ReturnTypeWrong,
        ScoreDescriptors.ArgumentTypeWrong,
        ScoreDescriptors.ArgumentMissing,
        ScoreDescriptors.ArgumentModified,
        ScoreDescriptors.TooManyCaptured,
        ScoreDescriptors.ComputedOneByOne,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        // Generated code is looked at too: by the attribute on its generated part, every attention method counts as such.
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();

        // By file, so as to leave out the kernels, which are most of the code; by attribute and not by symbol, so as to find those on
        // local functions and lambdas.
        context.RegisterSemanticModelAction(AnalyzeFile);
    }

    private static void AnalyzeFile(SemanticModelAnalysisContext context)
    {
        if (AttentionGenerator.Wrote(context.SemanticModel.SyntaxTree))
            return;
        SyntaxNode root = context.SemanticModel.SyntaxTree.GetRoot(context.CancellationToken);

        // A function that several methods name is read for each of them; its mistakes are reported once.
        var reported = new HashSet<Diagnostic>();
        foreach (AttributeSyntax attribute in root.DescendantNodes().OfType<AttributeSyntax>())
            AnalyzeAttribute(context, attribute, ReportOnce);

        void ReportOnce(Diagnostic diagnostic)
        {
            if (reported.Add(diagnostic))
                context.ReportDiagnostic(diagnostic);
        }
    }

    private static void AnalyzeAttribute(SemanticModelAnalysisContext context, AttributeSyntax syntax, Action<Diagnostic> report)
    {
        if (context.SemanticModel.GetSymbolInfo(syntax, context.CancellationToken).Symbol is not IMethodSymbol constructor
            || constructor.ContainingType.ToDisplayString() != AttentionParser.AttributeName)
        {
            return;
        }

        if (syntax.Parent?.Parent is not MethodDeclarationSyntax declaration)
        {
            report(Diagnostic.Create(AttentionDescriptors.NotAMethod, syntax.GetLocation(), DescribeOwner(syntax)));
            return;
        }

        // There is no such attribute data where the compiler refuses the attribute's place, e.g. [return: Attention(…)].
        if (context.SemanticModel.GetDeclaredSymbol(declaration, context.CancellationToken) is { } method
            && method.GetAttributes().FirstOrDefault(IsThisOne) is { } attribute)
        {
            AttentionParser.Parse(
                declaration, method, attribute, context.SemanticModel.Compilation, report, context.CancellationToken);
        }

        bool IsThisOne(AttributeData data) =>
            data.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == syntax.SyntaxTree && reference.Span == syntax.Span;
    }

    private static string DescribeOwner(AttributeSyntax syntax) => syntax.Parent?.Parent switch
    {
        LocalFunctionStatementSyntax => "a local function",
        AnonymousFunctionExpressionSyntax => "a lambda",
        AccessorDeclarationSyntax => "an accessor",
        OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => "an operator",
        _ => "this declaration",
    };
}
