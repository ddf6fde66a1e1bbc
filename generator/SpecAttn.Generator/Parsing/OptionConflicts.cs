using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Parsing;

/// <summary>Options and parameters that are fine alone, and contradict or do nothing for each other.</summary>
internal static class OptionConflicts
{
    public static void Check(AttributeArguments arguments, AttentionOptions options, MethodParameters parameters, ProblemReporter problems)
    {
        CheckParameters(parameters, problems);
        CheckOptions(arguments, options, parameters, problems);
        CheckRotary(arguments, options, parameters, problems);
        CheckEffects(arguments, options, parameters, problems);
    }

    private static void CheckParameters(MethodParameters parameters, ProblemReporter problems)
    {
        ReportBoth(ParameterRole.Query, ParameterRole.QueryKeyValue, "'queryKeyValue' holds query, key and value");
        ReportBoth(ParameterRole.Key, ParameterRole.QueryKeyValue, "'queryKeyValue' holds query, key and value");
        ReportBoth(ParameterRole.Value, ParameterRole.QueryKeyValue, "'queryKeyValue' holds query, key and value");
        ReportBoth(ParameterRole.KeySegments, ParameterRole.QueryKeyValue, "the packed heads of a token have the segments of 'querySegments'");
        foreach (ParameterRole segments in (ParameterRole[])[ParameterRole.QuerySegments, ParameterRole.KeySegments])
        {
            ReportBoth(ParameterRole.Batch, segments, "segments say how many sequences there are");
            ReportBoth(ParameterRole.KeyLengths, segments, "segments say how many keys each sequence has");
        }
        ReportScores(ParameterRole.QuerySegments);
        foreach (ParameterRole tensor in (ParameterRole[])[ParameterRole.Key, ParameterRole.Value, ParameterRole.QueryKeyValue])
            ReportBoth(tensor, ParameterRole.Cache, "a cache holds the keys and values");
        ReportBoth(ParameterRole.Batch, ParameterRole.Cache, "every cache is one sequence; take 'cache' as a span for several");
        ReportBoth(ParameterRole.KeyLengths, ParameterRole.Cache, "a cache knows its length");
        ReportBoth(ParameterRole.KeySegments, ParameterRole.Cache, "a cache knows its length");
        if (parameters.HasOneCache)
            ReportBoth(ParameterRole.QuerySegments, ParameterRole.Cache, "a single cache is one sequence; take 'cache' as a span for several");
        else
            ReportScores(ParameterRole.Cache);
        ReportBoth(ParameterRole.QueryOffset, ParameterRole.QueryOffsets, "use 'queryOffset' for all sequences or 'queryOffsets' for each");

        void ReportScores(ParameterRole other)
        {
            foreach (ParameterRole scores in (ParameterRole[])[ParameterRole.Bias, ParameterRole.Mask, ParameterRole.Weights])
                ReportBoth(scores, other, "sequences of different lengths have no common shape of scores; use a score or visibility function");
        }

        void ReportBoth(ParameterRole one, ParameterRole other, string reason)
        {
            if (!parameters.Contains(one) || !parameters.Contains(other))
                return;
            problems.Report(
                AttentionDescriptors.ParametersConflict,
                parameters.LocationOf(one),
                KnownParameter.Of(one).Name,
                KnownParameter.Of(other).Name,
                reason);
        }
    }

    private static void CheckOptions(
        AttributeArguments arguments, AttentionOptions options, MethodParameters parameters, ProblemReporter problems)
    {
        if (parameters.Contains(ParameterRole.Scale) && !float.IsNaN(options.Scale))
        {
            problems.Report(
                AttentionDescriptors.OptionConflict, arguments.LocationOf("Scale"), "Scale", "scale",
                "leave out the option, or the parameter");
        }
        if (parameters.Contains(ParameterRole.QueryKeyValue) && options.Geometry.ValueDim != options.Geometry.HeadDim)
        {
            problems.Report(
                AttentionDescriptors.OptionConflict, arguments.LocationOf("ValueDim"), "ValueDim", "queryKeyValue",
                "packed heads all have headDim elements; leave out ValueDim, or take query, key and value");
        }
        foreach (ParameterRole segments in (ParameterRole[])[ParameterRole.QuerySegments, ParameterRole.KeySegments])
        {
            if (parameters.Contains(segments) && options.Layout == AttentionLayout.HeadMajor)
            {
                problems.Report(
                    AttentionDescriptors.OptionConflict, arguments.LocationOf("Layout"), "Layout", KnownParameter.Of(segments).Name,
                    "sequences of different lengths lie one behind the other token by token; leave out Layout");
                break;
            }
        }
        if (parameters.Contains(ParameterRole.KeySegments) && !parameters.Contains(ParameterRole.QuerySegments)
            && !parameters.IsExcused("querySegments"))
        {
            problems.Report(
                AttentionDescriptors.CounterpartMissing, parameters.LocationOf(ParameterRole.KeySegments), "keySegments", "querySegments",
                "add the parameter 'ReadOnlySpan<int> querySegments', which is enough where keys have the same segments");
        }
    }

    private static void CheckRotary(
        AttributeArguments arguments, AttentionOptions options, MethodParameters parameters, ProblemReporter problems)
    {
        foreach (ParameterRole role in (ParameterRole[])[ParameterRole.Cos, ParameterRole.Sin])
        {
            string name = KnownParameter.Of(role).Name;
            bool isThere = parameters.Contains(role) || parameters.IsExcused(name);
            if (options.Rotary.IsUsed && !isThere)
            {
                problems.Report(
                    AttentionDescriptors.CounterpartMissing, arguments.LocationOf("Rotary"), "Rotary", name,
                    $"add the parameter 'ReadOnlySpan<float> {name}', [positions, rotaryDim / 2]");
            }
            if (!options.Rotary.IsUsed && parameters.Contains(role))
            {
                problems.Report(
                    AttentionDescriptors.CounterpartMissing, parameters.LocationOf(role), name, "Rotary",
                    "say with the option how elements make pairs, or leave out the parameter");
            }
        }
        if (!options.Rotary.IsUsed && arguments.Get("RotaryDim", 0) != 0)
            problems.Report(AttentionDescriptors.NoEffect, arguments.LocationOf("RotaryDim"), "RotaryDim", "there is no rotary embedding without 'Rotary'");
    }

    private static void CheckEffects(
        AttributeArguments arguments, AttentionOptions options, MethodParameters parameters, ProblemReporter problems)
    {
        ParameterRole[] offsets = [ParameterRole.QueryOffset, ParameterRole.QueryOffsets];
        const string unmasked = "positions do not matter with AttentionMask.None";
        if (options.Mask == AttentionMask.None && parameters.Contains(ParameterRole.PrefixLength))
        {
            problems.Report(
                AttentionDescriptors.NoEffect, parameters.LocationOf(ParameterRole.PrefixLength), "prefixLength",
                "every key is visible with AttentionMask.None");
        }

        if (arguments.Get("Weights", 0) != 0 && !parameters.Contains(ParameterRole.Weights))
        {
            problems.Report(
                AttentionDescriptors.NoEffect, arguments.LocationOf("Weights"), "Weights", "the method has no parameter 'weights' to write to");
        }

        bool usesPositions = options.Mask != AttentionMask.None || options.Rotary.IsUsed || options.Scoring.Window > 0 || options.Scoring.Alibi
            || parameters.Contains(ParameterRole.Slopes) || arguments.Contains("Score") || arguments.Contains("Visible");
        if (!usesPositions)
        {
            foreach (ParameterRole offset in offsets.Where(parameters.Contains))
                problems.Report(AttentionDescriptors.NoEffect, parameters.LocationOf(offset), KnownParameter.Of(offset).Name, unmasked);
        }
        if (!arguments.Contains("Alignment"))
            return;
        if (!usesPositions)
        {
            problems.Report(AttentionDescriptors.NoEffect, arguments.LocationOf("Alignment"), "Alignment", unmasked);
        }
        else if (offsets.Any(parameters.Contains))
        {
            string overriding = KnownParameter.Of(offsets.First(parameters.Contains)).Name;
            problems.Report(
                AttentionDescriptors.NoEffect, arguments.LocationOf("Alignment"), "Alignment", $"'{overriding}' says where query 0 stands");
        }
    }
}
