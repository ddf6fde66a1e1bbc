using System.Reflection;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>What a test function is called with.</summary>
internal sealed record FunctionArguments(
    float Score, int Batch, int Head, int KeyValueHead, int Query, int Key, int QueryLength, int KeyLength,
    float Rate, bool Flag, double Temperature, ulong Seed, byte Level, int[] Offsets, float[] Table);

/// <summary>The signature that all test functions have but for their result.</summary>
public delegate T TestedFunction<out T>(
    float score, int batch, int head, int keyValueHead, int query, int key, int queryLength, int keyLength,
    float rate, bool flag, double temperature, ulong seed, byte level, ReadOnlySpan<int> offsets, ReadOnlySpan<float> table);

/// <summary>How test functions are declared and called.</summary>
internal static class TestSignature
{
    /// <summary>The parameters of every test function.</summary>
    public const string Parameters =
        "float score, int batch, int head, int keyValueHead, int query, int key, int queryLength, int keyLength, " + Captured;

    /// <summary>Those of them that stand for parameters of the attention method.</summary>
    public const string Captured =
        "float rate, bool flag, double temperature, ulong seed, byte level, ReadOnlySpan<int> offsets, ReadOnlySpan<float> table";

    /// <summary>Functions that test functions call, and a constant.</summary>
    public const string Helpers = """
        static readonly float Slope = 0.25f;
        static float Twice(float value, float factor = 2) => value * factor;
        """;

    /// <summary>A function from its body: an expression, or statements.</summary>
    public static string Declare(string result, string name, string body, string parameters = Parameters) =>
        $"public static {result} {name}({parameters}) {(body.Contains(';') ? $"{{ {body} }}" : $"=> {body};")}";

    /// <summary>Runs a compiled function. The result is an exception's type where it threw.</summary>
    public static object Run(Type model, string name, FunctionArguments a)
    {
        MethodInfo method = model.GetMethod(name)!;
        try
        {
            return method.ReturnType == typeof(bool)
                ? Invoke(method.CreateDelegate<TestedFunction<bool>>())
                : Invoke(method.CreateDelegate<TestedFunction<float>>());
        }
        catch (Exception failure) when (failure is IndexOutOfRangeException or DivideByZeroException)
        {
            return failure.GetType();
        }

        object Invoke<T>(TestedFunction<T> function) => function(
            a.Score, a.Batch, a.Head, a.KeyValueHead, a.Query, a.Key, a.QueryLength, a.KeyLength,
            a.Rate, a.Flag, a.Temperature, a.Seed, a.Level, a.Offsets, a.Table)!;
    }

    /// <summary>Whether two results are the same bits, all NaNs being one.</summary>
    public static bool AreSame(object one, object other) => (one, other) switch
    {
        (float x, float y) => BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y) || (float.IsNaN(x) && float.IsNaN(y)),
        _ => one.Equals(other),
    };
}
