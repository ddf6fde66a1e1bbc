using System.Runtime.InteropServices;
using SpecAttn.Caches.Tests.Support;
using SpecAttn.Execution;
using SpecAttn.Generated;
using SpecAttn.Kernels;

namespace SpecAttn.Caches.Tests;

/// <summary>
/// Keys and values that are read in four streams give what they give in one, on every processor: scores the same bits, sums of values the
/// same but for their order, which is the same wherever tokens lie.
/// </summary>
public sealed unsafe class StreamTests
{
    private const int Dim = 128;
    private const int Count = 1000;

    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Streams_GiveTheSame(KernelIsa isa)
    {
        switch (isa)
        {
            case KernelIsa.Avx512:
                CompareElements<SpecAttn_Caches_Tests_StreamKernels_Attend_Avx512>();
                break;
            case KernelIsa.Avx2:
                CompareElements<SpecAttn_Caches_Tests_StreamKernels_Attend_Avx2>();
                break;
            case KernelIsa.Neon:
                CompareElements<SpecAttn_Caches_Tests_StreamKernels_Attend_Neon>();
                break;
            default:
                CompareElements<SpecAttn_Caches_Tests_StreamKernels_Attend_Portable>();
                break;
        }
    }

    /// <summary>With more rows, narrower vectors or smaller elements there is more to compute for every byte.</summary>
    [Theory]
    [InlineData(4, 8, 4)]
    [InlineData(2, 4, 2)]
    [InlineData(1, 2, 1)]
    public void SoManyRows_AwaitMemory(int elementBytes, int ofAvx512, int ofAvx2)
    {
        Assert.Equal(ofAvx512, MostRows<SpecAttn_Caches_Tests_StreamKernels_Attend_Avx512>());
        Assert.Equal(ofAvx2, MostRows<SpecAttn_Caches_Tests_StreamKernels_Attend_Avx2>());

        int MostRows<TKernel>()
            where TKernel : struct, IAttentionKernel =>
            Enumerable.Range(1, 16).TakeWhile(rows => RowWork<TKernel>.AwaitMemory(rows, elementBytes, bytes: 1 << 20)).Count();
    }

    /// <summary>One row of few elements takes longer with streams.</summary>
    [Fact]
    public void OneShortRow_AwaitsNoMemory()
    {
        Check<SpecAttn_Caches_Tests_StreamKernels_AttendShortHeads_Avx512>();
        Check<SpecAttn_Caches_Tests_StreamKernels_AttendShortHeads_Avx2>();

        static void Check<TKernel>()
            where TKernel : struct, IAttentionKernel
        {
            Assert.False(RowWork<TKernel>.AwaitMemory(rows: 1, sizeof(float), bytes: 1 << 20));
            Assert.True(RowWork<TKernel>.AwaitMemory(rows: 2, sizeof(float), bytes: 1 << 20));
        }
    }

    /// <summary>Heads that are taken together ask for nothing: those of several rows, which could, are so over less than a chunk of keys.</summary>
    /// <param name="rows">Rows of each of 8 heads.</param>
    /// <param name="keys">Keys of the sequence.</param>
    /// <param name="items">Items of work.</param>
    [Theory]
    [InlineData(4, 15, 2)]
    [InlineData(4, 16, 8)]
    [InlineData(2, 15, 1)]
    [InlineData(2, 16, 8)]
    [InlineData(1, 128, 1)]
    [InlineData(1, 129, 8)]
    public void HeadsOfFewKeys_AreTakenTogether(int rows, int keys, int items)
    {
        var problem = new AttentionProblem { Batch = 1, Heads = 8 * rows, KeyValueHeads = 8, QueryLength = 1, KeyLength = keys };
        problem.CountComputedHeads();
        Assert.Equal(items, RowWork<SpecAttn_Caches_Tests_StreamKernels_Attend_Portable>.ItemsOf(in problem, batch: 0, firstBlock: 0));
    }

    private static void CompareElements<TKernel>()
        where TKernel : struct, IAttentionKernel
    {
        Random random = TestSettings.RandomFor(nameof(StreamTests));
        float[] numbers = [.. Enumerable.Range(0, Count * Dim).Select(_ => (2 * random.NextSingle()) - 1)];
        Compare<TKernel, float>(ElementType.Single, numbers);
        Compare<TKernel, BFloat16>(ElementType.BFloat16, [.. numbers.Select(number => (BFloat16)number)]);
        Compare<TKernel, Half>(ElementType.FiniteHalf, [.. numbers.Select(number => (Half)number)]);
        Compare<TKernel, sbyte>(ElementType.SByte, [.. numbers.Select(number => (sbyte)(127 * number))]);
    }

    private static void Compare<TKernel, T>(ElementType element, T[] stored)
        where TKernel : struct, IAttentionKernel
        where T : unmanaged
    {
        Assert.True(TKernel.RowReadsKeys(element) && TKernel.RowReadsValues(element), $"{element} is not read in place.");
        Assert.Equal((Dim, Dim), (TKernel.HeadDim, TKernel.ValueDim));
        fixed (T* tokens = stored)
        {
            var tensor = new StridedTensor { Data = (byte*)tokens, Element = element == ElementType.FiniteHalf ? ElementType.Half : element, TokenStride = Dim };
            foreach (int rows in new[] { 1, 2, 3, 4, 5, TKernel.RowTile, TKernel.RowTile + 1 })
            {
                Results expected = Run<TKernel>(tensor, element, rows, takesStreams: false);
                Results actual = Run<TKernel>(tensor, element, rows, takesStreams: true);
                Assert.Equal((false, true), (expected.TookStreams, actual.TookStreams));
                Assert.Equal(expected.Scores, actual.Scores);
                float largest = expected.Sums.Max(Math.Abs);
                Assert.All(actual.Sums, (sum, i) => Assert.InRange(sum, expected.Sums[i] - (1e-5f * largest), expected.Sums[i] + (1e-5f * largest)));

                // Pages of whole chunks, and others: of which one chunk is in two pieces, and many, and all. A ring that begins anew inside a chunk.
                foreach (int blockTokens in new[] { 48, 334, 30, 7, 1, Count })
                {
                    using var blocks = new Blocks<T>(stored, blockTokens, firstSlot: blockTokens == Count ? 437 : 0);
                    StridedTensor scattered = tensor with { Tables = blocks.Table };
                    Results ofBlocks = Run<TKernel>(scattered, element, rows, takesStreams: true);
                    Assert.True(ofBlocks.TookStreams);
                    Assert.Equal(actual.Scores, ofBlocks.Scores);
                    Assert.Equal(actual.Sums, ofBlocks.Sums);
                }
            }
        }
    }

    /// <summary>Tokens in pages, in no order, or in one in which the first token may be anywhere.</summary>
    private sealed class Blocks<T> : IDisposable
        where T : unmanaged
    {
        private readonly NativeBlock _tokens;
        private readonly NativeBlock _table;

        public Blocks(T[] stored, int blockTokens, int firstSlot)
        {
            int count = (Count + blockTokens - 1) / blockTokens;
            int blockBytes = blockTokens * Dim * sizeof(T);
            _tokens = NativeBlock.Allocate((nuint)(count * blockBytes));
            _table = NativeBlock.Allocate((nuint)(sizeof(BlockTable) + (count * sizeof(byte*))));
            byte** blocks = (byte**)(_table.Address + sizeof(BlockTable));
            for (int block = 0; block < count; block++)
                blocks[block] = _tokens.Address + ((count - 1 - block) * blockBytes);
            *Table = new BlockTable
            {
                Blocks = blocks, BlockTokens = blockTokens, Slots = count * blockTokens, FirstSlot = firstSlot, TokenBytes = Dim * sizeof(T),
            };
            for (int token = 0; token < Count; token++)
                stored.AsSpan(token * Dim, Dim).CopyTo(new Span<T>(Table->Address(token, 0), Dim));
        }

        public BlockTable* Table => (BlockTable*)_table.Address;

        public void Dispose()
        {
            _tokens.Dispose();
            _table.Dispose();
        }
    }

    private sealed record Results(float[] Scores, float[] Sums, bool TookStreams);

    /// <summary>Scores of random queries, which then serve as weights.</summary>
    private static Results Run<TKernel>(StridedTensor tensor, ElementType element, int count, bool takesStreams)
        where TKernel : struct, IAttentionKernel
    {
        var problem = new AttentionProblem { Heads = count, KeyValueHeads = 1, QueryLength = 1, KeyLength = Count, Key = tensor, Value = tensor };
        var rows = new HeadRows(in problem, batch: 0, keyValueHead: 0);
        RowScratch.Lay<TKernel>(0, out nuint bytes);
        using NativeBlock block = NativeBlock.Allocate(bytes);
        NativeMemory.Clear(block.Address, bytes);
        RowScratch memory = RowScratch.Lay<TKernel>((nint)block.Address, out _);
        var random = new Random(count);
        for (int i = 0; i < count * Dim; i++)
            memory.Queries[i] = random.NextSingle() - 0.5f;

        bool tookStreams = false;
        int stride = TKernel.RowKeyBlock + TKernel.Lanes;
        foreach (bool isOfKeys in new[] { true, false })
        {
            var pass = default(TokenPass<TKernel>);
            pass.Begin(&problem, isOfKeys, element, in rows, first: 0, new KeyRange(0, Count), TokenPlace.None, asksOnce: true, takesStreams, in memory);
            pass.BeginHead(0);
            while (pass.Next())
            {
                tookStreams |= pass.Chunks.AreStreams;
                for (int row = 0, tile; row < count; row += tile)
                {
                    tile = TokenPass<TKernel>.RowsAtOnce(count - row);
                    ref float scores = ref memory.Scores[(row * stride) + pass.First];
                    if (isOfKeys)
                        TKernel.RowScores(element, tile, ref memory.Queries[row * Dim], in pass.Chunks, pass.Stride, pass.Count, ref scores);
                    else
                        TKernel.RowValues(element, tile, ref scores, in pass.Chunks, pass.Stride, pass.Count, ref memory.Accumulators[row * Dim]);
                }
            }
        }

        return new Results(
            [.. Enumerable.Range(0, count).SelectMany(row => new ReadOnlySpan<float>(memory.Scores + (row * stride), Count).ToArray())],
            new ReadOnlySpan<float>(memory.Accumulators, count * Dim).ToArray(),
            tookStreams);
    }
}
