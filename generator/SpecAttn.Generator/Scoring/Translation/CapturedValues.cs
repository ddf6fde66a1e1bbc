using Microsoft.CodeAnalysis;
using SpecAttn.Generator.Model;

namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>Numbers what the functions of one attention method take from its parameters.</summary>
internal sealed class CapturedValues
{
    private readonly List<CapturedParameter> _values = [];

    /// <summary>In the order of their numbers.</summary>
    public EquatableArray<CapturedParameter> Values => _values.ToEquatableArray();

    /// <param name="parameter">A parameter of the attention method.</param>
    /// <param name="type">What the scalar is taken as, or the type of the span's elements. A scalar that is taken as two types has two numbers.</param>
    public int NumberOf(IParameterSymbol parameter, ScoreType type)
    {
        var value = new CapturedParameter(parameter.Name, type, IsSpan: ScoreTypes.OfSpan(parameter.Type) is not null);
        int number = _values.IndexOf(value);
        if (number < 0)
        {
            number = _values.Count;
            _values.Add(value);
        }
        return number;
    }
}
