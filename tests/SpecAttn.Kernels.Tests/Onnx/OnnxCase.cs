using System.Runtime.InteropServices;
using System.Text.Json;
using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Onnx;

/// <summary>One test vector of the ONNX operators Attention and FlexAttention, read as an attention problem.</summary>
internal sealed class OnnxCase
{
    private readonly string _operator;
    private readonly Dictionary<string, JsonElement> _attributes;
    private readonly Dictionary<string, OnnxTensor> _tensors = [];

    private OnnxCase(JsonElement json)
    {
        Name = json.GetProperty("case").GetString()!;
        JsonElement node = json.GetProperty("node");
        _operator = node.GetProperty("op").GetString()!;
        _attributes = node.GetProperty("attributes").EnumerateObject().ToDictionary(attribute => attribute.Name, attribute => attribute.Value);
        foreach (string side in (string[])["inputs", "outputs"])
        {
            foreach (JsonProperty tensor in json.GetProperty(side).EnumerateObject())
                _tensors.Add(tensor.Name, OnnxTensor.Parse(tensor.Value));
        }
    }

    public string Name { get; }

    /// <summary>Whether the case is rotary embedding by itself.</summary>
    public bool IsRotary => _operator == "RotaryEmbedding";

    /// <summary>How queries, keys and values are stored; null if no kernel takes them so.</summary>
    public Type? ElementType => _tensors["Q"].Type switch
    {
        "float32" => typeof(float),
        "float16" => typeof(Half),
        _ => null,
    };

    /// <summary>How far an output may be from the expected one, which is stored as the inputs are.</summary>
    public double Tolerance => ElementType == typeof(Half) ? 1e-2 : 1e-5;

    public static OnnxCase Load(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        return new OnnxCase(document.RootElement.Clone());
    }

    /// <summary>The feature that the case needs and no kernel has yet, or null.</summary>
    public string? MissingFeature()
    {
        if (IsRotary)
            return null;
        if (_operator is not ("Attention" or "FlexAttention"))
            return $"operator {_operator}";
        if (ElementType == null)
            return $"element type {_tensors["Q"].Type}";
        return _attributes.ContainsKey("prob_mod") ? "prob_mod"
            : _attributes.ContainsKey("score_mod") && !IsCausalFlexAttention && FlexSoftcap == 0 && ScoreFunction == null ? "score_mod"
            : null;
    }

    /// <summary>The stage of the scores that the case has as a second output; null if it has none.</summary>
    public ScoreStage? WeightsStage => !_tensors.ContainsKey("qk_matmul_output") ? null : Number("qk_matmul_output_mode", 0) switch
    {
        0 => ScoreStage.Scaled,
        1 => ScoreStage.Capped,
        2 => ScoreStage.Biased,
        _ => ScoreStage.Probabilities,
    };

    /// <summary>The declared score function that does what the case's does: the vectors name functions by the case alone.</summary>
    public string? ScoreFunction => IsFlexAttention("score_mod") ? "AddHalf" : null;

    /// <summary>[batch, heads, queryLength, keyLength]; empty where there are none.</summary>
    public float[] ExpectedWeights() => _tensors.TryGetValue("qk_matmul_output", out OnnxTensor? weights) ? weights.Floats : [];

    /// <summary>What the operator computes, with past keys and values in front of the present ones.</summary>
    public Problem ToProblem()
    {
        TokenMajor query = _tensors["Q"].ToTokenMajor((int)Number("q_num_heads", 0));
        int keyValueHeads = (int)Number("kv_num_heads", 0);
        TokenMajor key = WithPast("past_key", _tensors["K"].ToTokenMajor(keyValueHeads));
        TokenMajor value = WithPast("past_value", _tensors["V"].ToTokenMajor(keyValueHeads));
        int[]? valid = _tensors.TryGetValue("nonpad_kv_seqlen", out OnnxTensor? lengths) ? [.. lengths.Longs.Select(length => (int)length)] : null;

        int past = key.Length - _tensors["K"].ToTokenMajor(keyValueHeads).Length;
        int[] offsets = valid != null
            ? [.. valid.Select(length => length - query.Length)]
            : [.. Enumerable.Repeat(past, query.Batch)];
        return new Problem(
            new HeadGeometry(query.Heads, key.Heads, query.Dim, value.Dim),
            Number("is_causal", 0) != 0 || IsCausalFlexAttention ? AttentionMask.Causal : AttentionMask.None,
            CausalAlignment.TopLeft,
            new Shape(query.Batch, query.Length, key.Length, valid ?? [.. Enumerable.Repeat(key.Length, query.Batch)], offsets),
            (float)Number("scale", 1 / Math.Sqrt(query.Dim)),
            query.Data, key.Data, value.Data)
        {
            Rules = new ScoreRules
            {
                Softcap = Math.Max(FlexSoftcap, (float)Number("softcap", 0)),
                Bias = MaskTable("float", tensor => tensor.Floats),
                Mask = MaskTable("bool", tensor => MemoryMarshal.Cast<byte, bool>(tensor.Data).ToArray()),
            },
        };
    }

    /// <summary>The tensor attn_mask, if its type begins so; leading dimensions may be missing.</summary>
    private ScoreTable<T>? MaskTable<T>(string type, Func<OnnxTensor, T[]> read)
        where T : unmanaged
    {
        if (!_tensors.TryGetValue("attn_mask", out OnnxTensor? tensor) || !tensor.Type.StartsWith(type, StringComparison.Ordinal))
            return null;
        int[] dims = [.. Enumerable.Repeat(1, 4 - tensor.Dims.Length), .. tensor.Dims];
        return new ScoreTable<T>(dims[0], dims[1], dims[2], dims[3], read(tensor));
    }

    private float FlexSoftcap => IsFlexAttention("soft_cap") ? 20 : 0;

    private bool IsFlexAttention(string function) => _operator == "FlexAttention" && Name.Contains(function, StringComparison.Ordinal);

    /// <summary>[batch, queryLength, heads, valueDim]</summary>
    public float[] ExpectedOutput(int heads) => _tensors["Y"].ToTokenMajor(heads).Data;

    /// <summary>What the rotary operator computes: how it turns, its input and output, and the position of each token, [batch, length].</summary>
    public (Rotary Rotary, TokenMajor Input, TokenMajor Output, long[] Positions) ToRotary()
    {
        OnnxTensor cos = _tensors["cos_cache"];
        RotaryStyle style = Number("interleaved", 0) != 0 ? RotaryStyle.Interleaved : RotaryStyle.HalfSplit;
        int heads = (int)Number("num_heads", 0);
        return (
            new Rotary(style, 2 * cos.Dims[^1], cos.Floats, _tensors["sin_cache"].Floats),
            _tensors["input"].ToTokenMajor(heads), _tensors["output"].ToTokenMajor(heads), _tensors["position_ids"].Longs);
    }

    private bool IsCausalFlexAttention => IsFlexAttention("causal_mask");

    private double Number(string attribute, double otherwise) =>
        _attributes.TryGetValue(attribute, out JsonElement value) ? value.GetDouble() : otherwise;

    private TokenMajor WithPast(string name, TokenMajor present) =>
        _tensors.TryGetValue(name, out OnnxTensor? past) ? past.ToTokenMajor(present.Heads).Append(present) : present;
}
