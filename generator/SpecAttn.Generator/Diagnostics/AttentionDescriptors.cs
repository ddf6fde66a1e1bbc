using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Diagnostics;

/// <summary>Every diagnostic about the use of <c>[Attention]</c>. Messages say what to write instead.</summary>
internal static class AttentionDescriptors
{
    private const string Category = "Usage";

    public static readonly DiagnosticDescriptor MethodNotPartial = new(
        "SPECATTN0001",
        "The attention method is not partial",
        "Method '{0}' must be 'partial' and have no body: end its declaration with a semicolon, the generator writes the body",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "The generator can only write the body of a partial method.");

    public static readonly DiagnosticDescriptor MethodHasBody = new(
        "SPECATTN0002",
        "The attention method has a body",
        "Method '{0}' already has a body: remove it, the generator writes the body",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "A method has one body, and that of an attention method is generated.");

    public static readonly DiagnosticDescriptor NotAMethod = new(
        "SPECATTN0003",
        "The attribute is not on a partial method of a type",
        "[Attention] has no effect on {0}: put it on a partial method of a class, struct, record or interface",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Local functions, lambdas, accessors and operators cannot be partial methods, so nothing can be generated for them.");

    public static readonly DiagnosticDescriptor ContainingTypeNotPartial = new(
        "SPECATTN0004",
        "The containing type is not partial",
        "Type '{0}' must be 'partial', because the generator adds the bodies of its [Attention] methods to it",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Every type around an attention method needs the modifier partial, the outer types of a nested one too.");

    public static readonly DiagnosticDescriptor ContainingTypeFileLocal = new(
        "SPECATTN0005",
        "The containing type is local to its file",
        "Type '{0}' must not be 'file'-local, because the generator adds to it from another file: make it 'internal' or nest it as 'private'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "All parts of a file-local type stand in one file, so a generated file cannot add to it.");

    public static readonly DiagnosticDescriptor MethodGeneric = new(
        "SPECATTN0006",
        "The attention method is generic",
        "Method '{0}' must not have type parameters: write the types of its tensors out, or move the type parameters to the containing type",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Kernels are made for types that are known when they are generated.");

    public static readonly DiagnosticDescriptor MethodReturnsValue = new(
        "SPECATTN0007",
        "The attention method returns a value",
        "Method '{0}' must return 'void': results go to the parameter 'output'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Attention writes into memory that the caller provides.");

    public static readonly DiagnosticDescriptor MethodAsync = new(
        "SPECATTN0008",
        "The attention method is async",
        "Method '{0}' must not be 'async': it has finished when it returns, and takes spans",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "An attention method works on spans, which an asynchronous method cannot hold.");

    public static readonly DiagnosticDescriptor ParameterUnknown = new(
        "SPECATTN0009",
        "Unknown parameter",
        "Parameter '{0}' is unknown: {1}attention methods take {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Which inputs and outputs a kernel takes is read from the names of the method's parameters.");

    public static readonly DiagnosticDescriptor ParameterTypeWrong = new(
        "SPECATTN0010",
        "Wrong type of a parameter",
        "Parameter '{0}' has type '{1}', but must be {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "The type of a parameter says how its data is stored: spans are contiguous, tensor spans may have strides.");

    public static readonly DiagnosticDescriptor ParameterModified = new(
        "SPECATTN0011",
        "Parameter is passed in another way than by value",
        "Parameter '{0}' must be passed by value: remove '{1}'",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Spans refer to their data already, and scalars are only read.");

    public static readonly DiagnosticDescriptor ParameterMissing = new(
        "SPECATTN0012",
        "Missing parameter",
        "Method '{0}' has no parameter '{1}': add {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Attention reads queries, keys and values, and writes an output.");

    public static readonly DiagnosticDescriptor ParametersConflict = new(
        "SPECATTN0013",
        "Parameters exclude each other",
        "Parameters '{0}' and '{1}' exclude each other: {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Two parameters would say the same thing, and could contradict each other.");

    public static readonly DiagnosticDescriptor OptionOutOfRange = new(
        "SPECATTN0014",
        "Value out of range",
        "'{0}' is {1}, but must be {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "The number of heads, their dimensions and the scale have a range in which attention is defined.");

    public static readonly DiagnosticDescriptor HeadsNotDivisible = new(
        "SPECATTN0015",
        "Heads are not divisible by key/value heads",
        "'KeyValueHeads' is {0}, which does not divide heads = {1}: every key/value head must serve equally many query heads",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "In grouped-query attention consecutive query heads share a key/value head, the same number for each.");

    public static readonly DiagnosticDescriptor OptionUndefined = new(
        "SPECATTN0016",
        "Undefined value of an option",
        "'{0}' is {1}, which has no meaning: use {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "An enumeration was given a number that none of its members has.");

    public static readonly DiagnosticDescriptor OptionConflict = new(
        "SPECATTN0017",
        "Option and parameter exclude each other",
        "Option '{0}' and parameter '{1}' exclude each other: {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "An option and a parameter contradict each other.");

    public static readonly DiagnosticDescriptor LanguageVersionTooLow = new(
        "SPECATTN0019",
        "C# version too low",
        "Generated kernels need C# 11 or later, but this project uses C# {0}: set <LangVersion> to 11 or higher",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "Kernels meet the runtime through static abstract members of an interface, which C# has had since version 11.");

    public static readonly DiagnosticDescriptor NoEffect = new(
        "SPECATTN0020",
        "No effect",
        "'{0}' has no effect: {1}",
        Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        "Something was declared that changes nothing about the result.");

    public static readonly DiagnosticDescriptor CounterpartMissing = new(
        "SPECATTN0021",
        "Option and parameter need each other",
        "'{0}' needs '{1}': {2}",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        "What the attribute declares takes its data from parameters, and these mean nothing without it.");
}
