using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>What has to be known of an architecture's assembly language.</summary>
internal abstract partial class MachineSyntax
{
    public static MachineSyntax X64 { get; } = new X64Syntax();

    public static MachineSyntax Arm64 { get; } = new Arm64Syntax();

    /// <summary>That of this machine.</summary>
    public static MachineSyntax Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => throw new PlatformNotSupportedException($"Listings of {RuntimeInformation.ProcessArchitecture} are not understood."),
    };

    public abstract bool IsCall(string instruction);

    public abstract bool IsReturn(string instruction);

    /// <summary>Whether control may go elsewhere than to the next instruction.</summary>
    public abstract bool IsJump(string instruction);

    /// <summary>Whether control never goes to the next instruction.</summary>
    public abstract bool IsUnconditional(string instruction);

    /// <summary>Whether a vector goes to or comes from the stack.</summary>
    /// <param name="instruction">An instruction.</param>
    /// <param name="framePointer">Whether the method has a frame pointer, or uses that register for anything.</param>
    public abstract bool IsVectorOnStack(string instruction, bool framePointer);

    /// <summary>Whether it is a multiply-add of whole vectors, or the product of one where product and sum are apart.</summary>
    /// <param name="instruction">An instruction.</param>
    /// <param name="isFused">Whether they are one instruction.</param>
    public abstract bool IsMultiplyAdd(string instruction, bool isFused);

    private sealed partial class X64Syntax : MachineSyntax
    {
        public override bool IsCall(string instruction) => instruction.StartsWith("call", StringComparison.Ordinal);

        public override bool IsReturn(string instruction) =>
            instruction.StartsWith("ret", StringComparison.Ordinal) || instruction.StartsWith("int3", StringComparison.Ordinal);

        public override bool IsJump(string instruction) => instruction.StartsWith('j');

        public override bool IsUnconditional(string instruction) => instruction.StartsWith("jmp", StringComparison.Ordinal);

        public override bool IsVectorOnStack(string instruction, bool framePointer) =>
            VectorRegister().IsMatch(instruction)
            && (instruction.Contains("[rsp", StringComparison.Ordinal) || (framePointer && instruction.Contains("[rbp", StringComparison.Ordinal)));

        public override bool IsMultiplyAdd(string instruction, bool isFused) => isFused
            ? FusedMultiplyAdd().IsMatch(instruction)
            : Multiply().IsMatch(instruction);

        [GeneratedRegex(@"\b[xyz]mm\d")]
        private static partial Regex VectorRegister();

        [GeneratedRegex(@"^vfmadd\d+ps\b")]
        private static partial Regex FusedMultiplyAdd();

        [GeneratedRegex(@"^v?mulps\b")]
        private static partial Regex Multiply();
    }

    private sealed partial class Arm64Syntax : MachineSyntax
    {
        public override bool IsCall(string instruction) => CallInstruction().IsMatch(instruction);

        public override bool IsReturn(string instruction) => ReturnInstruction().IsMatch(instruction);

        public override bool IsJump(string instruction) => JumpInstruction().IsMatch(instruction);

        public override bool IsUnconditional(string instruction) => instruction.StartsWith("b ", StringComparison.Ordinal);

        public override bool IsVectorOnStack(string instruction, bool framePointer) =>
            VectorRegister().IsMatch(instruction)
            && (instruction.Contains("[sp", StringComparison.Ordinal) || (framePointer && instruction.Contains("[fp", StringComparison.Ordinal)));

        public override bool IsMultiplyAdd(string instruction, bool isFused) =>
            instruction.StartsWith(isFused ? "fmla " : "fmul ", StringComparison.Ordinal)
            && instruction.Contains(".4s", StringComparison.Ordinal);

        [GeneratedRegex(@"^(bl|blr)\s")]
        private static partial Regex CallInstruction();

        [GeneratedRegex(@"^(ret|brk)\b")]
        private static partial Regex ReturnInstruction();

        [GeneratedRegex(@"^(b|b\.?(eq|ne|lt|le|gt|ge|lo|ls|hi|hs|mi|pl|vs|vc|cc|cs)|cbn?z|tbn?z)\s.*G_M")]
        private static partial Regex JumpInstruction();

        [GeneratedRegex(@"^(ld|st)\w*\s+[qv]\d")]
        private static partial Regex VectorRegister();
    }
}
