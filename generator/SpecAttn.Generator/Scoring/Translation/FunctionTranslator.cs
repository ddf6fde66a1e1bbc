using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Parsing;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>Turns the body of a score or visibility function into a graph, or reports what in it cannot be one.</summary>
/// <remarks>
/// The body is walked once, in C#'s order of evaluation, with the node of each variable at hand; where ways part, both are walked, and
/// variables that differ become choices. Calls are walked where they stand. Statements are in this file, expressions in the next ones.
/// </remarks>
internal sealed partial class FunctionTranslator(
    Compilation compilation, CapturedValues captured, ProblemReporter problems, CancellationToken cancellation)
{
    // Far beyond what anyone writes by hand, and well before an editor would feel it: calls of calls multiply.
    private const int MostOperations = 10_000;

    private readonly ScoreAlgebra _algebra = new(new ScoreGraphBuilder());

    // Parameters of the functions that are walked, which stand for parameters of the attention method.
    private readonly Dictionary<IParameterSymbol, IParameterSymbol> _methodParameters = new(SymbolEqualityComparer.Default);
    private readonly Stack<IMethodSymbol> _calls = [];

    // Locals whose declaration was refused; what is done with them need not be refused again.
    private readonly HashSet<ILocalSymbol> _refusedLocals = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, int> _variableNumbers = new(SymbolEqualityComparer.Default);
    private State _state = new(ImmutableSortedDictionary<int, int>.Empty, Guard: null);
    private int _operations;

    private ScoreGraphBuilder Graph => _algebra.Graph;

    /// <summary>Translates a function.</summary>
    /// <param name="function">The function and what its parameters stand for.</param>
    /// <returns>The graph, whose last node is the result; meaningless once an error has been reported.</returns>
    public ScoreGraph Translate(BoundFunction function)
    {
        foreach (KeyValuePair<IParameterSymbol, ScoreInput> input in function.Inputs)
            Assign(input.Key, Graph.Input(input.Value));
        foreach (KeyValuePair<IParameterSymbol, IParameterSymbol> parameter in function.MethodParameters)
        {
            _methodParameters[parameter.Key] = parameter.Value;
            if (ScoreTypes.Of(parameter.Key.Type) is { } type)
                Assign(parameter.Key, CapturedScalar(parameter.Value, type));
        }
        int result = Body(function.Method, function.Syntax);
        if (_operations > MostOperations)
            Refuse(ScoreLanguage.TooLarge, function.Syntax.Identifier.GetLocation());
        return Graph.ToGraph(result);
    }

    private int Body(IMethodSymbol method, MethodDeclarationSyntax syntax)
    {
        ScoreType type = ScoreTypes.Of(method.ReturnType)!.Value;
        var body = compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, cancellation) as IMethodBodyOperation;
        _calls.Push(method);
        Completion completion = (body?.BlockBody ?? body?.ExpressionBody) is { } block ? Statements(block.Operations) : Completion.None;
        _calls.Pop();
        if (completion.Ends)
            return completion.Build(_algebra, following: -1);

        // A way without return is the compiler's to report, unless the return was refused.
        problems.LeaveToCompiler();
        return _algebra.Default(type);
    }

    private Completion Statements(ImmutableArray<IOperation> statements)
    {
        Completion completion = Completion.None;
        foreach (IOperation statement in statements)
        {
            completion = completion.Then(Statement(statement));
            if (completion.Ends)
                break;
        }
        return completion;
    }

    private Completion Statement(IOperation statement)
    {
        switch (statement)
        {
            case IBlockOperation block:
                return Statements(block.Operations);
            case IVariableDeclarationGroupOperation group:
                foreach (IVariableDeclaratorOperation declarator in group.Declarations.SelectMany(declaration => declaration.Declarators))
                    Declare(declarator);
                return Completion.None;
            case IExpressionStatementOperation expression:
                Value(expression.Operation);
                return Completion.None;
            case IConditionalOperation choice:
                return If(Value(choice.Condition), () => Statement(choice.WhenTrue), () => Otherwise(choice.WhenFalse));
            case IReturnOperation { ReturnedValue: { } value }:
                return Completion.Return(Value(value));
            case ISwitchOperation choice:
                return Switch(choice);
            case ILabeledOperation labeled:
                return Otherwise(labeled.Operation);
            case IEmptyOperation:
                return Completion.None;
            case IInvalidOperation or IReturnOperation:
                problems.LeaveToCompiler();
                return Completion.None;

            // Declares nothing but what a call of it, if there is one, is refused for.
            case ILocalFunctionOperation:
                return Completion.None;
            default:
                Refuse(ScoreLanguage.RefusalOf(statement), FirstTokenOf(statement));
                return Completion.None;
        }
    }

    private Completion Otherwise(IOperation? statement) => statement is null ? Completion.None : Statement(statement);

    private void Declare(IVariableDeclaratorOperation declarator)
    {
        ILocalSymbol local = declarator.Symbol;
        if (local.IsConst)
            return; // Whoever uses it finds a constant.
        if (local.Type.TypeKind == TypeKind.Error)
        {
            problems.LeaveToCompiler();
            return;
        }
        if (local.RefKind == RefKind.None && ScoreTypes.Of(local.Type) is not null)
        {
            if (declarator.GetVariableInitializer() is { } initializer)
                Assign(local, Value(initializer.Value));
            return;
        }

        _refusedLocals.Add(local);
        Refusal refusal = local.RefKind != RefKind.None ? ScoreLanguage.ByReference
            : ScoreTypes.OfSpan(local.Type) is not null ? ScoreLanguage.SpanOperation
            : ScoreLanguage.RefusalOf(local.Type);
        Refuse(refusal, declarator.Syntax.GetLocation());
    }

    private Completion Switch(ISwitchOperation choice)
    {
        int value = Value(choice.Value);
        var sections = new List<(Func<int> Condition, Func<Completion> Body)>();
        Func<Completion>? fallback = null;
        foreach (ISwitchCaseOperation section in choice.Cases)
        {
            Func<Completion> body = () => Statements(WithoutBreak(section.Body));
            ICaseClauseOperation[] clauses = [.. section.Clauses.Where(clause => clause is not IDefaultCaseClauseOperation)];

            // The section of 'default' may stand anywhere and have cases as well, which lead to the same place.
            if (clauses.Length < section.Clauses.Length)
                fallback = body;
            if (clauses.Length > 0)
                sections.Add((() => AnyOf(clauses, value), body));
        }
        return From(0);

        Completion From(int index) => index == sections.Count
            ? fallback?.Invoke() ?? Completion.None
            : If(sections[index].Condition(), sections[index].Body, () => From(index + 1));
    }

    private int AnyOf(IEnumerable<ICaseClauseOperation> clauses, int value)
    {
        int any = Graph.Constant(false);
        foreach (ICaseClauseOperation clause in clauses)
            any = _algebra.Or(any, Choose(any, () => Graph.Constant(true), () => Matches(clause, value)));
        return any;
    }

    private int Matches(ICaseClauseOperation clause, int value) => clause switch
    {
        ISingleValueCaseClauseOperation single => EqualsConstant(value, Value(single.Value)),
        IPatternCaseClauseOperation pattern => MatchesWhen(pattern.Pattern, pattern.Guard, value),
        _ => Refuse(ScoreLanguage.Pattern, clause),
    };

    private static ImmutableArray<IOperation> WithoutBreak(ImmutableArray<IOperation> statements)
    {
        if (statements.Length == 1 && statements[0] is IBlockOperation block)
            return WithoutBreak(block.Operations);
        return statements.LastOrDefault() is IBranchOperation { BranchKind: BranchKind.Break } ? statements.RemoveAt(statements.Length - 1) : statements;
    }

    /// <summary>Walks both ways, each with its own variables and what must hold there, and joins them.</summary>
    private Completion If(int condition, Func<Completion> whenTrue, Func<Completion> whenFalse)
    {
        if (_algebra.IsConstant(condition, out int bits))
            return bits != 0 ? whenTrue() : whenFalse();

        State before = _state;
        _state = before.Where(condition, _algebra);
        Completion one = whenTrue();
        State afterTrue = _state;
        _state = before.Where(_algebra.Not(condition), _algebra);
        Completion other = whenFalse();
        State afterFalse = _state;
        _state = one.Ends ? afterFalse
            : other.Ends ? afterTrue
            : new State(
                State.Join(condition, afterTrue, afterFalse, _algebra),
                one == Completion.None && other == Completion.None
                    ? before.Guard
                    : new Guard(_algebra.Or(afterTrue.Guard!.Condition, afterFalse.Guard!.Condition), before.Guard));
        return Completion.Choose(condition, one, other);
    }

    /// <summary>The same of expressions.</summary>
    private int Choose(int condition, Func<int> whenTrue, Func<int> whenFalse)
    {
        const int unwalked = -1;
        int one = unwalked;
        int other = unwalked;
        If(condition, () => Keep(whenTrue, out one), () => Keep(whenFalse, out other));
        return one == unwalked ? other : other == unwalked ? one : _algebra.Select(condition, one, other);

        static Completion Keep(Func<int> expression, out int value)
        {
            value = expression();
            return Completion.None;
        }
    }

    private void Assign(ISymbol variable, int value)
    {
        if (!_variableNumbers.TryGetValue(variable, out int number))
            _variableNumbers.Add(variable, number = _variableNumbers.Count);
        _state = _state with { Variables = _state.Variables.SetItem(number, value) };
    }

    private int Refuse(Refusal refusal, IOperation operation)
    {
        IOperation? target = operation is IInvocationOperation call ? call.Instance : operation;
        if (target is not ILocalReferenceOperation local || !_refusedLocals.Contains(local.Local))
            Refuse(refusal, operation.Syntax.GetLocation());
        return _algebra.Default(ScoreTypes.Of(operation.Type) ?? ScoreType.Float);
    }

    private void Refuse(Refusal refusal, Location location) =>
        problems.Report(ScoreDescriptors.ConstructRefused, location, refusal.Construct, refusal.Reason, refusal.Instead);

    // A statement can be long; its first word says what it is.
    private static Location FirstTokenOf(IOperation statement) => statement.Syntax.GetFirstToken().GetLocation();
}

/// <summary>Where the walk stands.</summary>
/// <param name="Variables">The node of each variable that has a value, by the variable's number, so that their order is always the same.</param>
/// <param name="Guard">What holds here; null where nothing is known.</param>
internal sealed record State(ImmutableSortedDictionary<int, int> Variables, Guard? Guard)
{
    /// <summary>The same, where something more holds.</summary>
    public State Where(int condition, ScoreAlgebra algebra) =>
        this with { Guard = new Guard(Guard is null ? condition : algebra.And(Guard.Condition, condition), Guard) };

    /// <summary>The variables after two ways met again.</summary>
    public static ImmutableSortedDictionary<int, int> Join(int condition, State whenTrue, State whenFalse, ScoreAlgebra algebra)
    {
        if (whenTrue.Variables == whenFalse.Variables)
            return whenTrue.Variables;
        var joined = whenTrue.Variables.ToBuilder();
        foreach (KeyValuePair<int, int> variable in whenTrue.Variables)
        {
            if (whenFalse.Variables.TryGetValue(variable.Key, out int other))
                joined[variable.Key] = algebra.Select(condition, variable.Value, other);
            else
                joined.Remove(variable.Key);
        }
        return joined.ToImmutable();
    }
}
