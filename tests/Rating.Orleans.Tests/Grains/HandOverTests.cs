using Microsoft.Extensions.Logging;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Orleans.Tests.Grains;

/// <summary>A partition that goes in the moment in which it comes: silos that join together pass it on at once.</summary>
public sealed class HandOverTests
{
    [Fact]
    public async Task A_partition_that_is_lost_while_it_begins_is_not_asked_here_any_more()
    {
        await using var log = new MemoryUsageLog(1);
        await using var store = new MemoryRatingStore(1);
        var moment = new Moment();
        await using var silos = await TestSilos.StartAsync(1, log, store, new RatingSettings { Partitions = 1 }, new TestClock(), logger: moment);
        var node = silos.Nodes[0];
        var isLost = false;
        moment.Came = () =>
        {
            // Orleans has not taken note yet that the grain has begun, and will not tell it that it ends.
            node.BelongsHere = _ => false;
            node.Served[0].Runner.OnLost!();
            isLost = true;
        };
        await node.Served[0].LeaveAsync();
        await Until.SoAsync("it began again, was lost, and nobody is asked for it", () => Task.FromResult(isLost && node.Served.IsEmpty));
        node.BelongsHere = _ => true;
        await Until.SoAsync("it is served again", () => Task.FromResult(silos.Engines[0].NotReady.Count == 0));
    }

    /// <summary>Does something once, in the midst of what says "is served here".</summary>
    private sealed class Moment : ILogger
    {
        public Action? Came { get; set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Came is not { } came || !formatter(state, exception).EndsWith("is served here", StringComparison.Ordinal)) return;
            Came = null;
            came();
        }
    }
}
