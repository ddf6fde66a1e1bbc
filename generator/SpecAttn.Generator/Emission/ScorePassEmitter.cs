using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Planning;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes what a score program becomes: the classification of whole blocks, one pass for full blocks, which only changes scores, and
/// one for mixed blocks, which also replaces hidden scores by −∞; for the tile kernel (a lane is a query) and for the row kernel (a
/// lane is a key). What the program does not need is not written.
/// </summary>
internal sealed class ScorePassEmitter
{
    private const string Log2E = "1.44269504f";

    private readonly SourceWriter _writer;
    private readonly AttentionSpec _spec;
    private readonly ScoreProgram _program;
    private readonly KernelPlan _plan;
    private readonly Dialect _dialect;
    private readonly ScoreFunctions _functions;

    private ScorePassEmitter(SourceWriter writer, AttentionSpec spec, ScoreProgram program, KernelPlan plan, Dialect dialect)
    {
        (_writer, _spec, _program, _plan, _dialect) = (writer, spec, program, plan, dialect);
        _functions = new ScoreFunctions(dialect);
    }

    public static void Emit(SourceWriter writer, AttentionSpec spec, ScoreProgram program, KernelPlan plan, Dialect dialect) =>
        new ScorePassEmitter(writer, spec, program, plan, dialect).Emit();

    private void Emit()
    {
        EmitFacts();
        if (_spec.Has(ParameterRole.Bias) || _spec.Has(ParameterRole.Mask))
            TransposeEmitter.Emit(_writer, _plan, _dialect);
        if (_program.Visible is { } visible)
            BlockClassEmitter.Emit(_writer, _spec, _program.Graph, visible);

        if (_program.Changed is not null)
        {
            ScoreProgram full = _program.WhereVisible();
            EmitColumn("ChangeScores", "Changes the scores of one vector of queries and finds their maximum.", full, full.Changed);
            EmitRow("ChangeRowScores", "Changes the scores of one query.", full, full.Changed);
        }
        if (_program.Visible is not null)
        {
            string what = _program.Changed is null ? "Hides scores" : "Changes scores and hides some";
            EmitColumn("MaskScores", $"{what} of one vector of queries and finds the maximum of the others.", _program, _program.Changed);
            EmitRow("MaskRowScores", $"{what} of one query.", _program, _program.Changed);
        }
        if (StoresCapped)
            EmitCapped();
        _functions.Emit(_writer);
    }

    /// <summary>Whether the weights output asks for scores between their changes.</summary>
    private bool StoresCapped =>
        _spec.Scoring.Weights == ScoreStage.Capped && _spec.Has(ParameterRole.Weights) && _program.Capped is not null;

    private void EmitFacts()
    {
        (string Name, bool Value)[] facts =
        [
            ("HasMask", _program.Visible is not null),
            ("RefinesBlocks", _program.Visible is { } node && BlockExactness.NeedsParts(_program.Graph, node)),
            ("TellsHeadsApart", _program.Visible is { } condition && BlockClassEmitter.ReadsHead(_program.Graph, condition)),
            ("MayHide", _program.MayHide),
            ("ChangesScores", _program.Changed is not null),
            ("CapsScores", StoresCapped),
            ("HasBias", _spec.Has(ParameterRole.Bias)),
            ("HasMaskTensor", _spec.Has(ParameterRole.Mask)),
        ];
        if (facts.Any(fact => fact.Value))
            _writer.WriteLine();
        foreach ((string name, _) in facts.Where(fact => fact.Value))
            _writer.Write($"public static bool {name} => true;");
    }

    private void EmitColumn(string name, string comment, ScoreProgram program, int? changed)
    {
        ScoreCode code = Translate(program, changed, ScorePass.Column);
        using var method = Member.Method(
            _writer,
            $"public static void {name}(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores, ref float blockMaximum)",
            comment);
        using var arithmetic = Unchecked(code);
        WriteAll(code.Before);
        _writer.Write("Floats maximum = V.Create(float.NegativeInfinity);");
        using (_writer.Block("for (int i = 0; i < keyCount; i++)"))
        {
            EmitColumnHead(code);
            WriteAll(code.InLoop);
            _writer.Write($"Floats result = {Result(code, program, changed)};");
            _writer.Write("result.StoreUnsafe(ref Unsafe.Add(ref scores, offset));");
            _writer.Write($"maximum = {_dialect.Max("maximum", "result")};");
        }
        _writer.Write("maximum.StoreUnsafe(ref blockMaximum);");
    }

    private void EmitRow(string name, string comment, ScoreProgram program, int? changed)
    {
        ScoreCode code = Translate(program, changed, ScorePass.Row);
        using var method = Member.Method(
            _writer, $"public static void {name}(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores)", comment);
        using var arithmetic = Unchecked(code);
        if (code.Reads(ScoreInput.Key) || code.ReadsEnd)
            _writer.Write($"Ints key = V.Create(keyIndex) + V.Create({_plan.LaneNumbers});");
        if (code.ReadsEnd)
            _writer.Write("Ints end = V.Create(keyIndex + keyCount); // What lies past it is slack.");
        WriteAll(code.Before);
        using (_writer.Block($"for (int i = 0; i < keyCount; i += {_plan.Lanes})"))
        {
            _writer.Write("nint offset = i;");
            if (code.Reads(ScoreInput.Score))
                _writer.Write("Floats score = V.LoadUnsafe(ref Unsafe.Add(ref scores, offset));");
            WriteAll(code.InLoop);
            _writer.Write($"{ScoreCode.Operand(Result(code, program, changed))}.StoreUnsafe(ref Unsafe.Add(ref scores, offset));");
            if (code.Reads(ScoreInput.Key) || code.ReadsEnd)
                _writer.Write($"key += V.Create({_plan.Lanes});");
        }
    }

    /// <summary>The scores of the stage before bias and masks, of hidden pairs as well, in natural units.</summary>
    private void EmitCapped()
    {
        ScoreCode code = new(_program.Graph, [_program.Capped!.Value], ScorePass.Column, _spec, _plan, _dialect, _functions);
        using var method = Member.Method(
            _writer,
            "public static void CapScores(in ScoreInputs inputs, int keyCount, int keyIndex, ref float scores)",
            "Changes the scores of one vector of queries up to the stage that the weights hold.");
        using var arithmetic = Unchecked(code);
        WriteAll(code.Before);
        using (_writer.Block("for (int i = 0; i < keyCount; i++)"))
        {
            EmitColumnHead(code);
            WriteAll(code.InLoop);
            _writer.Write($"{ScoreCode.Operand(code.Vector(_program.Capped!.Value))}.StoreUnsafe(ref Unsafe.Add(ref scores, offset));");
        }
    }

    private void EmitColumnHead(ScoreCode code)
    {
        _writer.Write($"nint offset = (nint)i * {_plan.BlockRows};");
        if (code.Reads(ScoreInput.Score))
            _writer.Write("Floats score = V.LoadUnsafe(ref Unsafe.Add(ref scores, offset));");
        if (code.Reads(ScoreInput.Key))
            _writer.Write("int key = keyIndex + i;");
    }

    private ScoreCode Translate(ScoreProgram program, int? changed, ScorePass pass)
    {
        // Without a change the score itself is the result: the node is there for the visibility to choose.
        int[] roots = program.Visible is { } visible ? [changed ?? ScoreNodeOf(program), visible] : [changed ?? ScoreNodeOf(program)];
        return new ScoreCode(program.Graph, roots, pass, _spec, _plan, _dialect, _functions);
    }

    private static int ScoreNodeOf(ScoreProgram program) =>
        Enumerable.Range(0, program.Graph.Nodes.Count).First(i => program.Graph.Nodes[i].Is(ScoreInput.Score));

    /// <summary>Changed scores come in natural units and leave in base 2, as softmax wants them.</summary>
    private static string Result(ScoreCode code, ScoreProgram program, int? changed)
    {
        string score = code.Vector(changed ?? ScoreNodeOf(program));
        if (changed is not null)
            score = $"{ScoreCode.Operand(score)} * V.Create({Log2E})";
        return program.Visible is { } visible
            ? $"V.ConditionalSelect({ScoreCode.Operand(code.Vector(visible))}.AsSingle(), {score}, V.Create(float.NegativeInfinity))"
            : score;
    }

    private SourceWriter.Scope? Unchecked(ScoreCode code) => code.HasScalarArithmetic ? _writer.Block("unchecked") : null;

    private void WriteAll(IEnumerable<string> statements)
    {
        foreach (string statement in statements)
            _writer.Write(statement);
    }
}
