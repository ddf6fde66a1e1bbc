using System.Globalization;
using SpecAttn.Generator.Scoring;

namespace SpecAttn.Generator.Emission;

/// <summary>Spells constants of the score language in C#, to the last bit.</summary>
internal static class ScoreLiteral
{
    public static string Of(ScoreNode constant) => constant.Type switch
    {
        ScoreType.Bool => constant.Payload != 0 ? "true" : "false",
        ScoreType.Int => Of(constant.Payload),
        _ => Of(constant.FloatValue),
    };

    public static string Of(int value) => value == int.MinValue ? "int.MinValue" : value.ToString(CultureInfo.InvariantCulture);

    public static string Of(float value) =>
        float.IsNaN(value) ? "float.NaN"
        : float.IsPositiveInfinity(value) ? "float.PositiveInfinity"
        : float.IsNegativeInfinity(value) ? "float.NegativeInfinity"
        : value == 0 && 1 / value < 0 ? "-0f"
        : value.ToString("G9", CultureInfo.InvariantCulture) + "f";

    public static string Of(double value) => value.ToString("G17", CultureInfo.InvariantCulture) + "d";
}
