using System.Collections.Immutable;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>A method whose qualified name another one has already, and the name it gets instead.</summary>
internal sealed record NumberedMethod(AttentionSpec Method, string QualifiedName);

/// <summary>
/// Makes qualified names unique, as identifiers and in file systems that do not tell upper from lower case: of overloads and other
/// namesakes the first in declaration order keeps its name, the others get a number.
/// </summary>
internal static class MethodNumbering
{
    /// <summary>The methods that need a number, mostly none.</summary>
    public static EquatableArray<NumberedMethod> FindNamesakes(ImmutableArray<AttentionSpec> methods, CancellationToken cancellation)
    {
        var declared = new HashSet<string>(methods.Select(method => method.Identifier), StringComparer.OrdinalIgnoreCase);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var numbered = new List<NumberedMethod>();
        foreach (AttentionSpec method in methods)
        {
            if (taken.Add(method.Identifier))
                continue;
            int number = 2;
            while (declared.Contains(method.Identifier + number) || !taken.Add(method.Identifier + number))
                number++;
            numbered.Add(new NumberedMethod(method, method.QualifiedName + number));
        }
        return numbered.ToEquatableArray();
    }

    /// <summary>The method under its unique name.</summary>
    public static AttentionSpec Apply((AttentionSpec Method, EquatableArray<NumberedMethod> Numbered) step, CancellationToken cancellation)
    {
        foreach (NumberedMethod numbered in step.Numbered)
        {
            if (numbered.Method.Equals(step.Method))
                return step.Method with { QualifiedName = numbered.QualifiedName };
        }
        return step.Method;
    }
}
