using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Hands a stream over piece by piece, and remembers in the store how far it is: after a crash the last piece is handed over again, with the same ids.</summary>
/// <remarks>One process runs it at a time; while that changes hands, two may for a moment: then the store takes the position from one of them, and the other reads on from there.</remarks>
internal sealed class HandOffLoop(IRatingStore store, IHandOff handOff, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

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

                Problem = "";
                pause = Pause;
            }
            catch (StaleWriterException)
            {
                // Another process was faster with this piece.
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
        var to = await handOff.SendAsync(from, cancellation);
        if (to == from) return false;
        // Not given up at a stop: it is outside already, and what is not remembered leaves again.
        await store.HandOffAsync(handOff.Stream, from, to, CancellationToken.None);
        Position = to;
        return true;
    }
}
