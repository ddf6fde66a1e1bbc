using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Diagnostics;

/// <summary>Every diagnostic about score and visibility functions. Messages say what to write instead.</summary>
internal static class ScoreDescriptors
{
    private const string Category = "ScoreLanguage";

    public static readonly DiagnosticDescriptor ConstructRefused = new(
        "SPECATTN1001",
        "Not part of the score language",
        "{0} is not part of the score language, because {1}: {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "The body of a score or visibility function is translated into the kernel's vector code, so it can use only what has a counterpart there.");

    public static readonly DiagnosticDescriptor FunctionNotFound = new(
        "SPECATTN1002",
        "Score or visibility function not found",
        "'{0}' names '{1}', but there is no such method: write 'static {2} {1}({3})' into '{4}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Score and Visible name a static method of the type that has the attention method, or of another one by nameof.");

    public static readonly DiagnosticDescriptor FunctionOverloaded = new(
        "SPECATTN1003",
        "Score or visibility function is overloaded",
        "'{0}' names '{1}', of which there are {2} overloads: give the function a name of its own",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Score and Visible name a function without its parameters, so the name must be enough.");

    public static readonly DiagnosticDescriptor FunctionNotStatic = new(
        "SPECATTN1004",
        "Score or visibility function is not static",
        "Function '{0}' must be 'static': hand what it reads of an object over as parameters of '{1}' and of this function",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "A kernel sees the arguments of the attention method and no object.");

    public static readonly DiagnosticDescriptor FunctionUnusable = new(
        "SPECATTN1005",
        "Score or visibility function cannot be translated",
        "Function '{0}' {1}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "A score or visibility function is translated from its body in this project, for the types float, int and bool.");

    public static readonly DiagnosticDescriptor ReturnTypeWrong = new(
        "SPECATTN1006",
        "Wrong return type of a score or visibility function",
        "Function '{0}' returns '{1}', but what '{2}' names must return '{3}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "A score function returns the new score, a visibility function whether the query sees the key.");

    public static readonly DiagnosticDescriptor ArgumentTypeWrong = new(
        "SPECATTN1007",
        "Wrong type of an argument of a score or visibility function",
        "Argument '{0}' of function '{1}' has type '{2}', but {3}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Arguments that the kernel supplies have one type; the others have the type of the attention method's parameter of that name.");

    public static readonly DiagnosticDescriptor ArgumentMissing = new(
        "SPECATTN1008",
        "Argument of a score or visibility function is not handed over",
        "Function '{0}' asks for '{1}', which is neither known nor a parameter of method '{2}': {3}add '{4} {1}' to the method; known are {5}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "What a score or visibility function needs, besides what every kernel knows, is handed to the attention method under the same name.");

    public static readonly DiagnosticDescriptor ArgumentModified = new(
        "SPECATTN1009",
        "Argument of a score or visibility function is passed in another way than by value",
        "Argument '{0}' must be passed by value: remove '{1}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Values in a kernel have no address.");

    public static readonly DiagnosticDescriptor TooManyCaptured = new(
        "SPECATTN1010",
        "Too many parameters for score and visibility functions",
        "The functions of method '{0}' take {1} {2} from its parameters, but a kernel holds {3} at most: {4}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "A kernel keeps what it hands to score and visibility functions at hand, for which there is only so much room.");

    public static readonly DiagnosticDescriptor ComputedOneByOne = new(
        "SPECATTN1011",
        "Computed one number at a time",
        "'{0}' is computed one number at a time {1}, to give what it gives in C#: {2}",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        "Everything else is computed for a vector of queries or keys at a time.");
}
