using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using SpecAttn.Execution;
using Xunit;

namespace SpecAttn.Kernels.Tests.Runtime;

[Collection(nameof(AloneOnTheThreadPool))]
public class WorkSchedulerTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 100)]
    [InlineData(2, 2)]
    [InlineData(3, 1000)]
    [InlineData(7, 3)]
    [InlineData(16, 1000)]
    public void Run_AnyThreads_RunsEveryItemOnce(int threads, int items)
    {
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var counts = new int[items];
            WorkScheduler.Run(new CountingWork(counts), items, 64, threads);
            Assert.All(counts, count => Assert.Equal(1, count));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_Scratch_IsAlignedAndOfOneThreadAlone(int threads)
    {
        var seen = new ConcurrentDictionary<nint, int>();
        WorkScheduler.Run(new ScratchWork(1000, seen), 500, 1000 * sizeof(int), threads);
        Assert.NotEmpty(seen);
        Assert.All(seen.Keys, address => Assert.Equal(0, address % 64));
    }

    [Fact]
    public void Run_NoPoolThreadFree_CallerDoesItAll()
    {
        // Every pool thread that takes one of these is held until the end; the calls below must not wait for any.
        var release = new ManualResetEventSlim(); // Not disposed: those still in the queue wait on it when this test has ended.
        int held = 0;
        for (int i = 0; i < 32 * Environment.ProcessorCount; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    Interlocked.Increment(ref held);
                    release.Wait();
                },
                null);
        }
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref held) >= Environment.ProcessorCount, TimeSpan.FromSeconds(30)));
            for (int repeat = 0; repeat < 200; repeat++)
            {
                var counts = new int[10];
                WorkScheduler.Run(new CountingWork(counts), counts.Length, 64, 4);
                Assert.All(counts, count => Assert.Equal(1, count));
            }
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public void Run_ManyCallersAtOnce_KeepTheirItemsApart()
    {
        // Invitations outlive their calls all the time here, and are taken up in others.
        var failures = new ConcurrentQueue<string>();
        Thread[] callers =
        [
            .. Enumerable.Range(0, 8).Select(caller => new Thread(() =>
            {
                var counts = new int[37];
                for (int repeat = 1; repeat <= 1000; repeat++)
                {
                    int items = 1 + (((repeat * 7) + caller) % counts.Length);
                    Array.Clear(counts);
                    WorkScheduler.Run(new CountingWork(counts), items, 256, 1 + (repeat % 5));
                    if (counts[..items].Any(count => count != 1) || counts[items..].Any(count => count != 0))
                        failures.Enqueue($"caller {caller}, repeat {repeat}: {string.Join(' ', counts)}");
                }
            })),
        ];
        foreach (Thread thread in callers)
            thread.Start();
        foreach (Thread thread in callers)
            thread.Join();
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_MoreHelpersThanSeats_NeverExceedsTheThreadsAskedFor(int threads)
    {
        // A wide call first, so that its late invitations reach the narrow ones.
        var gauge = new ConcurrencyGauge();
        for (int repeat = 0; repeat < 200; repeat++)
        {
            WorkScheduler.Run(new GaugedWork(new ConcurrencyGauge()), 16, 64, 8);
            WorkScheduler.Run(new GaugedWork(gauge), 16, 64, threads);
        }
        Assert.InRange(gauge.Highest, 1, threads);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 9)]
    [InlineData(4, 0)]
    [InlineData(4, 50)]
    [InlineData(4, 99)]
    public void Run_ItemThrows_IsRethrownAfterAllStopped(int threads, int badItem)
    {
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var gauge = new ConcurrencyGauge();
            var error = Assert.Throws<InvalidOperationException>(
                () => WorkScheduler.Run(new ThrowingWork(badItem, gauge), 100, 64, threads));
            Assert.Equal($"item {badItem}", error.Message);
            Assert.Equal(0, gauge.Now);
        }
        Run_AnyThreads_RunsEveryItemOnce(threads, 10);
    }

    [Fact]
    public void Run_ScratchThatDoesNotExist_ThrowsAndLeavesTheSchedulerIntact()
    {
        Assert.ThrowsAny<Exception>(() => WorkScheduler.Run(new CountingWork(new int[4]), 4, nuint.MaxValue - 1000, 1));
        Assert.ThrowsAny<Exception>(() => WorkScheduler.Run(new CountingWork(new int[4]), 4, nuint.MaxValue - 1000, 3));
        Run_AnyThreads_RunsEveryItemOnce(3, 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_AfterTheFirstCall_AllocatesNothing(int threads)
    {
        var counts = new int[64];
        for (int i = 0; i < 10; i++)
            WorkScheduler.Run(new CountingWork(counts), counts.Length, 4096, threads);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            WorkScheduler.Run(new CountingWork(counts), counts.Length, 4096, threads);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ScratchPool_IdleMemory_StaysBelowItsLimit()
    {
        nuint big = (ScratchPool.IdleLimit / 4) + 1;
        ScratchBlock[] blocks = [.. Enumerable.Range(0, 6).Select(_ => ScratchPool.Rent(big))];
        Assert.All(blocks, block => Assert.True(block.Bytes >= big));
        foreach (ScratchBlock block in blocks)
            ScratchPool.Return(block);
        Assert.True(ScratchPool.IdleBytes <= ScratchPool.IdleLimit);
        Assert.Contains(blocks, block => block.Bytes == 0);
    }

    [Fact]
    public void ScratchPool_MoreRentedThanItKeeps_StillServes()
    {
        ScratchBlock[] blocks = [.. Enumerable.Range(0, ScratchPool.Blocks + 5).Select(_ => ScratchPool.Rent(64))];
        Assert.Equal(blocks.Length, blocks.Select(block => block.Address).Distinct().Count());
        foreach (ScratchBlock block in blocks)
            ScratchPool.Return(block);
    }

    [Theory]
    [InlineData(1, 100, 1e12, 1)]
    [InlineData(3, 100, 1, 3)]
    [InlineData(7, 2, 1e12, 2)]
    [InlineData(0, 100, 0, 1)]
    [InlineData(0, 100, 3e6, 1)]
    [InlineData(0, 1, 1e12, 1)]
    [InlineData(0, 0, 1e12, 1)]
    public void ThreadsFor_SmallWorkOrWish_IsObeyed(int parallelism, int items, double flops, int expected) =>
        Assert.Equal(expected, WorkScheduler.ThreadsFor(parallelism, items, flops));

    [Theory]
    [InlineData(0, 1e7, true, 1)]
    [InlineData(0, 1e7, false, 5)]
    [InlineData(0, 3e6, false, 1)]
    [InlineData(0, 4e7, true, 20)]
    [InlineData(2, 1e7, true, 2)]
    public void ThreadsFor_AfterAPause_LeavesSmallWorkToTheCaller(int parallelism, double flops, bool afterPause, int most) =>
        Assert.Equal(parallelism == 0 ? Math.Min(most, Environment.ProcessorCount) : most, WorkScheduler.ThreadsFor(parallelism, 100, flops, afterPause));

    [Fact]
    public void ThreadsFor_LargeWork_TakesAllCores()
    {
        Assert.Equal(Environment.ProcessorCount, WorkScheduler.ThreadsFor(0, int.MaxValue, 1e15));
        Assert.InRange(WorkScheduler.ThreadsFor(int.MaxValue, int.MaxValue, 1e15), Environment.ProcessorCount, Math.Max(16, Environment.ProcessorCount));
    }

    private readonly struct CountingWork(int[] counts) : IParallelWork
    {
        public void Execute(int item, nint scratch) => Interlocked.Increment(ref counts[item]);
    }

    private readonly struct ScratchWork(int length, ConcurrentDictionary<nint, int> seen) : IParallelWork
    {
        public void Execute(int item, nint scratch)
        {
            seen[scratch] = item;
            for (int i = 0; i < length; i++)
                Marshal.WriteInt32(scratch, i * sizeof(int), item + i);
            for (int i = 0; i < length; i++)
                Assert.Equal(item + i, Marshal.ReadInt32(scratch, i * sizeof(int)));
        }
    }

    private readonly struct GaugedWork(ConcurrencyGauge gauge) : IParallelWork
    {
        public void Execute(int item, nint scratch)
        {
            gauge.Enter();
            Thread.SpinWait(50);
            gauge.Leave();
        }
    }

    private readonly struct ThrowingWork(int badItem, ConcurrencyGauge gauge) : IParallelWork
    {
        public void Execute(int item, nint scratch)
        {
            gauge.Enter();
            Thread.SpinWait(20);
            gauge.Leave();
            if (item == badItem)
                throw new InvalidOperationException($"item {item}");
        }
    }

    private sealed class ConcurrencyGauge
    {
        private int _now;
        private int _highest;

        public int Now => Volatile.Read(ref _now);

        public int Highest => Volatile.Read(ref _highest);

        public void Enter()
        {
            int now = Interlocked.Increment(ref _now);
            for (int highest = Highest; now > highest;)
            {
                int found = Interlocked.CompareExchange(ref _highest, now, highest);
                if (found == highest)
                    return;
                highest = found;
            }
        }

        public void Leave() => Interlocked.Decrement(ref _now);
    }
}

/// <summary>Tests that fill the thread pool or look at memory that all calls share.</summary>
[CollectionDefinition(nameof(AloneOnTheThreadPool), DisableParallelization = true)]
public class AloneOnTheThreadPool;
