using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring.Translation;

/// <content>Calls of other functions, and what comes in through parameters of the attention method.</content>
internal sealed partial class FunctionTranslator
{
    private int Call(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (LibraryFunctions.Holds(method.ContainingType))
            return Library(call);
        if (method.MethodKind == MethodKind.LocalFunction)
            return Refuse(ScoreLanguage.LocalFunction, call);
        if (method.MethodKind == MethodKind.DelegateInvoke)
            return Refuse(ScoreLanguage.Delegate, call);
        if (ScoreTypes.OfSpan(method.ContainingType) is not null)
            return Refuse(ScoreLanguage.SpanOperation, call);
        if (!method.IsStatic || method.IsGenericMethod)
            return Refuse(ScoreLanguage.InstanceMethod, call);
        if (BoundFunction.BodyOf(method, cancellation) is not var (part, syntax))
            return Refuse(ScoreLanguage.ForeignMethod, call);
        if (method.RefKind != RefKind.None || method.Parameters.Any(parameter => parameter.RefKind != RefKind.None))
            return Refuse(ScoreLanguage.ByReference, call);
        if (_calls.Contains(part, SymbolEqualityComparer.Default))
            return Refuse(ScoreLanguage.Recursion, call);
        if (ScoreTypes.Of(method.ReturnType) is null)
            return Refuse(method.ReturnsVoid ? ScoreLanguage.Other : ScoreLanguage.RefusalOf(method.ReturnType), call);
        return Inline(call, part, syntax);
    }

    private int Inline(IInvocationOperation call, IMethodSymbol method, MethodDeclarationSyntax syntax)
    {
        // All arguments are evaluated, in the order in which they are written, before the first is bound.
        var arguments = new List<(IParameterSymbol Parameter, int Value)>();
        foreach (IArgumentOperation argument in call.Arguments)
        {
            // Of a partial method, the part with the body has parameters of its own.
            IParameterSymbol parameter = method.Parameters[argument.Parameter!.Ordinal];
            if (ScoreTypes.OfSpan(parameter.Type) is not null)
            {
                if (SpanOf(argument.Value) is not { } span)
                    return Refuse(ScoreLanguage.SpanOperation, argument.Value);
                _methodParameters[parameter] = span;
            }
            else if (ScoreTypes.Of(parameter.Type) is null)
            {
                if (argument.Value is not IParameterReferenceOperation reference || WideParameter(reference.Parameter) is not { } wide)
                    return RefuseOperands(call, argument.Value);
                _methodParameters[parameter] = wide;
            }
            else
                arguments.Add((parameter, Value(argument.Value)));
        }

        State before = _state;
        foreach ((IParameterSymbol parameter, int value) in arguments)
            Assign(parameter, value);
        int result = Body(method, syntax);
        _state = before;
        return result;
    }

    private int Library(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.ContainingType.SpecialType == SpecialType.System_Single && FloatTest(call) is { } test)
            return test;
        if (LibraryFunctions.Of(method) is not { } function)
            return Refuse(ScoreLanguage.LibraryFunction, call);
        if (ScoreTypes.Of(method.ReturnType) is not { } type)
            return Refuse(method.ReturnType.SpecialType == SpecialType.System_Double ? ScoreLanguage.MathInDouble : ScoreLanguage.RefusalOf(method.ReturnType), call);
        if (!method.IsStatic || ArgumentsOf(call, function) is not { } arguments || arguments.Any(argument => ScoreTypes.Of(argument.Type) != type))
            return Refuse(ScoreLanguage.MathOverload, call);
        return LibraryCall(function, type, [.. arguments.Select(Value)], call);
    }

    private int LibraryCall(ScoreFunction function, ScoreType type, int[] arguments, IOperation call)
    {
        if (function == ScoreFunction.Clamp && _algebra.IsConstant(arguments[1], out _) && _algebra.IsConstant(arguments[2], out _)
            && _algebra.IsTrue(_algebra.Compare(ScoreOperation.LessThan, arguments[2], arguments[1])))
        {
            return Refuse(ScoreLanguage.ClampLimits, call);
        }
        if (LibraryFunctions.OneByOne(function) is var (where, instead))
            problems.Report(ScoreDescriptors.ComputedOneByOne, call.Syntax.GetLocation(), function, where, instead);
        return _algebra.Call(function, type, _state.Guard, arguments);
    }

    /// <summary>A call of <c>Math</c> of which only the result as a float, or a rounded one as an int, is used.</summary>
    private int MathInDouble(IInvocationOperation call, ScoreType type)
    {
        if (LibraryFunctions.Of(call.TargetMethod) is not { } function)
            return Refuse(ScoreLanguage.LibraryFunction, call);
        if (LibraryFunctions.NeedsDouble(function) || (type == ScoreType.Int && !LibraryFunctions.IsRounding(function)))
            return Refuse(ScoreLanguage.MathInDouble, call);
        if (ArgumentsOf(call, function) is not { } arguments)
            return Refuse(ScoreLanguage.MathOverload, call);

        var values = new List<int>();
        foreach (IOperation argument in arguments)
        {
            if (argument.ConstantValue is { HasValue: true, Value: double constant } && (float)constant == constant)
                values.Add(Graph.Constant((float)constant));
            else if (argument is IConversionOperation { OperatorMethod: null, Operand: { Type.SpecialType: SpecialType.System_Single } single })
                values.Add(Value(single));
            else
                return Refuse(ScoreLanguage.MathInDouble, argument);
        }
        int result = LibraryCall(function, ScoreType.Float, [.. values], call);
        return type == ScoreType.Float ? result : _algebra.Unary(ScoreOperation.FloatToInt, type, result);
    }

    /// <summary>The arguments in the order of the parameters; null for an overload that has others.</summary>
    private static IOperation[]? ArgumentsOf(IInvocationOperation call, ScoreFunction function)
    {
        IOperation[] arguments = [.. call.Arguments.OrderBy(argument => argument.Parameter!.Ordinal).Select(argument => argument.Value)];
        int arity = LibraryFunctions.ArityOf(function);
        bool roundsToEven = function == ScoreFunction.Round && arguments.Length == arity + 1
            && arguments[arity] is { Type.Name: nameof(MidpointRounding), ConstantValue: { HasValue: true, Value: (int)MidpointRounding.ToEven } };
        if (roundsToEven)
            return [.. arguments.Take(arity)];
        return arguments.Length == arity ? arguments : null;
    }

    private int? FloatTest(IInvocationOperation call)
    {
        switch (call.TargetMethod.Name)
        {
            case nameof(float.IsNaN):
                int number = Argument();
                return _algebra.Compare(ScoreOperation.NotEqual, number, number);
            case nameof(float.IsPositiveInfinity):
                return _algebra.Compare(ScoreOperation.Equal, Argument(), Graph.Constant(float.PositiveInfinity));
            case nameof(float.IsNegativeInfinity):
                return _algebra.Compare(ScoreOperation.Equal, Argument(), Graph.Constant(float.NegativeInfinity));
            case nameof(float.IsInfinity):
                return _algebra.Compare(ScoreOperation.Equal, Magnitude(), Graph.Constant(float.PositiveInfinity));
            case "IsFinite":
                return _algebra.Compare(ScoreOperation.LessThan, Magnitude(), Graph.Constant(float.PositiveInfinity));
            default:
                return null;
        }

        int Argument() => Value(call.Arguments[0].Value);

        int Magnitude() => _algebra.Call(ScoreFunction.Abs, ScoreType.Float, guard: null, Argument());
    }

    /// <summary>The parameter of the attention method that a parameter stands for, if its type is not one of the score language; else null.</summary>
    private IParameterSymbol? WideParameter(IParameterSymbol parameter) =>
        ScoreTypes.Of(parameter.Type) is null && ScoreTypes.OfSpan(parameter.Type) is null
        && _methodParameters.TryGetValue(parameter, out IParameterSymbol? methodParameter)
            ? methodParameter
            : null;

    /// <summary>The span parameter of the attention method that an expression stands for; null for another expression.</summary>
    private IParameterSymbol? SpanOf(IOperation? expression) =>
        expression is IParameterReferenceOperation reference && ScoreTypes.OfSpan(reference.Type) is not null
        && _methodParameters.TryGetValue(reference.Parameter, out IParameterSymbol? span)
            ? span
            : null;

    private int CapturedScalar(IParameterSymbol parameter, ScoreType type) =>
        Graph.Add(new ScoreNode(ScoreOperation.CapturedScalar, type, default, captured.NumberOf(parameter, type)));

    private int SpanLength(IParameterSymbol span) =>
        Graph.Add(new ScoreNode(ScoreOperation.CapturedLength, ScoreType.Int, default, NumberOf(span)));

    private int SpanElement(IParameterSymbol span, int index) => _algebra.Fallible(
        new ScoreNode(ScoreOperation.CapturedElement, ScoreTypes.OfSpan(span.Type)!.Value, new[] { index }.ToEquatableArray(), NumberOf(span)),
        _state.Guard);

    private int NumberOf(IParameterSymbol span) => captured.NumberOf(span, ScoreTypes.OfSpan(span.Type)!.Value);
}
