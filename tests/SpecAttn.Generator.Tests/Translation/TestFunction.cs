using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Parsing;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>Score and visibility functions in a class of a test source, as graphs and as what the C# compiler makes of them.</summary>
internal static class TestFunction
{
    // What the examples of the language's tables mention.
    private const string Surroundings = """
        static readonly float Computed = MathF.Sqrt(2);
        static readonly int[] Table = [1, 2, 3];
        static float Changing = 1;
        static int Counter;
        static float First(ReadOnlySpan<float> values) => values.Length > 0 ? values[0] : 0;
        static int Rounded(double value) => (int)value;
        static T Any<T>(T value) => value;
        static object? Empty<T>() => null;
        static float Endless(float value) => value > 0 ? Endless(value - 1) : 0;
        static float Huge(float x) => Huge1(x) + Huge1(x + 1) + Huge1(x + 2) + Huge1(x + 3) + Huge1(x + 4) + Huge1(x + 5) + Huge1(x + 6);
        static float Huge1(float x) => Huge2(x) + Huge2(x + 1) + Huge2(x + 2) + Huge2(x + 3) + Huge2(x + 4) + Huge2(x + 5) + Huge2(x + 6);
        static float Huge2(float x) => Huge3(x) + Huge3(x + 1) + Huge3(x + 2) + Huge3(x + 3) + Huge3(x + 4) + Huge3(x + 5) + Huge3(x + 6);
        static float Huge3(float x) => Huge4(x) + Huge4(x + 1) + Huge4(x + 2) + Huge4(x + 3) + Huge4(x + 4) + Huge4(x + 5) + Huge4(x + 6);
        static float Huge4(float x) => x * x;
        """;

    /// <summary>A source with functions, and all that examples mention.</summary>
    public static string Source(string functions) => $$"""
        #pragma warning disable
        using System; using System.Numerics.Tensors; using SpecAttn;
        public static partial class Model
        {
        {{TestSignature.Helpers}}
        {{Surroundings}}
        {{functions}}
        }
        """;

    /// <summary>Translates a function of <see cref="Source"/>.</summary>
    public static (UserFunction Function, IReadOnlyList<CapturedParameter> Captured, IReadOnlyList<Diagnostic> Problems) Translate(
        CSharpCompilation functions, string result, string name)
    {
        string option = result == "bool" ? "Visible" : "Score";
        ScoringSpec? scoring = Translate(
            functions.AddSyntaxTrees(TestCompiler.Compile(TestCompiler.Declare(
                $"2, 8, {option} = nameof({name})", $"{TestCompiler.Tensors}, {TestSignature.Captured}")).SyntaxTrees),
            out IReadOnlyList<Diagnostic> problems);
        return ((result == "bool" ? scoring?.Visible : scoring?.Score)!, scoring?.Captured.ToArray() ?? [], problems);
    }

    /// <summary>Translates the functions of the last attention method of a compilation.</summary>
    public static ScoringSpec? Translate(CSharpCompilation compilation, out IReadOnlyList<Diagnostic> problems)
    {
        MethodDeclarationSyntax declaration = compilation.SyntaxTrees
            .SelectMany(tree => tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes().OfType<MethodDeclarationSyntax>())
            .Last(method => method.AttributeLists.Count > 0);
        IMethodSymbol method = compilation.GetSemanticModel(declaration.SyntaxTree).GetDeclaredSymbol(declaration)!;
        AttributeArguments arguments = AttributeArguments.Read(method.GetAttributes()[0], CancellationToken.None);
        var reported = new List<Diagnostic>();
        var reporter = new ProblemReporter(reported.Add);
        ScoringSpec options = AttentionOptions.Parse(arguments, new ProblemReporter(report: null)).Scoring;
        ScoringSpec scoring = UserFunctions.Parse(arguments, method, compilation, reporter, CancellationToken.None).Translate(options);
        problems = [.. reported.Where(problem => problem.Severity == DiagnosticSeverity.Error)];
        return reporter.HasErrors ? null : scoring;
    }

    /// <summary>Compiles functions as ordinary C#.</summary>
    public static Type Load(CSharpCompilation functions)
    {
        using var assembly = new MemoryStream();
        var emitted = functions.WithOptions(functions.Options.WithOptimizationLevel(OptimizationLevel.Release))
            .Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{diagnostic}\n{diagnostic.Location.SourceTree!.GetText().Lines[diagnostic.Location.GetLineSpan().StartLinePosition.Line]}")));
        return Assembly.Load(assembly.ToArray()).GetType("Model")!;
    }

    /// <summary>Computes a graph. The result is an exception's type where it failed.</summary>
    public static object Interpret(UserFunction function, IReadOnlyList<CapturedParameter> captured, FunctionArguments a)
    {
        try
        {
            return GraphInterpreter.Run(function.Graph, function.Result, captured, a);
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or DivideByZeroException)
        {
            return failure.GetType();
        }
    }

    /// <summary>A message with the first words of each problem.</summary>
    public static string Describe(IEnumerable<Diagnostic> problems) => string.Join("\n", problems.Select(problem =>
        $"{problem.Id} at '{problem.Location.SourceTree?.GetText().ToString(problem.Location.SourceSpan)}': {problem.GetMessage(CultureInfo.InvariantCulture)}"));
}
