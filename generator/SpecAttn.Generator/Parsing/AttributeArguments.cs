using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SpecAttn.Generator.Parsing;

/// <summary>The arguments that the user wrote in <c>[Attention(…)]</c>, with the place of each.</summary>
internal sealed class AttributeArguments
{
    private readonly AttributeSyntax _syntax;
    private readonly Dictionary<string, TypedConstant> _values;
    private readonly string[] _constructorParameters;

    private AttributeArguments(AttributeSyntax syntax, Dictionary<string, TypedConstant> values, string[] constructorParameters)
    {
        _syntax = syntax;
        _values = values;
        _constructorParameters = constructorParameters;
    }

    /// <summary>Whether the compiler could not make sense of the arguments, and says so itself.</summary>
    public bool AreInvalid => _constructorParameters.Length == 0 || _values.Values.Any(value => value.Kind == TypedConstantKind.Error);

    public static AttributeArguments Read(AttributeData attribute, CancellationToken cancellation)
    {
        var values = new Dictionary<string, TypedConstant>();
        string[] parameters = [.. attribute.AttributeConstructor?.Parameters.Select(parameter => parameter.Name) ?? []];
        for (int i = 0; i < Math.Min(parameters.Length, attribute.ConstructorArguments.Length); i++)
            values[parameters[i]] = attribute.ConstructorArguments[i];
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
            values[argument.Key] = argument.Value;
        return new AttributeArguments((AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(cancellation), values, parameters);
    }

    /// <summary>Whether the argument is written at all, be it with the default value.</summary>
    public bool Contains(string name) => _values.ContainsKey(name);

    /// <summary>The argument's value, <paramref name="fallback"/> where it is not written.</summary>
    public T Get<T>(string name, T fallback) =>
        _values.TryGetValue(name, out TypedConstant value) && value is { Kind: not TypedConstantKind.Array, Value: T typed } ? typed : fallback;

    /// <summary>The elements of an argument that is an array of ints; none where it is not written, or null.</summary>
    public int[] GetInts(string name) =>
        _values.TryGetValue(name, out TypedConstant value) && value is { Kind: TypedConstantKind.Array, IsNull: false }
            ? [.. value.Values.Select(element => element.Value).OfType<int>()]
            : [];

    /// <summary>Where the argument stands, name included.</summary>
    public Location LocationOf(string name) => (SyntaxOf(name) ?? (SyntaxNode)_syntax).GetLocation();

    /// <summary>The argument's value as it is written, null where it is not.</summary>
    public ExpressionSyntax? ExpressionOf(string name) => SyntaxOf(name)?.Expression;

    private AttributeArgumentSyntax? SyntaxOf(string name)
    {
        int position = Array.IndexOf(_constructorParameters, name);
        SeparatedSyntaxList<AttributeArgumentSyntax> arguments = _syntax.ArgumentList?.Arguments ?? default;
        for (int i = 0; i < arguments.Count; i++)
        {
            AttributeArgumentSyntax argument = arguments[i];
            string? written = argument.NameEquals?.Name.Identifier.ValueText ?? argument.NameColon?.Name.Identifier.ValueText;
            if (written is null ? i == position : written == name)
                return argument;
        }
        return null;
    }
}
