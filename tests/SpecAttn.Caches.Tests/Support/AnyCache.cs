using SpecAttn.Execution;
using SpecAttn.Kernels;

namespace SpecAttn.Caches.Tests.Support;

/// <summary>Caches of every kind and type behind one face.</summary>
internal static unsafe class AnyCache
{
    /// <summary>An empty cache.</summary>
    /// <param name="size">Capacity, window, or pages times 4 tokens.</param>
    /// <param name="mostQueries">Of a ring.</param>
    /// <param name="pool">Set to the pool of a paged one.</param>
    public static KeyValueCache Create(CacheKind kind, Storage storage, int size, int mostQueries, out IDisposable? pool) => storage switch
    {
        Storage.Single => Create<float>(kind, size, mostQueries, out pool),
        Storage.Half => Create<Half>(kind, size, mostQueries, out pool),
        Storage.BFloat16 => Create<BFloat16>(kind, size, mostQueries, out pool),
        _ => Create<sbyte>(kind, size, mostQueries, out pool),
    };

    public const int PageTokens = 4;

    private static KeyValueCache Create<T>(CacheKind kind, int size, int mostQueries, out IDisposable? pool)
        where T : unmanaged
    {
        pool = null;
        switch (kind)
        {
            case CacheKind.Contiguous:
                return new KeyValueCache<T>(CachedKernels.KeyValueHeads, CachedKernels.HeadDim, size, CachedKernels.ValueDim);
            case CacheKind.Ring:
                return new RingKeyValueCache<T>(
                    CachedKernels.KeyValueHeads, CachedKernels.HeadDim, size, CachedKernels.ValueDim, mostQueries: mostQueries);
            default:
                var pages = new KeyValuePagePool<T>(
                    CachedKernels.KeyValueHeads, CachedKernels.HeadDim, PageTokens, (size + PageTokens - 1) / PageTokens, CachedKernels.ValueDim);
                pool = pages;
                return new PagedKeyValueCache<T>(pages);
        }
    }

    public static KeyValueCache Fork(KeyValueCache cache) => cache switch
    {
        PagedKeyValueCache<float> paged => paged.Fork(),
        PagedKeyValueCache<Half> paged => paged.Fork(),
        PagedKeyValueCache<BFloat16> paged => paged.Fork(),
        PagedKeyValueCache<sbyte> paged => paged.Fork(),
        _ => throw new NotSupportedException(),
    };

    public static int FreePages(IDisposable pool) => pool switch
    {
        KeyValuePagePool<float> pages => pages.FreePages,
        KeyValuePagePool<Half> pages => pages.FreePages,
        KeyValuePagePool<BFloat16> pages => pages.FreePages,
        KeyValuePagePool<sbyte> pages => pages.FreePages,
        _ => throw new NotSupportedException(),
    };

    public static void Attend(ReadOnlySpan<float> query, KeyValueCache cache, Span<float> output, Span<float> logSumExp, int parallelism, KernelIsa isa)
    {
        switch (cache)
        {
            case KeyValueCache<float> contiguous:
                CachedKernels.Attend(query, contiguous, output, logSumExp, parallelism, isa);
                break;
            case KeyValueCache<Half> contiguous:
                CachedKernels.Attend(query, contiguous, output, logSumExp, parallelism, isa);
                break;
            case KeyValueCache<BFloat16> contiguous:
                CachedKernels.Attend(query, contiguous, output, logSumExp, parallelism, isa);
                break;
            case KeyValueCache<sbyte> contiguous:
                CachedKernels.Attend(query, contiguous, output, logSumExp, parallelism, isa);
                break;
            case RingKeyValueCache<float> ring:
                CachedKernels.Attend(query, ring, output, logSumExp, parallelism, isa);
                break;
            case RingKeyValueCache<Half> ring:
                CachedKernels.Attend(query, ring, output, logSumExp, parallelism, isa);
                break;
            case RingKeyValueCache<BFloat16> ring:
                CachedKernels.Attend(query, ring, output, logSumExp, parallelism, isa);
                break;
            case RingKeyValueCache<sbyte> ring:
                CachedKernels.Attend(query, ring, output, logSumExp, parallelism, isa);
                break;
            case PagedKeyValueCache<float> paged:
                CachedKernels.Attend(query, paged, output, logSumExp, parallelism, isa);
                break;
            case PagedKeyValueCache<Half> paged:
                CachedKernels.Attend(query, paged, output, logSumExp, parallelism, isa);
                break;
            case PagedKeyValueCache<BFloat16> paged:
                CachedKernels.Attend(query, paged, output, logSumExp, parallelism, isa);
                break;
            case PagedKeyValueCache<sbyte> paged:
                CachedKernels.Attend(query, paged, output, logSumExp, parallelism, isa);
                break;
            default:
                throw new NotSupportedException();
        }
    }

    /// <summary>What a cache makes of a row of numbers; tested by itself in <see cref="StorageTests"/>.</summary>
    public static float[] Stored(Storage storage, ReadOnlySpan<float> row)
    {
        var result = new float[row.Length];
        var bytes = new byte[row.Length * sizeof(float)];
        float scale = 0;
        fixed (float* source = row, target = result)
        fixed (byte* stored = bytes)
        {
            ElementType element = Enum.Parse<ElementType>(storage.ToString());
            StoredNumbers.StoreRow(element, source, stored, row.Length, &scale);
            if (storage == Storage.SByte)
                StoredNumbers.LoadScaledRows((sbyte*)stored, &scale, target, row.Length, 1, row.Length);
            else if (storage == Storage.Single)
                row.CopyTo(result);
            else
                StoredNumbers.LoadRows(element, (ushort*)stored, row.Length, target, row.Length, 1, row.Length);
        }
        return result;
    }
}
