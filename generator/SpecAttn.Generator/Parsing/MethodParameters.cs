using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>The method's parameters: each known by its name, of the right type, none missing.</summary>
internal sealed class MethodParameters
{
    private readonly Dictionary<ParameterRole, Location> _locations = [];
    private readonly List<ParameterSpec> _specs = [];

    // Known parameters that stand in the signature misspelt: they are not reported as missing as well.
    private readonly HashSet<string> _excused = [];

    private MethodParameters()
    {
    }

    /// <summary>The parameters that can be used, in the user's order.</summary>
    public EquatableArray<ParameterSpec> Specs => _specs.ToEquatableArray();

    /// <param name="declaration">The declaration that carries the attribute.</param>
    /// <param name="method">Its symbol.</param>
    /// <param name="functions">May ask for parameters that the generator does not know.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static MethodParameters Parse(
        MethodDeclarationSyntax declaration, IMethodSymbol method, UserFunctions functions, ProblemReporter problems)
    {
        var parameters = new MethodParameters();
        foreach (IParameterSymbol parameter in method.Parameters)
            parameters.Add(declaration.ParameterList.Parameters[parameter.Ordinal], parameter, functions, problems);
        parameters.ReportMissing(method, declaration.Identifier.GetLocation(), problems);
        return parameters;
    }

    public bool Contains(ParameterRole role) => _locations.ContainsKey(role);

    /// <summary>Whether the parameter <c>cache</c> is a single one.</summary>
    public bool HasOneCache => _specs.Exists(spec => spec.Role == ParameterRole.Cache && !spec.Type.Contains("ReadOnlySpan<"));

    /// <summary>Whether the parameter stands in the signature in a way that is reported already.</summary>
    public bool IsExcused(string name) => _excused.Contains(name);

    /// <summary>Where the parameter's name stands.</summary>
    public Location LocationOf(ParameterRole role) => _locations[role];

    private void Add(ParameterSyntax syntax, IParameterSymbol parameter, UserFunctions functions, ProblemReporter problems)
    {
        Location identifier = syntax.Identifier.GetLocation();
        KnownParameter? known = KnownParameter.Find(parameter.Name);
        if (known is null)
        {
            if (functions.AskFor(parameter.Name))
                AddCaptured(syntax, parameter, problems);
            else
                ReportUnknown(parameter.Name, identifier, problems);
            return;
        }
        // A name that stands twice is the compiler's to report.
        _locations[known.Role] = identifier;
        CheckPassing(syntax, parameter, problems);
        CheckType(known, syntax, parameter, problems);
        _specs.Add(new ParameterSpec(known.Role, parameter.Name, TypeOf(parameter)));
    }

    // Its type is the function's to complain about.
    private void AddCaptured(ParameterSyntax syntax, IParameterSymbol parameter, ProblemReporter problems)
    {
        CheckPassing(syntax, parameter, problems);
        _specs.Add(new ParameterSpec(ParameterRole.Captured, syntax.Identifier.Text, TypeOf(parameter)));
    }

    private void ReportUnknown(string name, Location location, ProblemReporter problems)
    {
        KnownParameter? nearest = KnownParameter.Nearest(name);
        string suggestion = nearest is null ? "" : $"did you mean '{nearest.Name}'? ";
        if (nearest is not null)
            _excused.Add(nearest.Name);
        string known = string.Join(", ", KnownParameter.All.Select(parameter => parameter.Name));
        problems.ReportRepairable(AttentionDescriptors.ParameterUnknown, location, new Repair(nearest?.Name), name, suggestion, known);
    }

    private static void CheckPassing(ParameterSyntax syntax, IParameterSymbol parameter, ProblemReporter problems)
    {
        if (parameter.RefKind == RefKind.None && !parameter.IsParams)
            return;
        SyntaxToken first = syntax.Modifiers.First(modifier => modifier.Text is "ref" or "in" or "out" or "params");
        problems.Report(AttentionDescriptors.ParameterModified, first.GetLocation(), parameter.Name, first.Text);
    }

    private static void CheckType(KnownParameter known, ParameterSyntax syntax, IParameterSymbol parameter, ProblemReporter problems)
    {
        if (parameter.Type.TypeKind == TypeKind.Error || syntax.Type is null)
        {
            problems.LeaveToCompiler();
            return;
        }
        string type = parameter.Type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat);
        if (known.Accepts(type))
            return;
        string elements = Elements(known);
        string written = parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        problems.Report(AttentionDescriptors.ParameterTypeWrong, syntax.Type.GetLocation(), known.Name, written, Choices(known.ShortTypes) + elements);
    }

    private void ReportMissing(IMethodSymbol method, Location location, ProblemReporter problems)
    {
        if (IsMissing(ParameterRole.QueryKeyValue))
        {
            ReportIfMissing(ParameterRole.Query);
            if (IsMissing(ParameterRole.Cache))
            {
                ReportIfMissing(ParameterRole.Key);
                ReportIfMissing(ParameterRole.Value);
            }
        }
        ReportIfMissing(ParameterRole.Output);

        bool IsMissing(ParameterRole role) => !Contains(role) && !_excused.Contains(KnownParameter.Of(role).Name);

        void ReportIfMissing(ParameterRole role)
        {
            if (!IsMissing(role))
                return;
            KnownParameter known = KnownParameter.Of(role);
            string[] declarations = [.. known.ShortTypes.Select(type => $"{type} {known.Name}")];
            string instead = role switch
            {
                ParameterRole.Output => "",
                ParameterRole.Query => ", or take the packed 'queryKeyValue' instead of query, key and value",
                _ => ", or take the packed 'queryKeyValue' instead of query, key and value, or a 'cache' instead of key and value",
            };
            problems.ReportRepairable(
                AttentionDescriptors.ParameterMissing, location, new Repair(Declarations: declarations), method.Name, known.Name, Choices(declarations) + instead);
        }
    }

    private static string Elements(KnownParameter known)
    {
        string[] types = ["float", .. known.StorageTypes.Select(KnownParameter.ShortName)];
        return types.Length == 1 ? "" : $", of {string.Join(", ", types.Take(types.Length - 1))} or {types[types.Length - 1]}";
    }

    private static string Choices(IEnumerable<string> choices) => string.Join(" or ", choices.Select(choice => $"'{choice}'"));

    private static string TypeOf(IParameterSymbol parameter)
    {
        string type = parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        if (parameter.ScopedKind == ScopedKind.ScopedValue)
            type = "scoped " + type;
        bool isExtended = parameter is { Ordinal: 0, ContainingSymbol: IMethodSymbol { IsExtensionMethod: true } };
        return isExtended ? "this " + type : type;
    }
}
