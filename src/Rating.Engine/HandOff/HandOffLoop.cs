using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Hands a stream over piece by piece, and remembers in the store how far it is: after a crash the last piece is handed over again, with the same ids.</summary>
/// <remarks>
/// Several processes may run the same stream. The one that moves the position goes on; one that finds it moved by another stands by, and takes over only when the position stays where it is
/// although there is something to hand over. Two at once do no harm but duplicates.
/// </remarks>
internal sealed class HandOffLoop(IRatingStore store, IHandOff handOff, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    /// <summary>How long one that stands by waits for the other to move.</summary>
    private static readonly TimeSpan StandBy = TimeSpan.FromSeconds(15);

    private bool _standsBy;

    /// <summary>The last failure; empty once a piece has been handed over since.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>How far the stream is handed over, as far as this process knows.</summary>
    public long Position { get; private set; }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pause = Pause;
        while (true)
        {
            try
            {
                while (await StepAsync(cancellation))
                {
                    // There may be more.
                }

                if (!_standsBy) Problem = "";
                pause = Pause;
            }
            catch (StaleWriterException)
            {
                Problem = "another process hands it over; this one stands by";
                _standsBy = true;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                // Nothing is lost: what was not remembered as handed over is handed over again.
                Problem = failed.Message;
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }

            await Task.Delay(pause, time, cancellation);
        }
    }

    // Hands one piece over; says whether there was one.
    private async Task<bool> StepAsync(CancellationToken cancellation)
    {
        var from = Position = await store.HandedOffAsync(handOff.Stream, cancellation);
        if (_standsBy)
        {
            var isWaiting = await handOff.ReachAsync(from, cancellation) > from;
            await Task.Delay(StandBy, time, cancellation);
            if (!isWaiting || await store.HandedOffAsync(handOff.Stream, cancellation) != from) return false;
            _standsBy = false;
        }

        var to = await handOff.SendAsync(from, cancellation);
        if (to == from) return false;
        // Not given up at a stop: it is outside already, and what is not remembered leaves again.
        await store.HandOffAsync(handOff.Stream, from, to, CancellationToken.None);
        Position = to;
        return true;
    }
}
