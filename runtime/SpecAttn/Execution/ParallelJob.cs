using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace SpecAttn.Execution;

/// <summary>One call that several threads work on. The objects are kept and used again for later calls of the same kernel.</summary>
/// <remarks>
/// The protocol:
/// <list type="number">
/// <item>The caller opens the job: it sets the work and the number of <b>seats</b>, which are the helpers it can use, and puts
/// <b>invitations</b> into the thread pool's queue. An invitation is the job object itself; it does not say for which call it was.</item>
/// <item>A pool thread that takes up an invitation sits down if a seat is left, and otherwise goes away. Seated, it takes items
/// from the common counter until there are none, and leaves.</item>
/// <item>The caller takes items in the same way. When there are none it closes the job, that is, it takes away the seats that are
/// left, and waits until those who sat down have left. It never waits for an invitation, so a busy pool delays it by nothing.</item>
/// </list>
/// An invitation taken up late finds no seat, or, if the object serves another call by then, a seat there: it is as good as a new one,
/// and the next call sends so many fewer. The seats bound the number of threads, whatever became of which invitation.
/// Sitting down, leaving, opening and closing happen under one lock, so a helper sees all that the caller wrote before it opened. The
/// caller waits outside the lock: the count of seated helpers falls by a releasing write and is read by an acquiring one, so the
/// caller sees all that a helper wrote before it left. The item counter is interlocked and orders nothing but itself.
/// </remarks>
internal sealed class ParallelJob<TWork> : IThreadPoolWorkItem
    where TWork : struct, IParallelWork
{
    // Idle jobs of this kernel. More calls at a time than this make (and drop) an object each.
    private static readonly ParallelJob<TWork>?[] s_idle = new ParallelJob<TWork>?[16];

    private readonly object _gate = new();

    // Under the lock; the work itself is constant while anybody is seated.
    private int _seats;
    private int _seated;
    private int _invitations;
    private TWork _work;
    private int _items;
    private nuint _scratchBytes;
    private ExceptionDispatchInfo? _failure;

    private PaddedCounter _next;

    /// <inheritdoc cref="WorkScheduler.Run{TWork}"/>
    public static void Run(in TWork work, int items, nuint scratchBytes, int threads)
    {
        ParallelJob<TWork> job = Rent();
        job.Open(in work, items, scratchBytes, threads - 1);
        job.TakeItems(work, items, scratchBytes);
        ExceptionDispatchInfo? failure = job.Close();
        Return(job);
        failure?.Throw();
    }

    /// <summary>A pool thread takes up an invitation.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        TWork work;
        int items;
        nuint scratchBytes;
        lock (_gate)
        {
            _invitations--;
            if (_seats == 0)
                return;
            _seats--;
            _seated++;
            work = _work;
            items = _items;
            scratchBytes = _scratchBytes;
        }
        TakeItems(work, items, scratchBytes);
        lock (_gate)
            Volatile.Write(ref _seated, _seated - 1);
    }

    private void Open(in TWork work, int items, nuint scratchBytes, int helpers)
    {
        int missing;
        lock (_gate)
        {
            _work = work;
            _items = items;
            _scratchBytes = scratchBytes;
            _failure = null;
            _next.Value = 0;
            _seats = helpers;
            missing = helpers - _invitations;
            _invitations = Math.Max(_invitations, helpers);
        }
        Invite(missing);
    }

    private void Invite(int helpers)
    {
        int sent = 0;
        try
        {
            for (; sent < helpers; sent++)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch (OutOfMemoryException)
        {
            // Fewer helpers will do. To unwind from here would leave those who are seated at work in memory the caller then lets go.
            lock (_gate)
                _invitations -= helpers - sent;
        }
    }

    /// <summary>Takes items until there are none. Does not throw: the caller must come to close the job.</summary>
    private void TakeItems(TWork work, int items, nuint scratchBytes)
    {
        ScratchBlock? scratch = null;
        try
        {
            scratch = ScratchPool.Rent(scratchBytes);
            while (true)
            {
                long item = Interlocked.Increment(ref _next.Value) - 1;
                if (item >= items)
                    break;
                work.Execute((int)item, scratch.Address);
            }
        }
        catch (Exception exception)
        {
            Interlocked.Exchange(ref _next.Value, items);
            lock (_gate)
                _failure ??= ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            if (scratch is not null)
                ScratchPool.Return(scratch);
        }
    }

    private ExceptionDispatchInfo? Close()
    {
        lock (_gate)
        {
            _seats = 0;
            _work = default; // Whoever is seated has a copy; an idle job must not keep what the work refers to.
        }

        // The last items of the helpers: microseconds, so never a Sleep(1), which takes a thousand times as long.
        var spinner = new SpinWait();
        while (Volatile.Read(ref _seated) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        return failure;
    }

    private static ParallelJob<TWork> Rent()
    {
        for (int i = 0; i < s_idle.Length; i++)
        {
            if (s_idle[i] is not null && Interlocked.Exchange(ref s_idle[i], null) is { } job)
                return job;
        }
        return new ParallelJob<TWork>();
    }

    private static void Return(ParallelJob<TWork> job)
    {
        for (int i = 0; i < s_idle.Length; i++)
        {
            if (s_idle[i] is null && Interlocked.CompareExchange(ref s_idle[i], job, null) is null)
                return;
        }
    }
}

/// <summary>A counter on cache lines of its own: every thread writes to it, between fields that all of them read.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct PaddedCounter
{
    [FieldOffset(128)]
    public long Value;
}
