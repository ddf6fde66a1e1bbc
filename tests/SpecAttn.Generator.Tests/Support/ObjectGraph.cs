using System.Reflection;

namespace SpecAttn.Generator.Tests.Support;

/// <summary>Everything that can be reached from an object.</summary>
internal static class ObjectGraph
{
    /// <summary>All reachable objects, each once; strings and primitive values are not entered.</summary>
    public static IEnumerable<object> Reachable(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object?>([root]);
        while (open.TryPop(out object? node))
        {
            if (node is null || !seen.Add(node))
                continue;
            yield return node;
            Type type = node.GetType();
            if (type.IsPrimitive || type.IsEnum || node is string or Pointer)
                continue;
            if (node is Array elements)
            {
                foreach (object? element in elements)
                    open.Push(element);
                continue;
            }
            for (Type? declaring = type; declaring is not null; declaring = declaring.BaseType)
            {
                foreach (FieldInfo field in declaring.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    open.Push(field.GetValue(node));
                }
            }
        }
    }
}
