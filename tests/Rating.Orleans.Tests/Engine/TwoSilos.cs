using System.Runtime.CompilerServices;
using NodaTime;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Tests.Engine;

namespace Rating.Orleans.Tests.Engine;

/// <summary>An engine whose partitions, subscriptions and close batches are grains of two silos: what the suites of <c>Rating.Tests/Engine</c> promise holds through them, too.</summary>
internal sealed class TwoSilos : IEngineRuntime
{
    private TestSilos? _silos;

    public int RoundTakes => 300;

    [ModuleInitializer]
    public static void Use() => EngineWorld.Runtime = () => new TwoSilos();

    public async Task<IReadOnlyList<RatingEngine>> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock)
    {
        _silos = await TestSilos.StartAsync(2, log, store, settings, clock);
        // What was half done is finished by whoever closes next; one process finishes it at its start, and the suites go by that.
        var closed = await store.ClosedBatchesAsync(default);
        foreach (var batch in _silos.Nodes[0].Keeper.Book.Read(book => book.Batches.Values.Where(batch => !closed.Contains(batch.Number)).ToList()))
            await _silos.Partitions[0].FinishAsync(batch, default);
        return _silos.Engines;
    }

    public async Task StopAsync()
    {
        if (_silos is not null) await _silos.DisposeAsync();
        _silos = null;
    }
}
