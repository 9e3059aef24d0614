using Rating.Engine.Closing;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Everything that leaves through an outlet (the outbox, and each partition's rejected records), and the close orders that come in by a topic: each by itself, from where the store says that it is.</summary>
/// <remarks>At least once: a message is remembered as handed over after it is durable outside, an order after it was carried out. Rating never waits for it.</remarks>
public sealed class HandOffs
{
    private readonly IReadOnlyList<(IHandOff HandOff, HandOffLoop Loop)> _streams;
    private volatile bool _isRunning;

    /// <summary>Puts them together.</summary>
    /// <param name="engine">Has what is to be handed over, and carries orders out.</param>
    /// <param name="log">Has the bytes of rejected records.</param>
    /// <param name="outlet">Where to.</param>
    /// <param name="triggers">The topic of close orders, read as a log; null when there is none.</param>
    /// <param name="time">Paces it.</param>
    public HandOffs(RatingEngine engine, IUsageLog log, IOutlet outlet, IUsageLog? triggers, TimeProvider time)
    {
        IRatingStore store = engine.Store;
        IHandOff[] streams =
        [
            new OutboxHandOff(store, outlet),
            .. Enumerable.Range(0, log.Partitions).Select(partition => new RejectedHandOff(store, log, engine.Book, partition, outlet)),
            .. triggers is null ? (IHandOff[])[] : [new CloseTriggers(engine, triggers, outlet)],
        ];
        _streams = [.. streams.Select(stream => (stream, new HandOffLoop(store, stream, time)))];
    }

    /// <summary>How each stream is doing; none while another process hands them over.</summary>
    public IReadOnlyList<HandOffStatus> Status => _isRunning ? [.. _streams.Select(stream => new HandOffStatus(stream.HandOff.Stream, stream.Loop.Position, stream.Loop.Problem))] : [];

    /// <summary>Hands over until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _isRunning = true;
        try
        {
            await Task.WhenAll(_streams.Select(stream => Task.Run(() => stream.Loop.RunAsync(cancellation), CancellationToken.None)));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped: what was not remembered is handed over again.
        }
        finally
        {
            _isRunning = false;
        }
    }
}
