using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests;

public class ValidMethodTests
{
    public static TheoryData<string> Names => ValidMethods.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ValidMethod_IsNotComplainedAbout(string name) =>
        Assert.Empty(await TestCompiler.AnalyzeAsync(TestCompiler.Compile(ValidMethods.All[name])));
}
