using NodaTime;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>One engine, with all partitions in it.</summary>
internal sealed class OneProcess : IEngineRuntime
{
    private RatingEngine? _engine;

    public int RoundTakes => 1;

    public async Task<IReadOnlyList<RatingEngine>> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock) =>
        [_engine = await RatingEngine.StartAsync(log, store, settings, clock, TimeProvider.System, default)];

    public Task StopAsync() => _engine?.DisposeAsync().AsTask() ?? Task.CompletedTask;
}
