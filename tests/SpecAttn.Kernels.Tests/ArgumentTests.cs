using System.Globalization;
using System.Text.RegularExpressions;
using SpecAttn.Kernels.Declared;
using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Cases;
using SpecAttn.Kernels.Tests.Reference;
using Xunit;

namespace SpecAttn.Kernels.Tests;

/// <summary>
/// Every wrong argument is an <see cref="ArgumentException"/> that names the parameter and gives the expected and the actual numbers,
/// before anything is written.
/// </summary>
public sealed partial class ArgumentTests
{
    public static IEnumerable<TheoryDataRow<string>> Kernels => KernelList.All.Select(kernel => new TheoryDataRow<string>(kernel.Name));

    public static IEnumerable<TheoryDataRow<KernelIsa>> UnsupportedVariants =>
        KernelRows.Variants.Where(variant => variant.WhyNot != null).Select(variant => new TheoryDataRow<KernelIsa>(variant.Isa));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Argument_OfWrongShape_IsRefused(string name) => CheckAll(KernelList.Find(name), Mistakes.OfShape);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Argument_OfWrongValue_IsRefused(string name) => CheckAll(KernelList.Find(name), Mistakes.OfValue);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Output_ThatOverlapsAnotherArgument_IsRefused(string name) => CheckAll(KernelList.Find(name), Mistakes.OfAliasing);

    [Fact]
    public void Output_DirectlyBesideAnInput_IsAccepted()
    {
        KernelCase kernel = KernelList.Find(nameof(DeclaredKernels.Minimal));
        using CallArguments arguments = CreateArguments(kernel);
        int inputs = arguments.Query.Buffer.Span.Length;
        int outputs = arguments.Output.Buffer.Span.Length;
        var memory = new byte[(inputs + outputs) * sizeof(float)];
        arguments.Query.Buffer = new SharedBuffer<float>(memory, 0, inputs);
        arguments.Output.Buffer = new SharedBuffer<float>(memory, inputs * sizeof(float), outputs);
        arguments.Invoke();
    }

    [Theory]
    [MemberData(nameof(UnsupportedVariants))]
    public void Isa_ThatTheMachineLacks_IsNotSupported(KernelIsa isa)
    {
        using CallArguments arguments = CreateArguments(KernelList.Find(nameof(DeclaredKernels.Dim64)));
        arguments.Isa = isa;
        PlatformNotSupportedException exception = Assert.Throws<PlatformNotSupportedException>(arguments.Invoke);
        Assert.Contains(isa.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.True(IsUntouched(arguments.Output.Buffer.Span));
    }

    private static void CheckAll(KernelCase kernel, Func<CallArguments, KernelCase, IEnumerable<Mistake>> mistakes)
    {
        // Mistakes are made in turn, each in fresh arguments that were fit for a call.
        using CallArguments fit = CreateArguments(kernel);
        string[] names = [.. mistakes(fit, kernel).Select(mistake => mistake.What)];
        fit.Invoke();
        for (int i = 0; i < names.Length; i++)
        {
            using CallArguments arguments = CreateArguments(kernel);
            Mistake mistake = mistakes(arguments, kernel).ElementAt(i);
            mistake.Make();
            Check(kernel, arguments, mistake);
        }
    }

    private static void Check(KernelCase kernel, CallArguments arguments, Mistake mistake)
    {
        string where = $"kernel={kernel.Name}, {mistake.What}, seed={TestSettings.Seed}";
        float[] output = arguments.Output.Buffer.Span.ToArray();
        float[] logSumExp = arguments.LogSumExp.ToArray();

        Exception? thrown = Record.Exception(arguments.Invoke);

        if (thrown?.GetType() != typeof(ArgumentException))
            Assert.Fail($"{where}: expected ArgumentException, was {thrown?.ToString() ?? "nothing"}");
        var exception = (ArgumentException)thrown;
        Assert.True(
            mistake.Parameters.Contains(exception.ParamName),
            $"{where}: expected the parameter {string.Join(" or ", mistake.Parameters)}, was {exception.ParamName}: {exception.Message}");
        string[] numbers = [.. Number().Matches(exception.Message).Select(match => match.Value)];
        foreach (string number in mistake.Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))
            Assert.True(numbers.Contains(number), $"{where}: the message does not say {number}: {exception.Message}");
        Assert.True(
            Bits.AreEqual(output, arguments.Output.Buffer.Span) && Bits.AreEqual(logSumExp, arguments.LogSumExp),
            $"{where}: an output was written before the check");
    }

    private static bool IsUntouched(ReadOnlySpan<float> output) => Bits.AreEqual(output, new CanaryBuffer<float>(output.Length).Span);

    private static CallArguments CreateArguments(KernelCase kernel)
    {
        var random = new Random(TestSettings.Seed);
        Shape shape = ShapeFactory.Create(kernel, random, 5, 6, kernel.HasBatch ? 2 : 1);
        return new CallArguments(kernel, ProblemFactory.Create(kernel, shape, random), CallStyle.Dense);
    }

    [GeneratedRegex(@"-?\d+")]
    private static partial Regex Number();
}
