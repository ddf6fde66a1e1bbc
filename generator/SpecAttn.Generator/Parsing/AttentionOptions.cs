using System.Globalization;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>What the attribute says, checked and with its defaults filled in.</summary>
/// <param name="Geometry">Heads and dimensions; something valid even after an error, so that parsing can go on.</param>
/// <param name="Mask">Declared mask.</param>
/// <param name="Alignment">Declared alignment.</param>
/// <param name="Layout">Declared layout.</param>
/// <param name="Scale">Declared scale, NaN for the default.</param>
/// <param name="Unroll">Declared unrolling.</param>
/// <param name="PrunedHeads">Query heads that are not computed, ascending.</param>
/// <param name="Rotary">Declared rotary embedding.</param>
/// <param name="Scoring">Options about the scores, without the user's functions.</param>
internal sealed record AttentionOptions(
    HeadGeometry Geometry,
    AttentionMask Mask,
    CausalAlignment Alignment,
    AttentionLayout Layout,
    float Scale,
    Unroll Unroll,
    EquatableArray<int> PrunedHeads,
    RotarySpec Rotary,
    ScoringSpec Scoring)
{
    private const int LargestDim = 1024;

    public static AttentionOptions Parse(AttributeArguments arguments, ProblemReporter problems)
    {
        if (arguments.AreInvalid)
            problems.LeaveToCompiler();
        HeadGeometry geometry = ParseGeometry(arguments, problems);
        return new AttentionOptions(
            geometry,
            ParseEnum(arguments, "Mask", AttentionMask.None, problems),
            ParseEnum(arguments, "Alignment", CausalAlignment.BottomRight, problems),
            ParseEnum(arguments, "Layout", AttentionLayout.TokenMajor, problems),
            ParseScale(arguments, problems),
            ParseEnum(arguments, "Unroll", Unroll.Auto, problems),
            ParsePrunedHeads(arguments, geometry, problems),
            ParseRotary(arguments, geometry, problems),
            ParseScoring(arguments, problems));
    }

    private static HeadGeometry ParseGeometry(AttributeArguments arguments, ProblemReporter problems)
    {
        int heads = ParseCount(arguments, "heads", 1, int.MaxValue, fallback: null, problems);
        int headDim = ParseCount(arguments, "headDim", 1, LargestDim, fallback: null, problems);
        int keyValueHeads = ParseCount(arguments, "KeyValueHeads", 1, int.MaxValue, fallback: heads, problems);
        int valueDim = ParseCount(arguments, "ValueDim", 1, LargestDim, fallback: headDim, problems);

        if (heads % keyValueHeads != 0)
        {
            problems.Report(
                AttentionDescriptors.HeadsNotDivisible, arguments.LocationOf("KeyValueHeads"), keyValueHeads, heads);
        }

        // Strides between tokens are ints, as the lengths of spans are; so a token must fit into one.
        long largestToken = (heads + (2L * keyValueHeads)) * Math.Max(headDim, valueDim);
        if (largestToken > int.MaxValue)
        {
            problems.Report(
                AttentionDescriptors.OptionOutOfRange, arguments.LocationOf("heads"), "heads", heads,
                "so few that the heads of one token, times headDim, fit in a span");
        }
        return new HeadGeometry(heads, keyValueHeads, headDim, valueDim);
    }

    // A fallback means that the option may be left out, and that 0 stands for leaving it out.
    private static int ParseCount(AttributeArguments arguments, string name, int lowest, int highest, int? fallback, ProblemReporter problems)
    {
        int value = arguments.Get(name, fallback is null ? lowest : 0);
        if (value == 0 && fallback is not null)
            return fallback.Value;
        if (value >= lowest && value <= highest)
            return value;
        string range = highest == int.MaxValue ? $"at least {lowest}" : $"{lowest} to {highest}";
        string orDefault = name switch
        {
            "KeyValueHeads" => ", or left out for as many as heads",
            "ValueDim" => ", or left out for headDim",
            "Window" => ", or left out for no window",
            _ => "",
        };
        problems.Report(AttentionDescriptors.OptionOutOfRange, arguments.LocationOf(name), name, value, range + orDefault);
        return fallback ?? lowest;
    }

    private static T ParseEnum<T>(AttributeArguments arguments, string name, T fallback, ProblemReporter problems)
        where T : struct, Enum
    {
        int number = arguments.Get(name, 0);
        var value = (T)Enum.ToObject(typeof(T), number);
        if (Enum.IsDefined(typeof(T), value))
            return value;
        string choices = string.Join(" or ", Enum.GetNames(typeof(T)).Select(choice => $"{typeof(T).Name}.{choice}"));
        problems.Report(AttentionDescriptors.OptionUndefined, arguments.LocationOf(name), name, number, choices);
        return fallback;
    }

    private static float ParseScale(AttributeArguments arguments, ProblemReporter problems)
    {
        float scale = arguments.Get("Scale", float.NaN);
        if (float.IsInfinity(scale))
        {
            string value = scale > 0 ? "infinite" : "negative infinite";
            problems.Report(
                AttentionDescriptors.OptionOutOfRange, arguments.LocationOf("Scale"), "Scale", value, "finite, or left out for 1/sqrt(headDim)");
        }
        return scale;
    }

    private static RotarySpec ParseRotary(AttributeArguments arguments, HeadGeometry geometry, ProblemReporter problems)
    {
        RotaryStyle style = ParseEnum(arguments, "Rotary", RotaryStyle.None, problems);
        int declared = arguments.Get("RotaryDim", 0);
        int dim = declared == 0 ? geometry.HeadDim : declared;
        if (style == RotaryStyle.None && declared == 0)
            return RotarySpec.None;
        if (dim < 2 || dim > geometry.HeadDim || dim % 2 != 0)
        {
            string place = declared == 0 ? "Rotary" : "RotaryDim";
            problems.Report(
                AttentionDescriptors.OptionOutOfRange, arguments.LocationOf(place), "RotaryDim", dim, $"even, 2 to headDim = {geometry.HeadDim}");
        }
        return style == RotaryStyle.None ? RotarySpec.None : new RotarySpec(style, dim);
    }

    private static EquatableArray<int> ParsePrunedHeads(AttributeArguments arguments, HeadGeometry geometry, ProblemReporter problems)
    {
        int[] heads = arguments.GetInts("PrunedHeads");
        Array.Sort(heads);
        string range = $"0 to {geometry.Heads - 1}, each head once";
        for (int i = 0; i < heads.Length; i++)
        {
            bool isRepeated = i > 0 && heads[i] == heads[i - 1];
            if (!isRepeated && heads[i] >= 0 && heads[i] < geometry.Heads)
                continue;
            string value = isRepeated ? $"{heads[i]} more than once" : $"{heads[i]}";
            problems.Report(AttentionDescriptors.OptionOutOfRange, arguments.LocationOf("PrunedHeads"), "PrunedHeads", value, range);
            break;
        }
        return heads.ToEquatableArray();
    }

    private static ScoringSpec ParseScoring(AttributeArguments arguments, ProblemReporter problems) => new(
        ParseCount(arguments, "Window", 1, int.MaxValue, fallback: 0, problems),
        ParseSoftcap(arguments, problems),
        arguments.Get("Alibi", false),
        ParseEnum(arguments, "Weights", ScoreStage.Probabilities, problems),
        Score: null,
        Visible: null,
        Captured: default);

    private static float ParseSoftcap(AttributeArguments arguments, ProblemReporter problems)
    {
        float softcap = arguments.Get("Softcap", 0f);
        if (softcap >= 0 && !float.IsInfinity(softcap))
            return softcap;
        string value = float.IsNaN(softcap) ? "NaN" : float.IsInfinity(softcap) ? "infinite" : softcap.ToString("G9", CultureInfo.InvariantCulture);
        problems.Report(
            AttentionDescriptors.OptionOutOfRange, arguments.LocationOf("Softcap"), "Softcap", value, "positive and finite, or left out for none");
        return 0;
    }
}
