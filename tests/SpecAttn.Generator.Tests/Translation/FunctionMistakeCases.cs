using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests.Translation;

/// <summary>Sources with exactly one mistake each in a score or visibility function; at least one for every diagnostic there is.</summary>
internal static class FunctionMistakeCases
{
    private const string Decay = "Score = nameof(Decay)";
    private const string IsNear = "Visible = nameof(IsNear)";

    public static readonly IReadOnlyDictionary<string, MistakeCase> All = new Dictionary<string, MistakeCase>
    {
        // Where in an expression or a statement something is refused.
        ["loop"] = Refused("[|for|] (int i = 0; i < 9; i++) { score += i; } return score;", "A loop", "write the steps out"),
        ["throw statement"] = Refused("if (key > 3) [|throw|] new Exception(); return score;", "'throw'"),
        ["throw in an expression"] = Refused("key > 3 ? [|throw new Exception()|] : score", "'throw'", "return a value"),
        ["throw in an arm"] = Refused("key switch { 0 => score, _ => [|throw new Exception()|] }", "'throw'"),
        ["try"] = Refused("[|try|] { return score; } catch (Exception) { return 0; }", "'try'"),
        ["break in the middle"] = Refused("switch (key) { case 0: if (score > 0) [|break|]; score = 1; break; } return score;", "A jump"),
        ["local function"] = Refused("float Half() => score / 2; return [|Half()|] + 1;", "A local function", "static method"),
        ["assignment to a field"] = Refused("[|Total = score|]; return score;", "A change of something", "use a local"),
        ["compound assignment to a field"] = Refused("[|Total += 1|]; return score;", "A change of something"),
        ["increment of a field"] = Refused("[|Count++|]; return score;", "A change of something"),
        ["reference local"] = Refused("ref float [|other = ref score|]; return other;", "'ref'"),
        ["call with out"] = Refused("[|Split(score, out float part)|] + part", "'out'"),
        ["double literal"] = Refused("score > [|0.5|] ? 1 : 0", "'double'", "put an 'f' behind"),
        ["double arithmetic"] = Refused("(float)(score * [|0.5|])", "'double'"),
        ["double local"] = Refused("double [|x = score|]; return (float)(x * x);", "'double'"),
        ["double function with a double"] = Refused("(float)Math.Pow(score, [|0.1|])", "'Math' in double", "MathF"),
        ["double function of an int"] = Refused("(float)Math.Sqrt([|key|])", "'Math' in double"),
        ["double function without a cast"] = Refused("(float)([|Math.Exp(score)|] + 1)", "'Math' in double"),
        ["double function cast to int"] = Refused("(int)[|Math.Sqrt(score)|]", "'Math' in double"),
        ["fused in double"] = Refused("(float)[|Math.FusedMultiplyAdd(score, score, score)|]", "'Math' in double"),
        ["long"] = Refused("(float)[|(long)key|]", "other than 'int'"),
        ["uint arithmetic"] = Refused("(int)([|(uint)key|] >> 2)", "other than 'int'", "'>>>'"),
        ["byte local"] = Refused("byte [|b = 3|]; return score + b;", "other than 'int'"),
        ["tuple"] = Refused("[|(key, query) == (1, 2)|] ? score : 0", "This is not part"),
        ["string"] = Refused("[|\"ab\".Length|] + score", "A property"),
        ["double constant"] = Refused("(float)(score * [|Math.PI|])", "'double'"),
        ["checked addition"] = Refused("checked([|key + query|]) * score", "Checked", "unchecked"),
        ["checked conversion"] = Refused("checked([|(int)score|])", "Checked"),
        ["checked increment"] = Refused("checked { [|key++|]; } return score;", "Checked"),
        ["remainder of floats"] = Refused("[|score % 2|] + 1", "'%' of floats", "MathF.Truncate"),
        ["compound remainder of floats"] = Refused("[|score %= 2|]; return score;", "'%' of floats"),
        ["array"] = Refused("score + [|Values[key]|]", "An array", "ReadOnlySpan<int>"),
        ["field"] = Refused("score * [|Total|]", "A field that can change", "'static readonly'"),
        ["computed field"] = Refused("score * [|Root|]", "computed at run time"),
        ["field set by a static constructor"] = Refused("score * [|Late|]", "computed at run time"),
        ["foreign field"] = Refused("[|BitConverter.IsLittleEndian|] ? score : 0", "another assembly"),
        ["property"] = Refused("score + [|Environment.ProcessorCount|]", "A property"),
        ["unknown function"] = Refused("[|MathF.Cbrt(score)|] + [|Math.Sign(key)|]", "known are Abs, Min, Max"),
        ["logarithm with a base"] = Refused("[|MathF.Log(score, 2)|]", "This overload", "divide by the logarithm"),
        ["rounding to digits"] = Refused("[|MathF.Round(score, 2)|]", "This overload"),
        ["rounding away from zero"] = Refused("[|MathF.Round(score, MidpointRounding.AwayFromZero)|]", "ToEven"),
        ["limits of clamp"] = Refused("[|Math.Clamp(key, 5, 2)|]", "wrong order"),
        ["foreign method"] = Refused("score + [|Random.Shared.NextSingle()|]", "not static"),
        ["generic method"] = Refused("[|Same(score)|]", "generic"),
        ["recursion"] = Refused("key > 3 ? [|Decay(score, query, key - 1, level, documents)|] : score", "calls itself"),
        ["slice"] = Refused("[|documents[1..]|][0]", "This use of a span"),
        ["index from the end"] = Refused("[|documents[^1]|]", "This use of a span", "span.Length - 1"),
        ["span local"] = Refused("ReadOnlySpan<int> [|d = documents|]; return d[key];", "This use of a span"),
        ["span method"] = Refused("[|documents.ToString()|] is null ? 0 : score", "This use of a span"),
        ["type pattern"] = Refused("[|(object)key is int|] ? score : 0", "This pattern"),
        ["open switch"] = Refused("key [|switch|] { 0 => score, 1 => 2 }", "does not cover", "'_ => …'"),
        ["wide parameter in arithmetic"] = Refused("[|level|] * [|2L|] > 3 ? score : 0", "not cast at once"),
        ["assigned wide parameter"] = Refused("[|level|] = 3; return score;", "not cast at once"),
        ["in a function that is called"] = new(
            "SPECATTN1001",
            Model("static float Decay(float score) => Half(score); static float Half(float x) => x * [|Total|];", Decay),
            "A field that can change"),

        ["no such function"] = new("SPECATTN1002", Model("", "[|Score = \"Decay\"|]"), "'Score' names 'Decay'", "static float Decay(float score, int query, int key)", "'Model'"),
        ["no such visibility function"] = new("SPECATTN1002", Model("", "[|Visible = \"IsNear\"|]"), "static bool IsNear(int query, int key)"),
        ["name of a field"] = new("SPECATTN1002", Model("", "[|Score = nameof(Total)|]"), "'Total'"),
        ["overloads"] = new(
            "SPECATTN1003",
            Model("static float Decay(float score) => score; static float Decay(float score, int key) => score;", "[|Score = nameof(Decay)|]"),
            "2 overloads", "a name of its own"),
        ["not static"] = new("SPECATTN1004", Model("float [|Decay|](float score) => score;", Decay, "partial class"), "'Decay' must be 'static'", "parameters of 'Attend'"),
        ["generic"] = new("SPECATTN1005", Model("static float Decay[|<T>|](float score) => score;", Decay), "type parameters"),
        ["extern"] = new("SPECATTN1005", Model("static extern float [|Decay|](float score);", Decay), "no body"),
        ["of the class library"] = new("SPECATTN1005", Model("", "[|Score = nameof(MathF.Cbrt)|]"), "'Cbrt'", "no body in this project"),
        ["score that is an int"] = new("SPECATTN1006", Model("static [|int|] Decay(int key) => key;", Decay), "returns 'int'", "'Score'", "'float'"),
        ["visibility that is a float"] = new("SPECATTN1006", Model("static [|float|] IsNear(int key) => key;", IsNear), "must return 'bool'"),
        ["score that is a double"] = new("SPECATTN1006", Model("static [|double|] Decay(float score) => score * 0.5;", Decay), "returns 'double'"),
        ["score by reference"] = new("SPECATTN1006", Model("static [|ref readonly float|] Decay(float score) => ref Total;", Decay), "'ref readonly float'"),
        ["float position"] = new("SPECATTN1007", Model("static float Decay(float score, [|float|] key) => score - key;", Decay), "'key' of function 'Decay' has type 'float', but must be 'int'"),
        ["other type than the method"] = new(
            "SPECATTN1007", Model("static float Decay(float score, [|int|] rate) => score - rate;", Decay, parameters: ", float rate"), "parameter of method 'Attend' has type 'float'"),
        ["span of another type"] = new(
            "SPECATTN1007", Model("static float Decay(float score, [|ReadOnlySpan<double>|] rates) => score;", Decay, parameters: ", ReadOnlySpan<double> rates"), "'ReadOnlySpan<float>'"),
        ["object"] = new("SPECATTN1007", Model("static float Decay(float score, [|string|] rate) => score;", Decay, parameters: ", string rate"), "numbers"),
        ["not handed over"] = new(
            "SPECATTN1008", Model("static float Decay(float score, float [|rate|]) => score - rate;", Decay),
            "asks for 'rate'", "method 'Attend'", "add 'float rate'", "known are score, batch, head"),
        ["misspelt argument"] = new("SPECATTN1008", Model("static float Decay(float score, int [|qurey|]) => score - qurey;", Decay), "did you mean 'query'?"),
        ["argument by reference"] = new("SPECATTN1009", Model("static float Decay([|in|] float score) => score;", Decay), "'score'", "remove 'in'"),
        ["too many spans"] = new(
            "SPECATTN1010",
            Model(
                $"static float Decay(float score, {Spans(9)}) => {string.Join(" + ", Enumerable.Range(0, 9).Select(i => $"s{i}[0]"))};",
                "[|Score = nameof(Decay)|]", parameters: ", " + Spans(9)),
            "take 9 spans", "8 at most"),
    };

    private static MistakeCase Refused(string body, params string[] essentials) => new(
        "SPECATTN1001",
        Model(
            TestFunctionText("float Decay(float score, int query, int key, byte level, ReadOnlySpan<int> documents)", body),
            Decay, parameters: ", byte level, ReadOnlySpan<int> documents"),
        essentials);

    private static string TestFunctionText(string head, string body) => $"static {head} {(body.Contains(';') ? $"{{ {body} }}" : $"=> {body};")}";

    private static string Spans(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"ReadOnlySpan<int> s{i}"));

    private static string Model(string functions, string arguments, string type = "static partial class", string parameters = "") => $$"""
        {{Usings}}
        public {{type}} Model
        {
            [Attention(2, 8, {{arguments}})]
            public static partial void Attend({{Tensors}}{{parameters}});

            {{functions}}

            static float Total = 1;
            static int Count;
            static readonly float Root = MathF.Sqrt(2), Late;
            static readonly float[] Values = [1, 2];
            static Model() => Late = 3;
            static T Same<T>(T value) => value;
            static float Split(float value, out float part) => part = value;
        }
        """;
}
