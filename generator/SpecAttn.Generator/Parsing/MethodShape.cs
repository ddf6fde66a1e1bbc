using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>Everything about the method but its parameters: where it stands, what it is called, and whether a body can be written for it.</summary>
internal sealed record MethodShape(
    string Namespace, EquatableArray<ContainingTypeSpec> ContainingTypes, string QualifiedName, string Modifiers)
{
    // Generated kernels implement static abstract interface members.
    private const LanguageVersion LowestLanguageVersion = LanguageVersion.CSharp11;

    private static readonly SymbolDisplayFormat s_namespaceFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    public static MethodShape Parse(MethodDeclarationSyntax declaration, IMethodSymbol method, ProblemReporter problems)
    {
        CheckMethod(declaration, method, problems);
        TypeDeclarationSyntax[] types = [.. declaration.Ancestors().OfType<TypeDeclarationSyntax>().Reverse()];
        foreach (TypeDeclarationSyntax type in types)
            CheckContainingType(type, problems);

        string @namespace = method.ContainingNamespace.IsGlobalNamespace ? "" : method.ContainingNamespace.ToDisplayString(s_namespaceFormat);
        return new MethodShape(
            @namespace,
            types.Select(type => new ContainingTypeSpec(KeywordOf(type), NameOf(type))).ToEquatableArray(),
            QualifiedNameOf(method),
            string.Join(" ", declaration.Modifiers.Select(modifier => modifier.Text)));
    }

    private static void CheckMethod(MethodDeclarationSyntax declaration, IMethodSymbol method, ProblemReporter problems)
    {
        Location identifier = declaration.Identifier.GetLocation();

        if (declaration.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: < LowestLanguageVersion and var version })
            problems.Report(AttentionDescriptors.LanguageVersionTooLow, identifier, version.ToDisplayString());

        if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            problems.Report(AttentionDescriptors.MethodNotPartial, identifier, method.Name);
        else if (IsImplementedByUser(declaration, method))
            problems.Report(AttentionDescriptors.MethodHasBody, identifier, method.Name);

        if (declaration.TypeParameterList is { } typeParameters)
            problems.Report(AttentionDescriptors.MethodGeneric, typeParameters.GetLocation(), method.Name);

        if (!method.ReturnsVoid)
            problems.Report(AttentionDescriptors.MethodReturnsValue, declaration.ReturnType.GetLocation(), method.Name);

        foreach (SyntaxToken modifier in declaration.Modifiers.Where(modifier => modifier.IsKind(SyntaxKind.AsyncKeyword)))
            problems.Report(AttentionDescriptors.MethodAsync, modifier.GetLocation(), method.Name);

        // The first two cannot be partial, and what is declared twice cannot be implemented.
        if (method.IsAbstract || declaration.ExplicitInterfaceSpecifier is not null || HasTwin(method))
            problems.LeaveToCompiler();
    }

    /// <summary>Whether the user wrote a body, in this part or in another one.</summary>
    public static bool IsImplementedByUser(MethodDeclarationSyntax declaration, IMethodSymbol method)
    {
        if (declaration.Body is not null || declaration.ExpressionBody is not null || method.IsExtern)
            return true;

        // The analyzer runs after the generator, so it sees the generated part as well.
        return method.PartialImplementationPart is { } implementation
            && implementation.DeclaringSyntaxReferences.Any(part => !AttentionGenerator.Wrote(part.SyntaxTree));
    }

    /// <summary>Whether the type has another method of the same signature.</summary>
    public static bool HasTwin(IMethodSymbol method) => method.ContainingType.GetMembers(method.Name)
        .OfType<IMethodSymbol>()
        .Where(other => !SymbolEqualityComparer.Default.Equals(other, method))
        .Any(other => other.Arity == method.Arity && other.Parameters.Length == method.Parameters.Length
            && other.Parameters.Zip(method.Parameters, IsSame).All(same => same));

    private static bool IsSame(IParameterSymbol one, IParameterSymbol other) =>
        one.RefKind == other.RefKind && SymbolEqualityComparer.Default.Equals(one.Type, other.Type);

    private static void CheckContainingType(TypeDeclarationSyntax type, ProblemReporter problems)
    {
        if (!type.Modifiers.Any(SyntaxKind.PartialKeyword))
            problems.Report(AttentionDescriptors.ContainingTypeNotPartial, type.Identifier.GetLocation(), type.Identifier.ValueText);

        foreach (SyntaxToken modifier in type.Modifiers.Where(modifier => modifier.IsKind(SyntaxKind.FileKeyword)))
            problems.Report(AttentionDescriptors.ContainingTypeFileLocal, modifier.GetLocation(), type.Identifier.ValueText);
    }

    private static string KeywordOf(TypeDeclarationSyntax type) => type is RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: not 0 } record
        ? $"{record.Keyword.Text} {record.ClassOrStructKeyword.Text}"
        : type.Keyword.Text;

    // Type parameters are repeated with their variance, which all parts of an interface must agree in, and without their attributes.
    private static string NameOf(TypeDeclarationSyntax type) => type.TypeParameterList is { } list
        ? $"{type.Identifier.Text}<{string.Join(", ", list.Parameters.Select(parameter => $"{parameter.VarianceKeyword.Text} {parameter.Identifier.Text}".Trim()))}>"
        : type.Identifier.Text;

    // A generic type carries its arity as in metadata, but with a character that every shell and file system takes: Model_1 for Model<T>.
    private static string QualifiedNameOf(IMethodSymbol method)
    {
        var parts = new Stack<string>();
        parts.Push(method.Name);
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.ContainingType)
            parts.Push(type.Arity == 0 ? type.Name : $"{type.Name}_{type.Arity}");
        for (INamespaceSymbol space = method.ContainingNamespace; !space.IsGlobalNamespace; space = space.ContainingNamespace)
            parts.Push(space.Name);
        return string.Join(".", parts);
    }
}
