using System.Text.RegularExpressions;
using SpecAttn.Codegen.Tests.Kernels;
using SpecAttn.Codegen.Tests.Listing;

namespace SpecAttn.Codegen.Tests;

/// <summary>
/// What the JIT compiles for a first call, in the order in which it is needed. Whatever runs once for an item of work, or more often, must be
/// optimised at once: to be replaced it would have to be called often, and then a call later on waits for the JIT, or, in a process with one
/// core, runs beside it; there that took more than a second.
/// </summary>
public sealed partial class FirstCallTests
{
    public static TheoryData<string> Calls => [.. CallAssembly.Calls];

    [Theory]
    [MemberData(nameof(Calls))]
    public void WhatRunsForEveryItem_IsOptimisedAtOnce(string call)
    {
        string[] lines = ChildProcess.Run(CallAssembly.Image, [call], new Dictionary<string, string>());
        (string Method, string Tier)[] compiled =
        [
            .. lines.Select(line => Summary().Match(line)).Where(match => match.Success).Select(match => (match.Groups["method"].Value, match.Groups["tier"].Value)),
        ];

        // From the first item on until its scratch memory is given back. What is asked about the processor is asked once.
        (string Method, string Tier)[] ofItems =
        [
            .. compiled
                .SkipWhile(method => !Item().IsMatch(method.Method))
                .TakeWhile(method => !method.Method.StartsWith("SpecAttn.Execution.ScratchPool:Return(", StringComparison.Ordinal))
                .Where(method => method.Method.StartsWith("SpecAttn.", StringComparison.Ordinal))
                .Where(method => !method.Method.StartsWith("SpecAttn.Execution.Processor:", StringComparison.Ordinal)),
        ];
        Assert.True(ofItems.Length > 5, $"Of {compiled.Length} methods only {ofItems.Length} are of items.");
        string[] unoptimised = [.. ofItems.Where(method => method.Tier != MethodListing.Optimised).Select(method => $"{method.Method}: {method.Tier}")];
        Assert.True(unoptimised.Length == 0, string.Join('\n', unoptimised));
    }

    [GeneratedRegex(@"JIT compiled (?<method>.*) \[(?<tier>[^,]+), .*IL size=\d+, code size=\d+")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^SpecAttn\.Execution\.\w+Work`1\[.*\]:Execute\(")]
    private static partial Regex Item();
}
