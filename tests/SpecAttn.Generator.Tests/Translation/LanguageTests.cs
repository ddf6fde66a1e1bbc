using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;
using SpecAttn.Generator.Scoring.Translation;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>The tables of the score language mean what they say.</summary>
public class LanguageTests
{
    private static readonly FunctionArguments[] s_arguments =
    [
        new(1.5f, 0, 1, 0, 7, 3, 9, 9, 0.5f, true, 2.75, 6, 4, [1, -2, 3, 4, 0, 6, 7, 8, 9], [0.5f, 1.5f, 2.5f]),
        new(-2.25f, 2, 3, 1, 3, 7, 9, 12, -1.5f, false, -0.5, ulong.MaxValue, 255, [0, 0, 1], [-3]),
        new(float.NaN, 1, 0, 0, 0, 0, 1, 1, 0, true, 1e300, 0, 0, [5], [float.PositiveInfinity, 1]),
        new(float.NegativeInfinity, 0, 2, 1, -4, 1, 5, 8, 3.5f, false, 3, 77, 1, [9, 8, 7], [1, 2, 3, 4]),
    ];

    public static TheoryData<string> SupportedExamples => [.. ScoreLanguage.Supported.Select(construct => construct.Example)];

    public static TheoryData<string> RefusedExamples => [.. ScoreLanguage.Refused.Select(refusal => refusal.Example)];

    [Theory]
    [MemberData(nameof(SupportedExamples))]
    public void SupportedExample_ComputesWhatItsFunctionDoes(string example)
    {
        CSharpCompilation functions = TestCompiler.Compile(TestFunction.Source(TestSignature.Declare("float", "Tested", example)));
        (UserFunction function, IReadOnlyList<CapturedParameter> captured, IReadOnlyList<Diagnostic> problems) =
            TestFunction.Translate(functions, "float", "Tested");
        Assert.True(problems.Count == 0, TestFunction.Describe(problems));

        Type model = TestFunction.Load(functions);
        foreach (FunctionArguments arguments in s_arguments)
        {
            object expected = TestSignature.Run(model, "Tested", arguments);
            object actual = TestFunction.Interpret(function, captured, arguments);

            // What is computed in double is the same but for the last bit.
            bool isSame = TestSignature.AreSame(expected, actual)
                || (example.Contains("Math.Sqrt", StringComparison.Ordinal) && Math.Abs((float)expected - (float)actual) < 1e-6f);
            Assert.True(isSame, $"{expected} and not {actual} for {arguments}");
        }
    }

    [Theory]
    [MemberData(nameof(RefusedExamples))]
    public void RefusedExample_IsRefusedForItsReasonAlone(string example)
    {
        Refusal refusal = ScoreLanguage.Refused.Single(refusal => refusal.Example == example);
        CSharpCompilation functions = TestCompiler.Compile(TestFunction.Source(TestSignature.Declare("float", "Tested", example)));
        Assert.DoesNotContain(functions.GetDiagnostics(TestContext.Current.CancellationToken), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        (_, _, IReadOnlyList<Diagnostic> problems) = TestFunction.Translate(functions, "float", "Tested");

        Assert.True(problems.Count == 1, TestFunction.Describe(problems));
        Assert.Equal(ScoreDescriptors.ConstructRefused.Id, problems[0].Id);
        Assert.StartsWith($"{refusal.Construct} is not part of the score language, because {refusal.Reason}: {refusal.Instead}", TestFunction.Describe(problems).Split("': ", 2)[1], StringComparison.Ordinal);
    }

    /// <summary>With the environment variable <c>SPECATTN_UPDATE_SNAPSHOTS=1</c> the test writes the tables anew.</summary>
    [Fact]
    public void Readme_HasTheTables()
    {
        const string update = "SPECATTN_UPDATE_SNAPSHOTS";
        const string begin = "<!-- score language -->\n";
        const string end = "<!-- end of score language -->";
        string path = Repository.PathOf("generator/README.md");
        string readme = File.ReadAllText(path).ReplaceLineEndings("\n");
        int start = readme.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        int stop = readme.IndexOf(end, StringComparison.Ordinal);

        if (Environment.GetEnvironmentVariable(update) == "1")
            File.WriteAllText(path, readme[..start] + Tables() + readme[stop..]);
        else
            Assert.Equal(Tables(), readme[start..stop]);
    }

    private static string Tables()
    {
        IEnumerable<string> supported = ScoreLanguage.Supported.Select(construct => Row(construct.Construct, $"`{construct.Example}`"));
        IEnumerable<string> refused = ScoreLanguage.Refused.Select(refusal => Row(refusal.Construct, refusal.Reason, refusal.Instead, $"`{refusal.Example}`"));
        return string.Join('\n',
        [
            Row("supported", "example"), "|---|---|", .. supported,
            "",
            Row("refused", "because", "instead", "example"), "|---|---|---|---|", .. refused,
            "",
        ]);

        static string Row(params string[] cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |";
    }
}
