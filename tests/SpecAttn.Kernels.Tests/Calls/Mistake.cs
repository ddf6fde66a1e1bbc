namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>One way to make the arguments of a call wrong.</summary>
/// <param name="What">For the failure message.</param>
/// <param name="Parameters">The exception names one of these.</param>
/// <param name="Make">Makes it.</param>
/// <param name="Numbers">What the message must say: expected and actual.</param>
internal sealed record Mistake(string What, string[] Parameters, Action Make, params long[] Numbers);
