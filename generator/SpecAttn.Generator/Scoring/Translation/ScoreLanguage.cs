using Microsoft.CodeAnalysis;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>
/// The language of score and visibility functions: what of C# they may use, and what is refused and why. This is its specification; the
/// tables of generator/README.md are tested to equal it, and each example is tested to be translated or refused as it says.
/// </summary>
internal static class ScoreLanguage
{
    /// <summary>Constructs that are translated, each with C#'s results.</summary>
    public static readonly SupportedConstruct[] Supported =
    [
        new("expression body", "score - rate"),
        new("block body, locals", "float decay = rate * key; return score - decay;"),
        new("`var`, several locals, constants", "const float Half = 0.5f; var i = key; int j = i, k; k = j; return score + Half * k;"),
        new("assignment, also of parameters, also inside an expression", "score = score * 2; int i; return score + (i = key) * i;"),
        new("compound assignment, `++`, `--`", "int i = key; i <<= 1; score += i++; score *= --i; return score;"),
        new("`if`, `else`, return from anywhere", "if (key > query) return 0; else if (key == query) score += 1; return score;"),
        new("`?:`", "key > query ? score - rate : score"),
        new("`switch` expression", "key switch { 0 => score, 1 or 2 => rate, > 3 and < 9 when head > 1 => 0, _ => -score }"),
        new("`switch` statement", "switch (key) { case 0: return score; case 1: case 2: score += 1; break; default: score = 0; break; } return score;"),
        new("`is` with constants, comparisons, `and`, `or`, `not`, `var`", "key is 0 or (> 5 and not 7) ? score : rate"),
        new("`&&`, `||`, `!`, which leave out what C# leaves out", "key < offsets.Length && !(offsets[key] > 0 || head == 1) ? score : 0"),
        new("`float`, `int`, `bool`; constants of any type that becomes one of them", "score + (int)'a' + float.MaxValue * (sizeof(int) > 2 ? 1 : 2)"),
        new("conversions between `int` and `float`; to `int` saturates, NaN is 0", "(int)(score * 2) + (float)key"),
        new("`+` `-` `*` `/` of `float` and of `int`, `%` of `int`; `int` wraps around", "-score * rate / 2 + +key * query / 3 % 5"),
        new("`==` `!=` `<` `<=` `>` `>=`", "score < rate && key >= query && key != 3 == (head > 2) ? 1 : 0"),
        new("`&` `|` `^` `~` `<<` `>>` `>>>` of `int`", "(key & 3 | query ^ ~head) << 2 >> 1 >>> key"),
        new("`&` `|` `^` of `bool`, which evaluate both sides", "key > 3 & query > 5 | head > 1 ^ batch > 0 ? score : 0"),
        new("`Math`, `MathF`, `float`, `int`: `Abs`, `Min`, `Max`, `Clamp`", "MathF.Abs(score) + Math.Min(key, 3) + float.Max(rate, 1) + Math.Clamp(query, 1, 5)"),
        new("`MathF`, `float`: `Sqrt`, `Exp`, `Log`, `Pow`, `Tanh`, `Sin`, `Cos`", "MathF.Sqrt(rate) + MathF.Exp(score) + float.Log(rate) + MathF.Pow(rate, 2) + MathF.Tanh(score)"),
        new("`MathF`, `float`: `Floor`, `Ceiling`, `Round` (half to even), `Truncate`, `FusedMultiplyAdd`", "MathF.Floor(score) + MathF.Round(rate, MidpointRounding.ToEven) + MathF.FusedMultiplyAdd(score, 2, rate)"),
        new("a function of `Math` in `double`, cast at once: to `float`, or to `int` where it rounds", "(float)Math.Sqrt(rate) + (int)Math.Floor(score)"),
        new("`float.IsNaN`, `IsInfinity`, `IsPositiveInfinity`, `IsNegativeInfinity`, `IsFinite`", "float.IsNaN(score) ? 0 : score"),
        new("constants of any type, as `MathF.PI` or `float.NegativeInfinity`", "key > query ? float.NegativeInfinity : score * MathF.PI"),
        new("`static readonly` fields of this project that a constant initialises", "score * Slope"),
        new("calls of other such static methods of this project, with named and optional arguments", "Twice(score) + Twice(value: rate)"),
        new("parameters of the attention method: `float`, `int`, `bool`", "flag ? score - rate : score"),
        new("those of other types: cast or converted at once, handed to other functions", "(float)temperature + (int)seed + level + Rounded(temperature)"),
        new("those that are `ReadOnlySpan<int>` or `ReadOnlySpan<float>`: elements, `Length`, `IsEmpty`, handed to other functions", "table.IsEmpty ? score : table[key % table.Length] + First(table)"),
    ];

    public static readonly Refusal Loop = new(
        "A loop", "every score is computed by the same fixed steps",
        "write the steps out, or as arithmetic on 'query' and 'key'", "for (int i = 0; i < 3; i++) score += i; return score;");

    public static readonly Refusal Throw = new(
        "'throw'", "a kernel does not stop half-way",
        "return a value, or check arguments before you call the attention method", "if (key > 5) throw new InvalidOperationException(); return score;");

    public static readonly Refusal Protected = new(
        "'try', 'lock' and 'using'", "a score function does nothing that could fail or be shared",
        "leave it out", "try { return score; } finally { }");

    public static readonly Refusal Jump = new(
        "A jump", "steps have no labels, and 'break' only ends a section of 'switch'",
        "use 'if' and 'else'", "goto end; end: return score;");

    public static readonly Refusal LocalFunction = new(
        "A local function", "only methods are followed",
        "make it a static method of the class", "return Half(score); static float Half(float x) => x / 2;");

    public static readonly Refusal Delegate = new(
        "A delegate or lambda", "what it calls is not known at compile time",
        "call a static method", "Func<float, float> half = x => x / 2; return half(score);");

    public static readonly Refusal SideEffect = new(
        "A change of something other than a local or a parameter", "a score function only computes its result, in any order and any number of times",
        "use a local", "Counter++; return score;");

    public static readonly Refusal ByReference = new(
        "'ref', 'in' or 'out'", "values in a kernel have no address",
        "pass and return values", "float x = score; ref float y = ref x; return y;");

    public static readonly Refusal Double = new(
        "A value of type 'double'", "kernels compute in float",
        "put an 'f' behind numbers, use MathF for Math, and declare 'float'", "(float)(score * 0.5)");

    public static readonly Refusal MathInDouble = new(
        "A function of 'Math' in double", "kernels compute in float",
        "use MathF, or give it floats alone and cast the result to float at once", "(int)Math.Exp(score)");

    public static readonly Refusal OtherInteger = new(
        "A whole number other than 'int'", "kernels compute with 32 bits and a sign",
        "use 'int', of which '>>>' shifts as of 'uint'", "(int)((long)key * query)");

    public static readonly Refusal OtherType = new(
        "A value of this type", "score functions know float, int and bool",
        "take the numbers apart before you call the attention method, and hand them over as parameters", "(key, query).Item1");

    public static readonly Refusal Checked = new(
        "Checked arithmetic", "a kernel cannot throw on overflow",
        "put 'unchecked(…)' around it", "checked(key + query)");

    public static readonly Refusal FloatRemainder = new(
        "'%' of floats", "no instruction set has it",
        "write 'x - y * MathF.Truncate(x / y)'", "score % 2");

    public static readonly Refusal Array = new(
        "An array", "kernels read memory only through parameters of the attention method",
        "add a parameter 'ReadOnlySpan<int>' or 'ReadOnlySpan<float>' to both, and pass the array", "Table[key]");

    public static readonly Refusal Field = new(
        "A field that can change", "its value is not known at compile time",
        "make it 'const' or 'static readonly', or a parameter of the attention method and of this function", "score * Changing");

    public static readonly Refusal ComputedField = new(
        "A 'static readonly' field that is computed at run time", "its value is not known at compile time",
        "initialise it with a constant, or make it a parameter of the attention method and of this function", "score * Computed");

    public static readonly Refusal ForeignField = new(
        "A 'static readonly' field of another assembly", "its value is not known at compile time",
        "copy the value into a constant, or make it a parameter of the attention method and of this function", "BitConverter.IsLittleEndian ? score : 0");

    public static readonly Refusal Property = new(
        "A property", "only 'Length' and 'IsEmpty' of spans are known",
        "make it a constant, or a parameter of the attention method and of this function", "score + Environment.ProcessorCount");

    public static readonly Refusal LibraryFunction = new(
        "This function of the class library",
        "known are " + string.Join(", ", Enum.GetNames(typeof(ScoreFunction))) + ", and float.IsNaN and its like",
        "express it by those", "MathF.Cbrt(score)");

    public static readonly Refusal MathOverload = new(
        "This overload", "the function is known without a base, digits, or a rounding mode other than ToEven",
        "divide by the logarithm of the base; multiply, round and divide; round with Floor, Ceiling or Truncate", "MathF.Log(score, 2)");

    public static readonly Refusal ClampLimits = new(
        "'Clamp' with limits in the wrong order", "it throws in C#",
        "put the lower limit first", "Math.Clamp(score, 5, 2)");

    public static readonly Refusal ForeignMethod = new(
        "A method whose body is not in this project", "its steps are not known at compile time",
        "write it as a static method of this project", "score + BitConverter.ToSingle([], key)");

    public static readonly Refusal InstanceMethod = new(
        "A method that is not static, or is generic", "score functions see values, and neither objects nor types",
        "call a static method of float, int and bool", "Any(score)");

    public static readonly Refusal Recursion = new(
        "A function that calls itself", "every score is computed by the same fixed steps",
        "write the steps out", "Endless(score)");

    public static readonly Refusal SpanOperation = new(
        "This use of a span", "of a span only elements, 'Length' and 'IsEmpty' are known",
        "compute the index: 'span[i + start]', 'span[span.Length - 1]'", "table[^1]");

    public static readonly Refusal WideParameter = new(
        "A parameter of this type that is not cast at once", "kernels compute with float, int and bool",
        "cast it to float or int where it is used", "temperature > 1 ? score : 0");

    public static readonly Refusal Pattern = new(
        "This pattern", "known are constants, comparisons, 'and', 'or', 'not', 'var' and '_'",
        "write a comparison", "(object)key is string ? score : 0");

    public static readonly Refusal OpenSwitch = new(
        "A 'switch' that does not cover every value", "it throws in C#",
        "add an arm '_ => …'", "key switch { 0 => score, 1 => rate }");

    public static readonly Refusal TooLarge = new(
        "A function of this size", "calls are written out where they stand, and together they make too many steps for a kernel",
        "compute in smaller functions, or beforehand", "Huge(score)");

    public static readonly Refusal Other = new(
        "This", "it has no counterpart in a kernel",
        "write it with arithmetic, comparisons, '?:', 'if', 'switch' and functions of MathF", "(flag ? key : (int?)null) ?? 2");

    /// <summary>Constructs that are refused, each where it stands.</summary>
    public static readonly Refusal[] Refused =
    [
        Loop, Throw, Protected, Jump, LocalFunction, Delegate, SideEffect, ByReference,
        Double, MathInDouble, OtherInteger, OtherType, Checked, FloatRemainder,
        Array, Field, ComputedField, ForeignField, Property,
        LibraryFunction, MathOverload, ClampLimits, ForeignMethod, InstanceMethod, Recursion,
        SpanOperation, WideParameter, Pattern, OpenSwitch, TooLarge, Other,
    ];

    /// <summary>Why a statement or an expression that the translator has no case for is refused.</summary>
    public static Refusal RefusalOf(IOperation operation) => operation.Kind switch
    {
        OperationKind.Loop => Loop,
        OperationKind.Throw => Throw,
        OperationKind.Try or OperationKind.Lock or OperationKind.Using or OperationKind.UsingDeclaration => Protected,
        OperationKind.Branch => Jump,
        OperationKind.LocalFunction => LocalFunction,
        OperationKind.AnonymousFunction or OperationKind.DelegateCreation or OperationKind.MethodReference => Delegate,
        OperationKind.ArrayElementReference or OperationKind.InlineArrayAccess => Array,
        OperationKind.DeconstructionAssignment or OperationKind.EventAssignment => SideEffect,
        OperationKind.ImplicitIndexerReference => SpanOperation,
        OperationKind.IsType => Pattern,
        _ => RefusalOf(operation.Type),
    };

    /// <summary>Why values of a type are refused.</summary>
    public static Refusal RefusalOf(ITypeSymbol? type) => type switch
    {
        null => Other,
        { SpecialType: SpecialType.System_Double } => Double,
        {
            SpecialType: SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16
                or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Char
                or SpecialType.System_IntPtr or SpecialType.System_UIntPtr
        } => OtherInteger,
        { TypeKind: TypeKind.Delegate } => Delegate,
        IArrayTypeSymbol => Array,
        _ => ScoreTypes.Of(type) is null ? OtherType : Other,
    };
}
