using System.Diagnostics.CodeAnalysis;

namespace SpecAttn.Caches;

/// <summary>The words of what caches refuse.</summary>
internal static class CacheError
{
    [DoesNotReturn]
    public static void ThrowTokens(string parameter, int count, int heads, string dimName, int dim) => throw new ArgumentException(
        $"{parameter} has {count} elements, expected a multiple of {(long)heads * dim} = keyValueHeads {heads} × {dimName} {dim} ([tokens, keyValueHeads, {dimName}]).",
        parameter);

    [DoesNotReturn]
    public static void ThrowValues(int count, long tokens, int heads, int dim) => throw new ArgumentException(
        $"value has {count} elements, expected {tokens * heads * dim} = tokens {tokens} (as key has) × keyValueHeads {heads} × valueDim {dim}.", "value");

    [DoesNotReturn]
    public static void ThrowPositions(int count, int positions, long needed, int pairs) => throw new ArgumentException(
        $"cos has {count} elements, that is {positions} positions of {pairs} = rotaryDim / 2, expected at least {needed} positions, up to the last token.", "cos");

    [DoesNotReturn]
    public static void ThrowFull(int capacity, int length, int tokens) => throw new InvalidOperationException(
        $"The cache has room for {capacity} tokens and holds {length}: {tokens} more do not fit. Nothing was added.");

    [DoesNotReturn]
    public static void ThrowPoolExhausted(int needed, int free, int pages, int pageTokens) => throw new InvalidOperationException(
        $"The pool has {free} of its {pages} pages of {pageTokens} tokens left, {needed} more are needed. Nothing was added.");
}
