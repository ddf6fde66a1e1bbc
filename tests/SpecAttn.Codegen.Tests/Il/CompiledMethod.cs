using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using SpecAttn.Generator.Planning;

namespace SpecAttn.Codegen.Tests.Il;

/// <summary>A method that is to be optimised at its first call, as the C# compiler left it.</summary>
/// <param name="Type">Name of its type.</param>
/// <param name="Name">Its name.</param>
/// <param name="Size">What the JIT will count in it; no machine code yet.</param>
internal sealed record CompiledMethod(string Type, string Name, MethodSize Size)
{
    private static readonly ImmutableDictionary<int, OpCode> s_opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToImmutableDictionary(code => code.Value & 0xFFFF);

    /// <summary>The methods of an assembly that carry <c>AggressiveOptimization</c>.</summary>
    public static IReadOnlyList<CompiledMethod> ReadAll(byte[] image)
    {
        using var file = new PEReader(ImmutableArray.Create(image));
        MetadataReader metadata = file.GetMetadataReader();
        var methods = new List<CompiledMethod>();
        foreach (MethodDefinition method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
        {
            if ((method.ImplAttributes & MethodImplAttributes.AggressiveOptimization) == 0)
                continue;
            string type = metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name);
            methods.Add(new CompiledMethod(type, metadata.GetString(method.Name), Measure(metadata, method, file.GetMethodBody(method.RelativeVirtualAddress))));
        }

        return methods;
    }

    private static MethodSize Measure(MetadataReader metadata, MethodDefinition method, MethodBodyBlock body)
    {
        byte[] il = body.GetILBytes()!;
        int instructions = 0;
        int references = 0;
        var blockStarts = new HashSet<int> { 0 };
        for (int at = 0; at < il.Length;)
        {
            int value = il[at++];
            if (value == 0xFE)
                value = (value << 8) | il[at++];
            OpCode code = s_opCodes[value];
            int operand = at;
            at += OperandBytes(code, il, at);

            instructions++;
            if (IsLocal(code.Name!))
                references++;
            if (code.OperandType is OperandType.ShortInlineBrTarget or OperandType.InlineBrTarget)
            {
                int distance = code.OperandType == OperandType.ShortInlineBrTarget
                    ? (sbyte)il[operand]
                    : BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(operand));
                blockStarts.Add(at + distance);
                blockStarts.Add(at);
            }
        }

        return new MethodSize(
            il.Length, instructions, blockStarts.Count, CountParameters(metadata, method) + CountLocals(metadata, body), references);
    }

    private static bool IsLocal(string instruction) =>
        instruction.StartsWith("ldloc", StringComparison.Ordinal) || instruction.StartsWith("stloc", StringComparison.Ordinal)
        || instruction.StartsWith("ldarg", StringComparison.Ordinal) || instruction.StartsWith("starg", StringComparison.Ordinal);

    private static int OperandBytes(OpCode code, byte[] il, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at))),
        _ => 4,
    };

    private static int CountParameters(MetadataReader metadata, MethodDefinition method)
    {
        BlobReader signature = metadata.GetBlobReader(method.Signature);
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }

    private static int CountLocals(MetadataReader metadata, MethodBodyBlock body)
    {
        if (body.LocalSignature.IsNil)
            return 0;
        BlobReader signature = metadata.GetBlobReader(metadata.GetStandaloneSignature(body.LocalSignature).Signature);
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }
}
