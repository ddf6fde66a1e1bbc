using static SpecAttn.Generator.Tests.Support.TestCompiler;

namespace SpecAttn.Generator.Tests;

/// <summary>One mistake: a source in which <c>[|…|]</c> marks where it is to be reported.</summary>
/// <param name="Id">The expected diagnostic.</param>
/// <param name="Source">The marked source.</param>
/// <param name="Essentials">What the message must say.</param>
internal sealed record MistakeCase(string Id, string Source, params string[] Essentials);

/// <summary>Sources with exactly one mistake each; at least one for every diagnostic there is.</summary>
internal static class MistakeCases
{
    public static readonly IReadOnlyDictionary<string, MistakeCase> All = new Dictionary<string, MistakeCase>
    {
        ["not partial"] = new(
            "SPECATTN0001",
            InModel($"[Attention(2, 8)] public static void [|Attend|]({Tensors}) {{ }}"),
            "'Attend'", "'partial'", "no body"),
        ["not partial and without a body"] = new(
            "SPECATTN0001",
            InModel($"[Attention(2, 8)] public static extern void [|Attend|]({Tensors});"),
            "'partial'"),
        ["body on the annotated part"] = new(
            "SPECATTN0002",
            InModel($"[Attention(2, 8)] public static partial void [|Attend|]({Tensors}) {{ }}"),
            "'Attend'", "remove it"),
        ["expression body on the annotated part"] = new(
            "SPECATTN0002",
            InModel($"[Attention(2, 8)] public static partial void [|Attend|]({Tensors}) => output.Clear();"),
            "'Attend'"),
        ["body on the other part"] = new(
            "SPECATTN0002",
            InModel($"[Attention(2, 8)] public static partial void [|Attend|]({Tensors}); public static partial void Attend({Tensors}) {{ }}"),
            "'Attend'"),
        ["attribute on the part with the body"] = new(
            "SPECATTN0002",
            InModel($"public static partial void Attend({Tensors}); [Attention(2, 8)] public static partial void [|Attend|]({Tensors}) {{ }}"),
            "'Attend'"),
        ["extern"] = new(
            "SPECATTN0002",
            InModel($"[Attention(2, 8)] public static extern partial void [|Attend|]({Tensors});"),
            "'Attend'"),
        ["local function"] = new(
            "SPECATTN0003",
            InModel($$"""public static void Run() { [[|Attention(2, 8)|]] static void Attend({{Tensors}}) { } }"""),
            "local function", "partial method"),
        ["lambda"] = new(
            "SPECATTN0003",
            InModel("""public static Action<int> Run() => [[|Attention(2, 8)|]] (int batch) => { };"""),
            "lambda"),
        ["accessor"] = new(
            "SPECATTN0003",
            InModel("""public static int Attend { [[|Attention(2, 8)|]] get => 0; }"""),
            "accessor"),
        ["operator"] = new(
            "SPECATTN0003",
            Usings + "public partial class Model { [[|Attention(2, 8)|]] public static Model operator +(Model model) => model; }",
            "operator"),
        ["containing type not partial"] = new(
            "SPECATTN0004",
            Usings + $$"""public static class [|Model|] { [Attention(2, 8)] public static partial void Attend({{Tensors}}); }""",
            "'Model'", "'partial'"),
        ["outermost type not partial"] = new(
            "SPECATTN0004",
            Usings + $$"""
                public class [|Outer|]
                {
                    public partial struct Middle
                    {
                        public partial interface Inner { [Attention(2, 8)] public static partial void Attend({{Tensors}}); }
                    }
                }
                """,
            "'Outer'"),
        ["file-local type"] = new(
            "SPECATTN0005",
            Usings + $$"""[|file|] static partial class Model { [Attention(2, 8)] public static partial void Attend({{Tensors}}); }""",
            "'Model'", "'internal'"),
        ["generic method"] = new(
            "SPECATTN0006",
            InModel($"[Attention(2, 8)] public static partial void Attend[|<T>|]({Tensors});"),
            "'Attend'", "containing type"),
        ["returns a value"] = new(
            "SPECATTN0007",
            InModel($"[Attention(2, 8)] public static partial [|int|] Attend({Tensors});"),
            "'Attend'", "'void'", "'output'"),
        ["async"] = new(
            "SPECATTN0008",
            InModel($"[Attention(2, 8)] public static [|async|] partial void Attend({Tensors});"),
            "'Attend'", "'async'"),

        ["misspelt parameter"] = new(
            "SPECATTN0009",
            Declare("2, 8", "ReadOnlySpan<float> [|qurey|], ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output"),
            "'qurey'", "did you mean 'query'?", "query, key, value, queryKeyValue, cache, output, batch, keyLengths", "isa"),
        ["capitalised parameter"] = new(
            "SPECATTN0009",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> [|Key|], ReadOnlySpan<float> value, Span<float> output"),
            "'Key'", "did you mean 'key'?"),
        ["misspelt output"] = new(
            "SPECATTN0009",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> [|outputs|]"),
            "did you mean 'output'?"),
        ["misspelt packed parameter"] = new(
            "SPECATTN0009",
            Declare("2, 8", "ReadOnlySpan<float> [|queryKeyValues|], Span<float> output"),
            "did you mean 'queryKeyValue'?"),
        ["misspelt optional parameter"] = new(
            "SPECATTN0009",
            Declare("2, 8", Tensors + ", int [|paralelism|] = 0"),
            "did you mean 'parallelism'?"),
        ["parameter like no other"] = new(
            "SPECATTN0009",
            Declare("2, 8", Tensors + ", int [|temperature|]"),
            "'temperature' is unknown: attention methods take query, key"),

        ["array"] = new(
            "SPECATTN0010",
            Declare("2, 8", "[|float[]|] query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output"),
            "'query' has type 'float[]'", "'ReadOnlySpan<float>' or 'ReadOnlyTensorSpan<float>'"),
        ["writable input"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, [|Span<float>|] key, ReadOnlySpan<float> value, Span<float> output"),
            "'key' has type 'Span<float>'", "'ReadOnlySpan<float>'"),
        ["input of double"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> key, [|ReadOnlySpan<double>|] value, Span<float> output"),
            "'value' has type 'ReadOnlySpan<double>'", "of float, Half or BFloat16"),
        ["input of another BFloat16"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> key, [|ReadOnlySpan<My.BFloat16>|] value, Span<float> output")
                + " namespace My { public struct BFloat16; }",
            "'value' has type 'ReadOnlySpan<BFloat16>'"),
        ["read-only output"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, [|ReadOnlySpan<float>|] output"),
            "'output'", "'Span<float>' or 'TensorSpan<float>'"),
        ["output of Half"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, [|Span<Half>|] output"),
            "'output' has type 'Span<Half>'", "'Span<float>'"),
        ["strided logSumExp"] = new(
            "SPECATTN0010",
            Declare("2, 8", Tensors + ", [|TensorSpan<float>|] logSumExp"),
            "'logSumExp'", "must be 'Span<float>'"),
        ["long batch"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|long|] batch"), "'batch' has type 'long'", "must be 'int'"),
        ["array of segments"] = new(
            "SPECATTN0010", Declare("2, 8", Tensors + ", [|int[]|] querySegments"), "'querySegments'", "'ReadOnlySpan<int>'"),
        ["optional batch"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|int?|] batch"), "'int?'", "must be 'int'"),
        ["lengths in an array"] = new(
            "SPECATTN0010", Declare("2, 8", Tensors + ", [|int[]|] keyLengths"), "'keyLengths'", "'ReadOnlySpan<int>'"),
        ["one offset for offsets"] = new(
            "SPECATTN0010",
            Declare("2, 8, Mask = AttentionMask.Causal", Tensors + ", [|int|] queryOffsets"),
            "'queryOffsets'", "'ReadOnlySpan<int>'"),
        ["double scale"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|double|] scale"), "'scale'", "must be 'float'"),
        ["one sink"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|float|] sinks"), "'sinks'", "must be 'ReadOnlySpan<float>'"),
        ["isa as a number"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|int|] isa"), "'isa'", "must be 'KernelIsa'"),
        ["long offset"] = new(
            "SPECATTN0010", Declare("2, 8, Mask = AttentionMask.Causal", Tensors + ", [|nint|] queryOffset"), "'queryOffset'", "'int'"),
        ["parallelism as bool"] = new("SPECATTN0010", Declare("2, 8", Tensors + ", [|bool|] parallelism"), "'parallelism'", "'int'"),
        ["packed array"] = new("SPECATTN0010", Declare("2, 8", "[|float[]|] queryKeyValue, Span<float> output"), "'queryKeyValue'"),

        ["in parameter"] = new("SPECATTN0011", Declare("2, 8", Tensors + ", [|in|] float scale"), "'scale'", "remove 'in'"),
        ["ref parameter"] = new("SPECATTN0011", Declare("2, 8", Tensors + ", [|ref|] int batch"), "'batch'", "remove 'ref'"),
        ["ref readonly parameter"] = new("SPECATTN0011", Declare("2, 8", Tensors + ", [|ref|] readonly int batch"), "remove 'ref'"),
        ["out parameter"] = new("SPECATTN0011", Declare("2, 8", Tensors + ", [|out|] Span<float> logSumExp"), "remove 'out'"),
        ["scoped ref parameter"] = new("SPECATTN0011", Declare("2, 8", Tensors + ", scoped [|ref|] int batch"), "remove 'ref'"),
        ["params parameter"] = new(
            "SPECATTN0011", Declare("2, 8", Tensors + ", [|params|] ReadOnlySpan<int> keyLengths"), "'keyLengths'", "remove 'params'"),

        ["no output"] = new(
            "SPECATTN0012",
            InModel("[Attention(2, 8)] public static partial void [|Attend|](ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value);"),
            "'Attend'", "no parameter 'output'", "add 'Span<float> output' or 'TensorSpan<float> output'"),
        ["no query"] = new(
            "SPECATTN0012",
            InModel("[Attention(2, 8)] public static partial void [|Attend|](ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output);"),
            "no parameter 'query'", "'ReadOnlySpan<float> query'", "'queryKeyValue'"),
        ["no key"] = new(
            "SPECATTN0012",
            InModel("[Attention(2, 8)] public static partial void [|Attend|](ReadOnlySpan<float> query, ReadOnlySpan<float> value, Span<float> output);"),
            "no parameter 'key'"),
        ["no value"] = new(
            "SPECATTN0012",
            InModel("[Attention(2, 8)] public static partial void [|Attend|](ReadOnlySpan<float> query, ReadOnlySpan<float> key, Span<float> output);"),
            "no parameter 'value'"),
        ["packed without output"] = new(
            "SPECATTN0012",
            InModel("[Attention(2, 8)] public static partial void [|Attend|](ReadOnlySpan<float> queryKeyValue);"),
            "no parameter 'output'"),

        ["cache of doubles"] = new(
            "SPECATTN0010",
            Declare("2, 8", "ReadOnlySpan<float> query, [|KeyValueCache<double>|] cache, Span<float> output"),
            "'cache' has type 'KeyValueCache<double>'", "'PagedKeyValueCache<float>'", "of float, Half, BFloat16 or sbyte"),
        ["cache that is no cache"] = new(
            "SPECATTN0010", Declare("2, 8", "ReadOnlySpan<float> query, [|object|] cache, Span<float> output"), "'cache' has type 'object'"),

        ["packed and query"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> [|query|], ReadOnlySpan<float> queryKeyValue, Span<float> output"),
            "'query' and 'queryKeyValue'"),
        ["packed and key"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> queryKeyValue, ReadOnlySpan<float> [|key|], Span<float> output"),
            "'key' and 'queryKeyValue'"),
        ["packed and value"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> queryKeyValue, ReadOnlyTensorSpan<float> [|value|], Span<float> output"),
            "'value' and 'queryKeyValue'"),
        ["segments and batch"] = new(
            "SPECATTN0013",
            Declare("2, 8", Tensors + ", ReadOnlySpan<int> querySegments, int [|batch|]"),
            "'batch' and 'querySegments'", "how many sequences"),
        ["segments and key lengths"] = new(
            "SPECATTN0013",
            Declare("2, 8", Tensors + ", ReadOnlySpan<int> [|keyLengths|], ReadOnlySpan<int> querySegments"),
            "'keyLengths' and 'querySegments'"),
        ["segments and bias"] = new(
            "SPECATTN0013",
            Declare("2, 8", Tensors + ", ReadOnlySpan<int> querySegments, ReadOnlySpan<float> [|bias|]"),
            "'bias' and 'querySegments'", "score or visibility function"),
        ["segments and mask"] = new(
            "SPECATTN0013",
            Declare("2, 8", Tensors + ", ReadOnlyTensorSpan<bool> [|mask|], ReadOnlySpan<int> querySegments"),
            "'mask' and 'querySegments'"),
        ["packed and key segments"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> queryKeyValue, Span<float> output, ReadOnlySpan<int> querySegments, ReadOnlySpan<int> [|keySegments|]"),
            "'keySegments' and 'queryKeyValue'"),
        ["two kinds of offsets"] = new(
            "SPECATTN0013",
            Declare("2, 8, Mask = AttentionMask.Causal", Tensors + ", int [|queryOffset|], ReadOnlySpan<int> queryOffsets"),
            "'queryOffset' and 'queryOffsets'"),

        ["cache and key"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> [|key|], KeyValueCache<float> cache, Span<float> output"),
            "'key' and 'cache'", "holds the keys and values"),
        ["cache and value"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<float> [|value|], KeyValueCache<float> cache, Span<float> output"),
            "'value' and 'cache'"),
        ["cache and packed"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> [|queryKeyValue|], KeyValueCache<float> cache, Span<float> output"),
            "'queryKeyValue' and 'cache'"),
        ["cache and batch"] = new(
            "SPECATTN0013", Declare("2, 8", Cached + ", int [|batch|]"), "'batch' and 'cache'", "take 'cache' as a span for several"),
        ["cache and key lengths"] = new(
            "SPECATTN0013", Declare("2, 8", Cached + ", ReadOnlySpan<int> [|keyLengths|]"), "'keyLengths' and 'cache'", "knows its length"),
        ["cache and key segments"] = new(
            "SPECATTN0013",
            Declare(
                "2, 8",
                "ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<float>> cache, Span<float> output, ReadOnlySpan<int> querySegments, "
                + "ReadOnlySpan<int> [|keySegments|]"),
            "'keySegments' and 'cache'"),
        ["one cache and segments"] = new(
            "SPECATTN0013",
            Declare("2, 8", Cached + ", ReadOnlySpan<int> [|querySegments|]"),
            "'querySegments' and 'cache'", "take 'cache' as a span for several"),
        ["caches and bias"] = new(
            "SPECATTN0013",
            Declare("2, 8", "ReadOnlySpan<float> query, ReadOnlySpan<PagedKeyValueCache<float>> cache, Span<float> output, ReadOnlySpan<float> [|bias|]"),
            "'bias' and 'cache'", "score or visibility function"),

        ["no heads"] = new("SPECATTN0014", Declare("[|heads: 0|], headDim: 8"), "'heads' is 0", "at least 1"),
        ["negative heads"] = new("SPECATTN0014", Declare("[|-4|], 8"), "'heads' is -4"),
        ["too many heads"] = new("SPECATTN0014", Declare("[|int.MaxValue|], 8"), "'heads' is 2147483647", "fit in a span"),
        ["no head dimension"] = new("SPECATTN0014", Declare("[|headDim: 8 - 8|], heads: 2"), "'headDim' is 0", "1 to 1024"),
        ["large head dimension"] = new("SPECATTN0014", Declare("2, [|1025|]"), "'headDim' is 1025", "1 to 1024"),
        ["negative key/value heads"] = new("SPECATTN0014", Declare("2, 8, [|KeyValueHeads = -1|]"), "'KeyValueHeads' is -1", "left out"),
        ["negative value dimension"] = new("SPECATTN0014", Declare("2, 8, [|ValueDim = -8|]"), "'ValueDim' is -8", "1 to 1024"),
        ["large value dimension"] = new("SPECATTN0014", Declare("2, 8, [|ValueDim = 2048|]"), "'ValueDim' is 2048"),
        ["odd rotary dimension"] = new(
            "SPECATTN0014",
            Declare("2, 8, Rotary = RotaryStyle.HalfSplit, [|RotaryDim = 5|]", Tensors + Tables), "'RotaryDim' is 5", "even, 2 to headDim = 8"),
        ["large rotary dimension"] = new(
            "SPECATTN0014", Declare("2, 8, Rotary = RotaryStyle.HalfSplit, [|RotaryDim = 10|]", Tensors + Tables), "'RotaryDim' is 10"),
        ["negative rotary dimension"] = new(
            "SPECATTN0014", Declare("2, 8, Rotary = RotaryStyle.HalfSplit, [|RotaryDim = -2|]", Tensors + Tables), "'RotaryDim' is -2"),
        ["rotary embedding of an odd head"] = new(
            "SPECATTN0014", Declare("2, 9, [|Rotary = RotaryStyle.Interleaved|]", Tensors + Tables), "'RotaryDim' is 9", "even"),
        ["pruned head beyond the last"] = new(
            "SPECATTN0014", Declare("2, 8, [|PrunedHeads = new[] { 0, 2 }|]"), "'PrunedHeads' is 2", "0 to 1, each head once"),
        ["negative pruned head"] = new("SPECATTN0014", Declare("2, 8, [|PrunedHeads = new[] { -1 }|]"), "'PrunedHeads' is -1"),
        ["head pruned twice"] = new(
            "SPECATTN0014", Declare("3, 8, [|PrunedHeads = new[] { 1, 0, 1 }|]"), "'PrunedHeads' is 1 more than once", "each head once"),
        ["infinite scale"] = new(
            "SPECATTN0014", Declare("2, 8, [|Scale = float.PositiveInfinity|]"), "'Scale' is infinite", "1/sqrt(headDim)"),
        ["negative infinite scale"] = new(
            "SPECATTN0014", Declare("2, 8, [|Scale = float.NegativeInfinity|]"), "'Scale' is negative infinite"),

        ["negative window"] = new(
            "SPECATTN0014", Declare("2, 8, [|Window = -4|]"), "'Window' is -4", "at least 1, or left out for no window"),
        ["negative softcap"] = new(
            "SPECATTN0014", Declare("2, 8, [|Softcap = -0.5f|]"), "'Softcap' is -0.5", "positive and finite"),
        ["infinite softcap"] = new(
            "SPECATTN0014", Declare("2, 8, [|Softcap = float.PositiveInfinity|]"), "'Softcap' is infinite"),
        ["softcap that is no number"] = new("SPECATTN0014", Declare("2, 8, [|Softcap = float.NaN|]"), "'Softcap' is NaN"),

        ["heads not divisible"] = new(
            "SPECATTN0015", Declare("heads: 8, headDim: 8, [|KeyValueHeads = 3|]"), "'KeyValueHeads' is 3", "heads = 8"),
        ["more key/value heads than heads"] = new("SPECATTN0015", Declare("8, 8, [|KeyValueHeads = 16|]"), "'KeyValueHeads' is 16"),

        ["undefined mask"] = new(
            "SPECATTN0016", Declare("2, 8, [|Mask = (AttentionMask)7|]"), "'Mask' is 7", "AttentionMask.None or AttentionMask.Causal"),
        ["undefined alignment"] = new(
            "SPECATTN0016",
            Declare("2, 8, Mask = AttentionMask.Causal, [|Alignment = (CausalAlignment)(-1)|]"),
            "'Alignment' is -1", "CausalAlignment.BottomRight or CausalAlignment.TopLeft"),
        ["undefined layout"] = new(
            "SPECATTN0016", Declare("2, 8, [|Layout = (AttentionLayout)2|]"), "'Layout' is 2", "AttentionLayout.TokenMajor"),

        ["undefined rotary style"] = new(
            "SPECATTN0016", Declare("2, 8, [|Rotary = (RotaryStyle)9|]"), "'Rotary' is 9", "RotaryStyle.HalfSplit"),

        ["scale twice"] = new(
            "SPECATTN0017", Declare("2, 8, [|Scale = 0.5f|]", Tensors + ", float scale"), "Option 'Scale' and parameter 'scale'"),
        ["segments of head-major spans"] = new(
            "SPECATTN0017",
            Declare("2, 8, [|Layout = AttentionLayout.HeadMajor|]", Tensors + ", ReadOnlySpan<int> querySegments, ReadOnlySpan<int> keySegments"),
            "Option 'Layout' and parameter 'querySegments'"),
        ["packed with another value dimension"] = new(
            "SPECATTN0017",
            Declare("2, 8, [|ValueDim = 16|]", "ReadOnlySpan<float> queryKeyValue, Span<float> output"),
            "'ValueDim'", "'queryKeyValue'"),

        ["prefix without mask"] = new(
            "SPECATTN0020", Declare("2, 8", Tensors + ", int [|prefixLength|]"), "'prefixLength' has no effect", "AttentionMask.None"),
        ["weights stage without weights"] = new(
            "SPECATTN0020", Declare("2, 8, [|Weights = ScoreStage.Biased|]"), "'Weights' has no effect", "'weights'"),
        ["offset without mask"] = new(
            "SPECATTN0020", Declare("2, 8", Tensors + ", int [|queryOffset|]"), "'queryOffset' has no effect", "AttentionMask.None"),
        ["offsets without mask"] = new(
            "SPECATTN0020",
            Declare("2, 8, Mask = AttentionMask.None", Tensors + ", ReadOnlySpan<int> [|queryOffsets|]"),
            "'queryOffsets' has no effect"),
        ["alignment without mask"] = new(
            "SPECATTN0020", Declare("2, 8, [|Alignment = CausalAlignment.TopLeft|]"), "'Alignment' has no effect", "AttentionMask.None"),
        ["alignment and offset"] = new(
            "SPECATTN0020",
            Declare("2, 8, Mask = AttentionMask.Causal, [|Alignment = CausalAlignment.TopLeft|]", Tensors + ", int queryOffset"),
            "'Alignment' has no effect", "'queryOffset'"),
        ["rotary dimension alone"] = new("SPECATTN0020", Declare("2, 8, [|RotaryDim = 4|]"), "'RotaryDim' has no effect", "'Rotary'"),

        ["rotary embedding without cosines"] = new(
            "SPECATTN0021",
            Declare("2, 8, [|Rotary = RotaryStyle.HalfSplit|]", Tensors + ", ReadOnlySpan<float> sin"),
            "'Rotary' needs 'cos'", "add the parameter 'ReadOnlySpan<float> cos'"),
        ["rotary embedding without sines"] = new(
            "SPECATTN0021", Declare("2, 8, [|Rotary = RotaryStyle.HalfSplit|]", Tensors + ", ReadOnlySpan<float> cos"), "'Rotary' needs 'sin'"),
        ["key segments alone"] = new(
            "SPECATTN0021", Declare("2, 8", Tensors + ", ReadOnlySpan<int> [|keySegments|]"), "'keySegments' needs 'querySegments'"),
        ["cosines without rotary embedding"] = new(
            "SPECATTN0021", Declare("2, 8", Tensors + ", ReadOnlySpan<float> [|cos|]"), "'cos' needs 'Rotary'"),
        ["sines without rotary embedding"] = new(
            "SPECATTN0021", Declare("2, 8", Tensors + ", ReadOnlySpan<float> [|sin|]"), "'sin' needs 'Rotary'"),
    };

    private const string Cached = "ReadOnlySpan<float> query, KeyValueCache<float> cache, Span<float> output";
    private const string Tables = ", ReadOnlySpan<float> cos, ReadOnlySpan<float> sin";
}
