using Rating.Engine.Books;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Everything that leaves through an outlet: the outbox, and each partition's rejected records; each runs by itself until disposed.</summary>
/// <remarks>At least once: a message is remembered as handed over after it is durable outside. Rating never waits for it.</remarks>
public sealed class HandOffs : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<(IHandOff HandOff, HandOffLoop Loop)> _streams;
    private readonly Task[] _running;

    /// <summary>Begins to hand over.</summary>
    /// <param name="store">Has what is to be handed over, and remembers how far it is.</param>
    /// <param name="log">Has the bytes of rejected records.</param>
    /// <param name="book">Knows the tenants.</param>
    /// <param name="outlet">Where to.</param>
    /// <param name="time">Paces it.</param>
    public HandOffs(IRatingStore store, IUsageLog log, Book book, IOutlet outlet, TimeProvider time)
    {
        IHandOff[] streams = [new OutboxHandOff(store, outlet), .. Enumerable.Range(0, log.Partitions).Select(partition => new RejectedHandOff(store, log, book, partition, outlet))];
        _streams = [.. streams.Select(stream => (stream, new HandOffLoop(store, stream, time)))];
        _running = [.. _streams.Select(stream => Task.Run(() => RunAsync(stream.Loop)))];
    }

    /// <summary>How each stream is doing.</summary>
    public IReadOnlyList<HandOffStatus> Status => [.. _streams.Select(stream => new HandOffStatus(stream.HandOff.Stream, stream.Loop.Position, stream.Loop.Problem))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private async Task RunAsync(HandOffLoop loop)
    {
        try
        {
            await loop.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped: what was not remembered is handed over again.
        }
    }
}
