using SpecAttn.Generator.Dialects;
using SpecAttn.Generator.Planning;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes how the row kernel turns elements into fp32 as it loads them; the scale of an integer is in its score, or its weight, and the
/// factor of a finite Half in the query, or the weight.
/// </summary>
internal static class StoredEmitter
{
    /// <summary>Sign, exponent and fraction of a Half where they lie in the bits of a float.</summary>
    private const string HalfBits = "V.Create(unchecked((int)0x8FFFE000))";

    /// <summary>What a vector is of the two that come out of a vector of pairs.</summary>
    public enum PairHalf
    {
        /// <summary>Of none, it is read by itself.</summary>
        None,

        /// <summary>The first, of the lower halves.</summary>
        Lower,

        /// <summary>The second, of the upper halves.</summary>
        Upper,
    }

    /// <summary>What one of neighbouring vectors is. Parts, strips and loops begin with a pair, and only the last vector of all can be without a second.</summary>
    /// <param name="element">How elements are stored.</param>
    /// <param name="vector">Its number.</param>
    /// <param name="vectors">How many there are.</param>
    public static PairHalf HalfOf(ElementType element, int vector, int vectors)
    {
        if (!element.ComeInPairs() || (vector % 2 == 0 && vector + 1 == vectors))
            return PairHalf.None;
        return vector % 2 == 0 ? PairHalf.Lower : PairHalf.Upper;
    }

    /// <summary>The type of references to elements.</summary>
    public static string TypeOf(ElementType element) => element switch
    {
        ElementType.Single => "float",
        ElementType.SByte => "sbyte",
        _ => "short",
    };

    /// <summary>Whether there are pairs of vectors in a part of a dimension.</summary>
    public static bool HasPairs(ElementType element, DimRange part, int lanes) => element.ComeInPairs() && part.Count >= 2 * lanes;

    /// <summary>What <see cref="EmitLoad"/> uses.</summary>
    public static void EmitConstants(SourceWriter writer, ElementType element, bool hasPairs)
    {
        if (hasPairs)
            writer.Write("// A lane holds two elements: of two vectors, the first has those of even number and the second those of odd, as have queries and sums of values.");
        if (element == ElementType.FiniteHalf)
            writer.Write($"Ints halfBits = {HalfBits}; // There, a Half is a float times 2^-112.");
        if (element == ElementType.BFloat16 && hasPairs)
            writer.Write("Ints upperBits = V.Create(unchecked((int)0xFFFF0000)); // Of two elements, those of the second.");
        if (element != ElementType.Half)
            return;
        writer.Write(
            $"""
            // Moved by 13 bits, a Half is a float whose exponent is less by 112; infinity and NaN have the largest exponent.
            Ints halfBits = {HalfBits}, halfInfinity = V.Create(0x0F800000), infinity = V.Create(0x7F800000);
            Floats halfScale = V.Create(5192296858534827628530496329220096f);
            Ints half;
            """);
    }

    /// <summary>Statements that load a vector of elements into a local.</summary>
    /// <param name="writer">Takes them.</param>
    /// <param name="dialect">Spells them.</param>
    /// <param name="element">How elements are stored.</param>
    /// <param name="local">The local, with its type where it is new.</param>
    /// <param name="reference">To elements.</param>
    /// <param name="offset">In elements, of the first of them, or of the first pair.</param>
    /// <param name="half">Of a vector of pairs.</param>
    public static void EmitLoad(SourceWriter writer, Dialect dialect, ElementType element, string local, string reference, string offset, PairHalf half)
    {
        string name = local.Split(' ').Last();
        string pairs = $"V.LoadUnsafe(ref {reference}, {Offset.Index(offset)}).AsInt32()";
        switch (element)
        {
            case ElementType.Half:
                writer.Write($"half = V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 13) & halfBits;");
                writer.Write($"{local} = half.AsSingle() * halfScale;");
                writer.Write($"{name} = V.ConditionalSelect(V.Equals(half & halfInfinity, halfInfinity).AsSingle(), ({name}.AsInt32() | infinity).AsSingle(), {name});");
                break;
            case ElementType.FiniteHalf:
                string bits = half switch
                {
                    PairHalf.Lower => $"V.ShiftRightArithmetic(V.ShiftLeft({pairs}, 16), 3)",
                    PairHalf.Upper => $"V.ShiftRightArithmetic({pairs}, 3)",
                    _ => $"V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 13)",
                };
                writer.Write($"{local} = ({bits} & halfBits).AsSingle();");
                break;
            case ElementType.BFloat16:
                string upper = half switch
                {
                    PairHalf.Lower => $"V.ShiftLeft({pairs}, 16)",
                    PairHalf.Upper => $"({pairs} & upperBits)",
                    _ => $"V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 16)",
                };
                writer.Write($"{local} = {upper}.AsSingle();");
                break;
            case ElementType.SByte:
                writer.Write($"{local} = V.ConvertToSingle({dialect.LoadIntegers(8, reference, offset)});");
                break;
            default:
                writer.Write($"{local} = V.LoadUnsafe(ref {reference}, {Offset.Index(offset)});");
                break;
        }
    }
}
