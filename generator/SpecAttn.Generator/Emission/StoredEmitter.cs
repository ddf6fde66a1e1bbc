using SpecAttn.Generator.Dialects;
using SpecAttn.Kernels;

namespace SpecAttn.Generator.Emission;

/// <summary>
/// Writes how the row kernel turns elements into fp32 as it loads them; the scale of an integer is in its score, or its weight, and the
/// factor of a finite Half in the query, or the weight.
/// </summary>
internal static class StoredEmitter
{
    /// <summary>The type of references to elements.</summary>
    public static string TypeOf(ElementType element) => element switch
    {
        ElementType.Single => "float",
        ElementType.SByte => "sbyte",
        _ => "short",
    };

    /// <summary>What <see cref="EmitLoad"/> uses.</summary>
    public static void EmitConstants(SourceWriter writer, ElementType element)
    {
        if (element == ElementType.FiniteHalf)
            writer.Write("Ints halfBits = V.Create(unchecked((int)0x8FFFE000)); // Moved by 13 bits, a Half is a float times 2^-112.");
        if (element != ElementType.Half)
            return;
        writer.Write(
            """
            // Moved by 13 bits, a Half is a float whose exponent is less by 112; infinity and NaN have the largest exponent.
            Ints halfBits = V.Create(unchecked((int)0x8FFFE000)), halfInfinity = V.Create(0x0F800000), infinity = V.Create(0x7F800000);
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
    /// <param name="offset">In elements.</param>
    public static void EmitLoad(SourceWriter writer, Dialect dialect, ElementType element, string local, string reference, string offset)
    {
        string name = local.Split(' ').Last();
        switch (element)
        {
            case ElementType.Half:
                writer.Write($"half = V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 13) & halfBits;");
                writer.Write($"{local} = half.AsSingle() * halfScale;");
                writer.Write($"{name} = V.ConditionalSelect(V.Equals(half & halfInfinity, halfInfinity).AsSingle(), ({name}.AsInt32() | infinity).AsSingle(), {name});");
                break;
            case ElementType.FiniteHalf:
                writer.Write($"{local} = (V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 13) & halfBits).AsSingle();");
                break;
            case ElementType.BFloat16:
                writer.Write($"{local} = V.ShiftLeft({dialect.LoadIntegers(16, reference, offset)}, 16).AsSingle();");
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
