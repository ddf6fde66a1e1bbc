using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace SpecAttn.Kernels;

/// <summary>
/// Where the tokens lie that a call of the row kernel takes, chunk by chunk, as pages of a cache need not lie one behind the other; and where
/// those lie that it asks for meanwhile, so that they are near when they are needed. A long run of tokens is taken from four streams in turn,
/// a quarter of a chunk from each, as memory brings four streams sooner than one; then every quarter counts as a chunk here.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct TokenChunks
{
    /// <summary>First bytes of the chunks of the call, and of <see cref="Again"/> times two more. Of the latter nothing is read.</summary>
    internal byte** First;

    /// <summary>Streams, if there are any; then four chunks, one of each, follow each other.</summary>
    public const int Streams = 4;

    /// <summary>How many chunks ahead tokens are asked for the second time, or the only time. The first time is twice as far.</summary>
    internal int Again;

    /// <summary>Tokens from a chunk to the next one, or, of streams, from a chunk to the next one of its stream.</summary>
    internal int StepTokens;

    /// <summary>Tokens from a stream to the next one.</summary>
    internal int StreamTokens;

    /// <summary>How many bytes behind what is asked for first lies what will be needed even later, of which but the page is made known.</summary>
    internal int PageBytes;

    /// <summary>Whether one request brings tokens all the way into the nearest cache; if not, two bring them into the next one.</summary>
    public bool AsksOnce { get; internal set; }

    /// <summary>Whether chunks are taken from four streams in turn.</summary>
    public bool AreStreams { get; internal set; }

    /// <summary>The first element of a chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref T Tokens<T>(int chunk)
        where T : unmanaged => ref *(T*)First[chunk];

    /// <summary>How many tokens from the first one of the call to the first one of a chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Place(int chunk) => AreStreams
        ? ((chunk & (Streams - 1)) * StreamTokens) + ((int)((uint)chunk / Streams) * StepTokens)
        : chunk * StepTokens;

    /// <summary>The first element of the chunk that is asked for the second time, or the only time, when a chunk is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref T Ahead<T>(int chunk)
        where T : unmanaged => ref *(T*)First[chunk + Again];

    /// <summary>How many elements from a chunk to the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint ToNext<T>(int chunk)
        where T : unmanaged => Distance<T>(chunk, 1);

    /// <summary>How many elements from a chunk to the one whose tokens it asks for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint FirstAhead<T>(int chunk)
        where T : unmanaged => Distance<T>(chunk, 2 * Again);

    /// <summary>
    /// How many elements from a chunk to the one whose tokens it asks for once more, for the processor passes over some of what it is asked
    /// for while all its buffers for lines on their way are taken; or for the only time, see <see cref="AsksOnce"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint AgainAhead<T>(int chunk)
        where T : unmanaged => Distance<T>(chunk, Again);

    /// <summary>How many elements behind what is asked for first lies a page that is made known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly nint Page<T>()
        where T : unmanaged => Elements<T>(PageBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly nint Distance<T>(int chunk, int chunks)
        where T : unmanaged => Elements<T>((nint)(First[chunk + chunks] - First[chunk]));

    /// <summary>A shift, since the compiler cannot know that a division has no remainder.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Elements<T>(nint bytes)
        where T : unmanaged => bytes >> (sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : 2);
}
