using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring;
using SpecAttn.Generator.Scoring.Translation;

namespace SpecAttn.Generator.Parsing;

/// <summary>The functions that <c>Score</c> and <c>Visible</c> name: found, checked, and bound to what they ask for.</summary>
internal sealed class UserFunctions
{
    /// <summary>Arguments that the kernel supplies, by name.</summary>
    public static readonly IReadOnlyList<KnownArgument> KnownArguments =
    [
        new("score", ScoreInput.Score, ScoreType.Float),
        new("batch", ScoreInput.Batch, ScoreType.Int),
        new("head", ScoreInput.Head, ScoreType.Int),
        new("keyValueHead", ScoreInput.KeyValueHead, ScoreType.Int),
        new("query", ScoreInput.Query, ScoreType.Int),
        new("key", ScoreInput.Key, ScoreType.Int),
        new("queryLength", ScoreInput.QueryLength, ScoreType.Int),
        new("keyLength", ScoreInput.KeyLength, ScoreType.Int),
    ];

    private static readonly SymbolDisplayFormat s_typeFormat = SymbolDisplayFormat.MinimallyQualifiedFormat;

    private readonly AttributeArguments _arguments;
    private readonly IMethodSymbol _method;
    private readonly Compilation _compilation;
    private readonly ProblemReporter _problems;
    private readonly CancellationToken _cancellation;

    // Names that the functions ask for, and whether a function was not found, which might have asked for any.
    private readonly HashSet<string> _asked = [];
    private bool _isIncomplete;

    // Whether something about the function at hand keeps it from being translated.
    private bool _isUnusable;

    private UserFunctions(
        AttributeArguments arguments, IMethodSymbol method, Compilation compilation, ProblemReporter problems, CancellationToken cancellation)
    {
        _arguments = arguments;
        _method = method;
        _compilation = compilation;
        _problems = problems;
        _cancellation = cancellation;
        Score = Find("Score", ScoreType.Float);
        Visible = Find("Visible", ScoreType.Bool);
    }

    private BoundFunction? Score { get; }

    private BoundFunction? Visible { get; }

    /// <param name="arguments">The attribute's arguments.</param>
    /// <param name="method">The attention method.</param>
    /// <param name="compilation">Where the functions are looked for.</param>
    /// <param name="problems">Receives the mistakes.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static UserFunctions Parse(
        AttributeArguments arguments, IMethodSymbol method, Compilation compilation, ProblemReporter problems, CancellationToken cancellation) =>
        new(arguments, method, compilation, problems, cancellation);

    /// <summary>Whether a function asks for a parameter of that name.</summary>
    public bool AskFor(string parameter) => _isIncomplete || _asked.Contains(parameter);

    /// <summary>The functions as graphs, added to what the attribute's other options say.</summary>
    public ScoringSpec Translate(ScoringSpec options)
    {
        var captured = new CapturedValues();
        UserFunction? score = Translate(Score, captured);
        UserFunction? visible = Translate(Visible, captured);
        CheckCount(captured, isSpan: true, CapturedParameter.MostSpans, "spans", "put several into one, and index it with an offset");
        CheckCount(captured, isSpan: false, CapturedParameter.MostScalars, "scalars", "put them into a span");
        return options with { Score = score, Visible = visible, Captured = captured.Values };
    }

    private UserFunction? Translate(BoundFunction? function, CapturedValues captured)
    {
        if (function is null)
            return null;
        ScoreGraph graph = new FunctionTranslator(_compilation, captured, _problems, _cancellation).Translate(function);
        return new UserFunction(function.Method.Name, graph, Result: graph.Nodes.Count - 1);
    }

    private void CheckCount(CapturedValues captured, bool isSpan, int most, string what, string instead)
    {
        int count = captured.Values.Count(value => value.IsSpan == isSpan);
        if (count > most)
            _problems.Report(ScoreDescriptors.TooManyCaptured, _arguments.LocationOf(Score is null ? "Visible" : "Score"), _method.Name, count, what, most, instead);
    }

    private BoundFunction? Find(string option, ScoreType result)
    {
        if (_arguments.Get<string?>(option, null) is not { } name)
            return null;
        IMethodSymbol[] candidates = Candidates(option, name);
        BoundFunction? function = candidates.Length == 1 ? Bind(candidates[0], option, result) : null;
        if (candidates.Length == 0)
        {
            string arguments = result == ScoreType.Float ? "float score, int query, int key" : "int query, int key";
            _problems.ReportRepairable(
                ScoreDescriptors.FunctionNotFound, _arguments.LocationOf(option), new Repair(name),
                option, name, ScoreTypes.Keyword(result), arguments, _method.ContainingType.Name);
        }
        else if (candidates.Length > 1)
        {
            _problems.Report(ScoreDescriptors.FunctionOverloaded, _arguments.LocationOf(option), option, name, candidates.Length);
        }
        _isIncomplete |= function is null;
        return function;
    }

    /// <summary>The methods that the option's value names: by nameof wherever that finds them, else in the type, its bases, and around it.</summary>
    private IMethodSymbol[] Candidates(string option, string name)
    {
        if (_arguments.ExpressionOf(option) is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } nameOf)
        {
            SemanticModel model = _compilation.GetSemanticModel(nameOf.SyntaxTree);
            return [.. model.GetMemberGroup(nameOf.ArgumentList.Arguments[0].Expression, _cancellation).OfType<IMethodSymbol>()];
        }

        for (INamedTypeSymbol? type = _method.ContainingType; type is not null; type = type.ContainingType)
        {
            for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
            {
                IMethodSymbol[] methods = [.. declaring.GetMembers(name).OfType<IMethodSymbol>()];
                if (methods.Length > 0)
                    return methods;
            }
        }
        return [];
    }

    private BoundFunction? Bind(IMethodSymbol method, string option, ScoreType result)
    {
        if (BoundFunction.BodyOf(method, _cancellation) is not var (part, syntax))
        {
            Location declaration = method.Locations.FirstOrDefault(location => location.IsInSource) ?? _arguments.LocationOf(option);
            _problems.Report(
                ScoreDescriptors.FunctionUnusable, declaration, method.Name, "has no body in this project: write its body here, it is translated from that");
            return null;
        }

        _isUnusable = false;
        if (!method.IsStatic)
            Report(ScoreDescriptors.FunctionNotStatic, syntax.Identifier.GetLocation(), method.Name, _method.Name);
        if (syntax.TypeParameterList is { } typeParameters)
            Report(ScoreDescriptors.FunctionUnusable, typeParameters.GetLocation(), method.Name, "must not have type parameters: use float, int and bool");
        CheckReturnType(method, syntax, option, result);
        BoundFunction function = Bind(part, syntax);
        return _isUnusable ? null : function;
    }

    private void CheckReturnType(IMethodSymbol method, MethodDeclarationSyntax syntax, string option, ScoreType result)
    {
        if (method.ReturnType.TypeKind == TypeKind.Error)
            LeaveToCompiler();
        else if (ScoreTypes.Of(method.ReturnType) != result || method.RefKind != RefKind.None)
        {
            Report(
                ScoreDescriptors.ReturnTypeWrong, syntax.ReturnType.GetLocation(),
                method.Name, syntax.ReturnType.ToString(), option, ScoreTypes.Keyword(result));
        }
    }

    private BoundFunction Bind(IMethodSymbol method, MethodDeclarationSyntax syntax)
    {
        var inputs = new List<KeyValuePair<IParameterSymbol, ScoreInput>>();
        var methodParameters = new List<KeyValuePair<IParameterSymbol, IParameterSymbol>>();
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            ParameterSyntax declaration = syntax.ParameterList.Parameters[parameter.Ordinal];
            if (parameter.Type.TypeKind == TypeKind.Error)
            {
                LeaveToCompiler();
                _asked.Add(parameter.Name);
                continue;
            }
            CheckPassing(parameter, declaration);
            if (KnownArguments.FirstOrDefault(known => known.Name == parameter.Name) is { } known)
            {
                inputs.Add(new(parameter, known.Input));
                if (ScoreTypes.Of(parameter.Type) != known.Type)
                    ReportType(parameter, declaration, $"must be '{ScoreTypes.Keyword(known.Type)}'");
                continue;
            }

            _asked.Add(parameter.Name);
            if (_method.Parameters.FirstOrDefault(candidate => candidate.Name == parameter.Name) is not { } methodParameter)
                ReportMissing(parameter, declaration);
            else if (!SymbolEqualityComparer.Default.Equals(methodParameter.Type, parameter.Type))
                ReportType(parameter, declaration, $"the parameter of method '{_method.Name}' has type '{methodParameter.Type.ToDisplayString(s_typeFormat)}'");
            else if (!parameter.Type.IsUnmanagedType && ScoreTypes.OfSpan(parameter.Type) is null)
                ReportType(parameter, declaration, "functions take numbers, 'ReadOnlySpan<int>' and 'ReadOnlySpan<float>'");
            else
                methodParameters.Add(new(parameter, methodParameter));
        }
        return new BoundFunction(method, syntax, inputs, methodParameters);
    }

    private void CheckPassing(IParameterSymbol parameter, ParameterSyntax declaration)
    {
        if (parameter.RefKind == RefKind.None && !parameter.IsParams)
            return;
        SyntaxToken first = declaration.Modifiers.First(modifier => modifier.Text is "ref" or "in" or "out" or "params");
        Report(ScoreDescriptors.ArgumentModified, first.GetLocation(), parameter.Name, first.Text);
    }

    private void ReportType(IParameterSymbol parameter, ParameterSyntax declaration, string expected) => Report(
        ScoreDescriptors.ArgumentTypeWrong, declaration.Type!.GetLocation(),
        parameter.Name, parameter.ContainingSymbol.Name, parameter.Type.ToDisplayString(s_typeFormat), expected);

    private void ReportMissing(IParameterSymbol parameter, ParameterSyntax declaration)
    {
        IEnumerable<string> names = KnownArguments.Select(known => known.Name);
        string? nearest = Spelling.Nearest(parameter.Name, names.Concat(_method.Parameters.Select(candidate => candidate.Name)));
        string type = parameter.Type.ToDisplayString(s_typeFormat);
        _isUnusable = true;
        _problems.ReportRepairable(
            ScoreDescriptors.ArgumentMissing,
            declaration.Identifier.GetLocation(),
            new Repair(nearest, [$"{type} {declaration.Identifier.Text}"], _method.Locations[0]),
            parameter.ContainingSymbol.Name, parameter.Name, _method.Name,
            nearest is null ? "" : $"did you mean '{nearest}'? Else ",
            type, string.Join(", ", names));
    }

    private void Report(DiagnosticDescriptor descriptor, Location location, params object[] arguments)
    {
        _isUnusable = true;
        _problems.Report(descriptor, location, arguments);
    }

    private void LeaveToCompiler()
    {
        _isUnusable = true;
        _problems.LeaveToCompiler();
    }
}

/// <summary>An argument of score and visibility functions that the kernel supplies.</summary>
internal sealed record KnownArgument(string Name, ScoreInput Input, ScoreType Type);
