using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace SpecAttn.Generator.Scoring.Translation;

/// <content>Patterns, and the switch expressions made of them.</content>
internal sealed partial class FunctionTranslator
{
    private int Switch(ISwitchExpressionOperation choice)
    {
        if (ScoreTypes.Of(choice.Value.Type) is null)
            return RefuseOperands(choice, choice.Value);
        if (ScoreTypes.Of(choice.Type) is null)
            return Refuse(ScoreLanguage.RefusalOf(choice.Type), choice);
        if (!choice.IsExhaustive)
            Refuse(ScoreLanguage.OpenSwitch, ((Microsoft.CodeAnalysis.CSharp.Syntax.SwitchExpressionSyntax)choice.Syntax).SwitchKeyword.GetLocation());
        int value = Value(choice.Value);
        return From(0);

        // Where every value is covered, what reaches the last arm matches it.
        int From(int index)
        {
            ISwitchExpressionArmOperation arm = choice.Arms[index];
            int condition = MatchesWhen(arm.Pattern, arm.Guard, value);
            return index == choice.Arms.Length - 1
                ? Value(arm.Value)
                : Choose(condition, () => Value(arm.Value), () => From(index + 1));
        }
    }

    private int Matches(IIsPatternOperation test) =>
        ScoreTypes.Of(test.Value.Type) is null ? RefuseOperands(test, test.Value) : Matches(test.Pattern, Value(test.Value));

    private int MatchesWhen(IPatternOperation pattern, IOperation? guard, int value)
    {
        int matches = Matches(pattern, value);
        return guard is null ? matches : Choose(matches, () => Value(guard), () => Graph.Constant(false));
    }

    private int Matches(IPatternOperation pattern, int value)
    {
        switch (pattern)
        {
            case IConstantPatternOperation constant:
                return EqualsConstant(value, Value(constant.Value));
            case IRelationalPatternOperation relation:
                return Binary(relation.OperatorKind, value, Value(relation.Value), isChecked: false, relation);
            case IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.And } both:
                return _algebra.And(Matches(both.LeftPattern, value), Matches(both.RightPattern, value));
            case IBinaryPatternOperation either:
                return _algebra.Or(Matches(either.LeftPattern, value), Matches(either.RightPattern, value));
            case INegatedPatternOperation negated:
                return _algebra.Not(Matches(negated.Pattern, value));
            case IDiscardPatternOperation:
                return Graph.Constant(true);

            // 'var x', or 'int x' where the value is an int anyway.
            case IDeclarationPatternOperation declaration
                when declaration.MatchedType is null || SymbolEqualityComparer.Default.Equals(declaration.MatchedType, declaration.InputType):
                if (declaration.DeclaredSymbol is { } variable)
                    Assign(variable, value);
                return Graph.Constant(true);
            default:
                Refuse(ScoreLanguage.Pattern, pattern.Syntax.GetLocation());
                return Graph.Constant(false);
        }
    }

    // Alone among comparisons, a pattern finds NaN equal to NaN.
    private int EqualsConstant(int value, int constant)
    {
        bool isNaN = _algebra.TypeOf(constant) == ScoreType.Float && _algebra.IsConstant(constant, out int bits)
            && float.IsNaN(ConstantArithmetic.ToFloat(bits));
        return isNaN
            ? _algebra.Compare(ScoreOperation.NotEqual, value, value)
            : _algebra.Compare(ScoreOperation.Equal, value, constant);
    }
}
