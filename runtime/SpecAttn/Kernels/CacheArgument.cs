using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpecAttn.Kernels;

/// <summary>The parameter <c>cache</c> of generated code: one cache, or one for each sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct CacheArgument
{
    private readonly KeyValueCache? _one;
    private readonly ReadOnlySpan<KeyValueCache?> _many;

    private CacheArgument(KeyValueCache? one, ReadOnlySpan<KeyValueCache?> many, bool isOne)
    {
        _one = one;
        _many = many;
        IsOne = isOne;
    }

    /// <summary>The cache of the only sequence.</summary>
    public static CacheArgument Of(KeyValueCache? cache) => new(cache, default, isOne: true);

    /// <summary>The caches of all sequences.</summary>
    public static CacheArgument Of<TCache>(ReadOnlySpan<TCache> caches)
        where TCache : KeyValueCache => new(null, AsBase(caches), isOne: false);

    /// <summary>Whether the method takes a single cache.</summary>
    internal bool IsOne { get; }

    internal int Count => IsOne ? 1 : _many.Length;

    internal KeyValueCache? this[int index] => IsOne ? _one : _many[index];

    // References that are only read from may be seen as those to a base class.
    private static ReadOnlySpan<KeyValueCache?> AsBase<TCache>(ReadOnlySpan<TCache> caches)
        where TCache : KeyValueCache =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TCache, KeyValueCache?>(ref MemoryMarshal.GetReference(caches)), caches.Length);
}
