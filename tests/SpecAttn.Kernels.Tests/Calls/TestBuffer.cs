using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpecAttn.Kernels.Tests.Calls;

/// <summary>Memory for one argument, with something around it that notices an access outside.</summary>
internal abstract class TestBuffer<T> : IDisposable
    where T : unmanaged
{
    public abstract Span<T> Span { get; }

    /// <summary>Throws when something was written outside <see cref="Span"/>.</summary>
    public virtual void VerifySurroundings()
    {
    }

    public virtual void Dispose()
    {
    }

    /// <summary>All bits set: NaN as a float, −1 as an int. A read of it spoils a result, a write over it shows.</summary>
    protected static void FillWithCanary(Span<T> memory) => MemoryMarshal.AsBytes(memory).Fill(0xFF);
}

/// <summary>A piece of an ordinary array, at an address that is aligned to one element only, between canaries.</summary>
internal sealed class CanaryBuffer<T> : TestBuffer<T>
    where T : unmanaged
{
    private const int Margin = 37;
    private readonly T[] _memory;

    public CanaryBuffer(int length)
    {
        _memory = new T[length + (2 * Margin)];
        FillWithCanary(_memory);
    }

    public override Span<T> Span => _memory.AsSpan(Margin, _memory.Length - (2 * Margin));

    public override void VerifySurroundings()
    {
        if (HasOtherBits(_memory.AsSpan(0, Margin)) || HasOtherBits(_memory.AsSpan(_memory.Length - Margin)))
            throw new InvalidOperationException("Something was written outside an argument.");
    }

    private static bool HasOtherBits(Span<T> margin) => MemoryMarshal.AsBytes(margin).ContainsAnyExcept((byte)0xFF);
}

/// <summary>Where the inaccessible page of a <see cref="GuardedBuffer{T}"/> lies.</summary>
public enum GuardSide
{
    Before,
    After,
}

/// <summary>Memory that ends exactly before, or begins exactly after, a page that may not be touched: an access there ends the process.</summary>
internal sealed class GuardedBuffer<T> : TestBuffer<T>
    where T : unmanaged
{
    private readonly GuardedPages _pages;
    private readonly int _length;

    public GuardedBuffer(int length, GuardSide side)
    {
        _length = length;
        _pages = new GuardedPages(length * Unsafe.SizeOf<T>(), side);
        FillWithCanary(Span);
    }

    public override Span<T> Span => MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<T>(), _pages.Data), _length);

    public override void Dispose() => _pages.Dispose();
}

/// <summary>A range of an array that other arguments may share.</summary>
/// <param name="memory">The array.</param>
/// <param name="start">First byte.</param>
/// <param name="length">Number of elements.</param>
internal sealed class SharedBuffer<T>(byte[] memory, int start, int length) : TestBuffer<T>
    where T : unmanaged
{
    public override Span<T> Span => MemoryMarshal.Cast<byte, T>(memory.AsSpan(start, length * Unsafe.SizeOf<T>()));
}
