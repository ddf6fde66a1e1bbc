using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace SpecAttn.Generator.Scoring.Translation;

/// <content>Expressions without calls and patterns.</content>
internal sealed partial class FunctionTranslator
{
    /// <summary>The node of an expression's value.</summary>
    private int Value(IOperation expression)
    {
        cancellation.ThrowIfCancellationRequested();
        ScoreType type = ScoreTypes.Of(expression.Type) ?? ScoreType.Float;
        if (++_operations > MostOperations)
            return _algebra.Default(type);
        int value = Translate(expression);

        // What stands in for something refused may be of another type.
        return _algebra.TypeOf(value) == type ? value : _algebra.Default(type);
    }

    private int Translate(IOperation expression)
    {
        if (expression.ConstantValue is { HasValue: true, Value: var constant })
        {
            switch (constant)
            {
                case float value:
                    return Graph.Constant(value);
                case int value when ScoreTypes.Of(expression.Type) is not null:
                    return Graph.Constant(value);
                case bool value:
                    return Graph.Constant(value);
            }
        }

        switch (expression)
        {
            case IConversionOperation conversion:
                return Convert(conversion);
            case ILocalReferenceOperation local:
                return Variable(local.Local, local);
            case IParameterReferenceOperation parameter:
                return Variable(parameter.Parameter, parameter);
            case IFieldReferenceOperation field:
                return Field(field);
            case IPropertyReferenceOperation property:
                return Property(property);
            case IUnaryOperation unary:
                return Unary(unary);
            case IBinaryOperation binary:
                return Binary(binary);
            case IConditionalOperation { WhenFalse: { } whenFalse, IsRef: false } choice when ScoreTypes.Of(choice.Type) is not null:
                return Choose(Value(choice.Condition), () => Value(choice.WhenTrue), () => Value(whenFalse));
            case ISwitchExpressionOperation choice:
                return Switch(choice);
            case IIsPatternOperation pattern:
                return Matches(pattern);
            case ISimpleAssignmentOperation { IsRef: false } assignment:
                return Assignment(assignment);
            case ICompoundAssignmentOperation assignment:
                return Assignment(assignment);
            case IIncrementOrDecrementOperation increment:
                return Increment(increment);
            case IInvocationOperation call:
                return Call(call);
            case IInvalidOperation:
                problems.LeaveToCompiler();
                return _algebra.Default(ScoreTypes.Of(expression.Type) ?? ScoreType.Float);
            default:
                return Refuse(ScoreLanguage.RefusalOf(expression), expression);
        }
    }

    private int Convert(IConversionOperation conversion)
    {
        IOperation operand = conversion.Operand;
        if (operand is IThrowOperation)
            return Refuse(ScoreLanguage.Throw, operand);
        if (ScoreTypes.Of(conversion.Type) is not { } type)
            return RefuseValue(conversion);

        // C# itself converts those where the arguments are gathered.
        if (operand is IParameterReferenceOperation parameter && WideParameter(parameter.Parameter) is { } methodParameter)
            return conversion.IsChecked ? Refuse(ScoreLanguage.Checked, conversion) : CapturedScalar(methodParameter, type);

        if (operand is IInvocationOperation { Type.SpecialType: SpecialType.System_Double } call && LibraryFunctions.Holds(call.TargetMethod.ContainingType))
            return MathInDouble(call, type);
        if (ScoreTypes.Of(operand.Type) is not { } from)
            return RefuseValue(operand);
        if (conversion.OperatorMethod is not null)
            return Refuse(ScoreLanguage.OtherType, conversion);
        int value = Value(operand);
        if (from == type)
            return value;
        if (conversion.IsChecked && type == ScoreType.Int)
            return Refuse(ScoreLanguage.Checked, conversion);
        return _algebra.Unary(type == ScoreType.Float ? ScoreOperation.IntToFloat : ScoreOperation.FloatToInt, type, value);
    }

    /// <summary>Refuses a value because of its type, where the user wrote something of that type.</summary>
    private int RefuseValue(IOperation value)
    {
        IOperation written = value;
        while (written is IConversionOperation { IsImplicit: true } conversion && ScoreTypes.Of(conversion.Operand.Type) is null)
            written = conversion.Operand;
        if (written is IParameterReferenceOperation parameter && WideParameter(parameter.Parameter) is not null)
            return Refuse(ScoreLanguage.WideParameter, written);
        if (written.Type is null or { TypeKind: TypeKind.Error } || written is IInvalidOperation)
        {
            problems.LeaveToCompiler();
            return _algebra.Default(ScoreType.Float);
        }
        return written switch
        {
            IBinaryOperation binary => RefuseOperands(binary, binary.LeftOperand, binary.RightOperand),
            IInvocationOperation call => Call(call),
            IPropertyReferenceOperation property => Property(property),
            IFieldReferenceOperation field => Field(field),
            IConversionOperation or ILiteralOperation => Refuse(ScoreLanguage.RefusalOf(written.Type), written),
            _ => Refuse(ScoreLanguage.RefusalOf(written), written),
        };
    }

    private int Variable(ISymbol variable, IOperation reference)
    {
        if (_variableNumbers.TryGetValue(variable, out int number) && _state.Variables.TryGetValue(number, out int value))
            return value;
        if (variable is IParameterSymbol parameter && _methodParameters.ContainsKey(parameter))
            return Refuse(WideParameter(parameter) is not null ? ScoreLanguage.WideParameter : ScoreLanguage.SpanOperation, reference);
        if (ScoreTypes.Of(reference.Type) is null)
            return Refuse(ScoreTypes.OfSpan(reference.Type) is null ? ScoreLanguage.RefusalOf(reference.Type) : ScoreLanguage.SpanOperation, reference);

        // A local without a value: the compiler's to report, unless what gave it a value was refused.
        problems.LeaveToCompiler();
        return _algebra.Default(ScoreTypes.Of(reference.Type)!.Value);
    }

    private int Field(IFieldReferenceOperation reference)
    {
        IFieldSymbol field = reference.Field;
        if (reference.Instance is { Type: not null and not { TypeKind: TypeKind.Class } } instance)
            return Refuse(ScoreLanguage.OtherType, instance);
        if (ScoreTypes.Of(field.Type) is null)
            return Refuse(ScoreLanguage.RefusalOf(field.Type), reference);
        if (!field.IsStatic || !field.IsReadOnly)
            return Refuse(ScoreLanguage.Field, reference);
        if (field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not VariableDeclaratorSyntax declarator)
            return Refuse(ScoreLanguage.ForeignField, reference);
        if (IsSetElsewhere(field))
            return Refuse(ScoreLanguage.ComputedField, reference);
        if (declarator.Initializer is null)
            return _algebra.Default(ScoreTypes.Of(field.Type)!.Value);
        SemanticModel model = compilation.GetSemanticModel(declarator.SyntaxTree);
        return model.GetOperation(declarator.Initializer, cancellation) is IFieldInitializerOperation { Value: { ConstantValue.HasValue: true } value }
            ? Value(value)
            : Refuse(ScoreLanguage.ComputedField, reference);
    }

    // Only a static constructor can, and it can only be found out by looking for the name.
    private bool IsSetElsewhere(IFieldSymbol field) => field.ContainingType.StaticConstructors
        .SelectMany(constructor => constructor.DeclaringSyntaxReferences)
        .SelectMany(reference => reference.GetSyntax(cancellation).DescendantNodes())
        .Any(node => node is IdentifierNameSyntax name && name.Identifier.ValueText == field.Name);

    private int Property(IPropertyReferenceOperation reference)
    {
        bool isOfSpan = ScoreTypes.OfSpan(reference.Property.ContainingType) is not null;
        if (!isOfSpan)
            return Refuse(ScoreLanguage.Property, reference);
        if (SpanOf(reference.Instance) is not { } span)
            return Refuse(ScoreLanguage.SpanOperation, reference.Instance ?? reference);
        return reference.Property.Name switch
        {
            "Length" => SpanLength(span),
            "IsEmpty" => _algebra.Compare(ScoreOperation.Equal, SpanLength(span), Graph.Constant(0)),
            _ when reference.Property.IsIndexer => SpanElement(span, Value(reference.Arguments[0].Value)),
            _ => Refuse(ScoreLanguage.SpanOperation, reference),
        };
    }

    private int Unary(IUnaryOperation unary)
    {
        if (unary.OperatorMethod is not null || ScoreTypes.Of(unary.Operand.Type) is not { } type || ScoreTypes.Of(unary.Type) is null)
            return RefuseOperands(unary, unary.Operand);
        int operand = Value(unary.Operand);
        if (unary.IsChecked && type == ScoreType.Int)
            return Refuse(ScoreLanguage.Checked, unary);
        return unary.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus => _algebra.Unary(ScoreOperation.Negate, type, operand),
            UnaryOperatorKind.BitwiseNegation => _algebra.Unary(ScoreOperation.Complement, type, operand),
            UnaryOperatorKind.Not => _algebra.Not(operand),
            _ => Refuse(ScoreLanguage.Other, unary),
        };
    }

    private int Binary(IBinaryOperation binary)
    {
        if (binary.OperatorMethod is not null || ScoreTypes.Of(binary.LeftOperand.Type) is null || ScoreTypes.Of(binary.RightOperand.Type) is null
            || ScoreTypes.Of(binary.Type) is null)
        {
            return RefuseOperands(binary, binary.LeftOperand, binary.RightOperand);
        }

        int left = Value(binary.LeftOperand);
        switch (binary.OperatorKind)
        {
            case BinaryOperatorKind.ConditionalAnd:
                return Choose(left, () => Value(binary.RightOperand), () => Graph.Constant(false));
            case BinaryOperatorKind.ConditionalOr:
                return Choose(left, () => Graph.Constant(true), () => Value(binary.RightOperand));
            default:
                return Binary(binary.OperatorKind, left, Value(binary.RightOperand), binary.IsChecked, binary);
        }
    }

    private int RefuseOperands(IOperation operation, params IOperation[] operands)
    {
        // The operand that is not of a known type and not made so by the other one; else the whole.
        IOperation[] culprits = [.. operands.Where(operand => ScoreTypes.Of(Written(operand).Type) is null)];
        foreach (IOperation culprit in culprits)
            RefuseValue(culprit);
        return culprits.Length > 0
            ? _algebra.Default(ScoreTypes.Of(operation.Type) ?? ScoreType.Float)
            : Refuse(ScoreLanguage.RefusalOf(operation.Type), operation);

        static IOperation Written(IOperation operand) =>
            operand is IConversionOperation { IsImplicit: true } conversion ? Written(conversion.Operand) : operand;
    }

    private int Binary(BinaryOperatorKind kind, int left, int right, bool isChecked, IOperation operation)
    {
        ScoreType type = _algebra.TypeOf(left);
        if (isChecked && type == ScoreType.Int)
            return Refuse(ScoreLanguage.Checked, operation);
        switch (kind)
        {
            case BinaryOperatorKind.Equals:
                return _algebra.Compare(ScoreOperation.Equal, left, right);
            case BinaryOperatorKind.NotEquals:
                return _algebra.Compare(ScoreOperation.NotEqual, left, right);
            case BinaryOperatorKind.LessThan:
                return _algebra.Compare(ScoreOperation.LessThan, left, right);
            case BinaryOperatorKind.LessThanOrEqual:
                return _algebra.Compare(ScoreOperation.LessThanOrEqual, left, right);
            case BinaryOperatorKind.GreaterThan:
                return _algebra.Compare(ScoreOperation.LessThan, right, left);
            case BinaryOperatorKind.GreaterThanOrEqual:
                return _algebra.Compare(ScoreOperation.LessThanOrEqual, right, left);
            case BinaryOperatorKind.And when type == ScoreType.Bool:
                return _algebra.And(left, right);
            case BinaryOperatorKind.Or when type == ScoreType.Bool:
                return _algebra.Or(left, right);
            case BinaryOperatorKind.ExclusiveOr when type == ScoreType.Bool:
                return _algebra.ExclusiveOr(left, right);
            case BinaryOperatorKind.Remainder when type == ScoreType.Float:
                return Refuse(ScoreLanguage.FloatRemainder, operation);
        }
        return Arithmetic(kind) is { } arithmetic
            ? _algebra.Binary(arithmetic, left, right, _state.Guard)
            : Refuse(ScoreLanguage.Other, operation);
    }

    private static ScoreOperation? Arithmetic(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Add => ScoreOperation.Add,
        BinaryOperatorKind.Subtract => ScoreOperation.Subtract,
        BinaryOperatorKind.Multiply => ScoreOperation.Multiply,
        BinaryOperatorKind.Divide => ScoreOperation.Divide,
        BinaryOperatorKind.Remainder => ScoreOperation.Remainder,
        BinaryOperatorKind.And => ScoreOperation.And,
        BinaryOperatorKind.Or => ScoreOperation.Or,
        BinaryOperatorKind.ExclusiveOr => ScoreOperation.ExclusiveOr,
        BinaryOperatorKind.LeftShift => ScoreOperation.ShiftLeft,
        BinaryOperatorKind.RightShift => ScoreOperation.ShiftRight,
        BinaryOperatorKind.UnsignedRightShift => ScoreOperation.ShiftRightUnsigned,
        _ => null,
    };

    private int Assignment(ISimpleAssignmentOperation assignment)
    {
        if (assignment.Target is IDiscardOperation)
            return Value(assignment.Value);
        if (TargetOf(assignment.Target, assignment) is not { } target)
            return _algebra.Default(ScoreTypes.Of(assignment.Type) ?? ScoreType.Float);
        int value = Value(assignment.Value);
        Assign(target, value);
        return value;
    }

    private int Assignment(ICompoundAssignmentOperation assignment)
    {
        if (TargetOf(assignment.Target, assignment) is not { } target)
            return _algebra.Default(ScoreTypes.Of(assignment.Type) ?? ScoreType.Float);
        if (assignment.OperatorMethod is not null || ScoreTypes.Of(assignment.Value.Type) is null)
            return RefuseOperands(assignment, assignment.Value);

        // The variable is read before the other operand is computed, which may change it.
        int before = Value(assignment.Target);
        int value = Binary(assignment.OperatorKind, before, Value(assignment.Value), assignment.IsChecked, assignment);
        Assign(target, value);
        return value;
    }

    private int Increment(IIncrementOrDecrementOperation increment)
    {
        if (TargetOf(increment.Target, increment) is not { } target)
            return _algebra.Default(ScoreTypes.Of(increment.Type) ?? ScoreType.Float);
        int before = Value(increment.Target);
        int one = _algebra.TypeOf(before) == ScoreType.Int ? Graph.Constant(1) : Graph.Constant(1f);
        BinaryOperatorKind kind = increment.Kind == OperationKind.Increment ? BinaryOperatorKind.Add : BinaryOperatorKind.Subtract;
        int after = Binary(kind, before, one, increment.IsChecked, increment);
        Assign(target, after);
        return increment.IsPostfix ? before : after;
    }

    /// <summary>The variable that is assigned to; null, and a refusal, where it is something else.</summary>
    private ISymbol? TargetOf(IOperation target, IOperation assignment)
    {
        ISymbol? variable = target switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
        if (variable is null)
            Refuse(ScoreLanguage.SideEffect, assignment);
        else if (ScoreTypes.Of(target.Type) is null)
            Variable(variable, target);
        else
            return variable;
        return null;
    }
}
