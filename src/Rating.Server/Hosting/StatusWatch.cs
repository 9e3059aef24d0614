using System.Diagnostics.Metrics;
using Rating.Engine;
using Rating.Engine.HandOff;
using Rating.Engine.Views;

namespace Rating.Server.Hosting;

/// <summary>Looks at the partitions every few seconds: logs what changed, and holds what gauges show.</summary>
internal sealed class StatusWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private readonly Installation _installation;
    private readonly ILogger _logger;
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly Task _running;
    private volatile IReadOnlyList<PartitionStatus> _partitions = [];
    private volatile IReadOnlyList<HandOffStatus> _handOffs = [];

    /// <summary>Begins to look.</summary>
    public StatusWatch(Installation installation, ILogger logger)
    {
        (_installation, _logger) = (installation, logger);
        _meter.CreateObservableGauge("rating.partition.lag", () => _partitions.Select(one => Of(one.Lag, one)), "{record}", "Records in the log that have no stored verdict yet.");
        _meter.CreateObservableGauge("rating.partition.position", () => _partitions.Select(one => Of(one.Committed, one)), "{record}", "The log position up to which all is stored.");
        _meter.CreateObservableGauge(
            "rating.partition.state", () => _partitions.Select(one => new Measurement<int>(1, [new("rating.partition", one.Partition), new("rating.partition.state", NameOf(one.State))])), "1",
            "1 for the state in which a partition is: loading, running, waiting, stopped or lost.");
        _meter.CreateObservableGauge("rating.ids.remembered", () => Ids(ids => ids.Count), "{id}", "Ids that are remembered to recognise repetitions.");
        _meter.CreateObservableGauge("rating.ids.memory", () => Ids(ids => ids.Bytes), "By", "Memory that remembered ids take.");
        _meter.CreateObservableGauge("rating.handoff.position", () => _handOffs.Select(one => new Measurement<long>(one.Position, new KeyValuePair<string, object?>("rating.handoff.stream", one.Stream))), "1", "How far a stream is published.");
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _meter.Dispose();
        _stop.Dispose();
    }

    private static Measurement<long> Of(long value, PartitionStatus one) => new(value, new KeyValuePair<string, object?>("rating.partition", one.Partition));

    private static string NameOf(PartitionState state) => state.ToString().ToLowerInvariant();

    private IEnumerable<Measurement<long>> Ids(Func<(long Bytes, long Count), long> which) => _installation.IsLoaded ? [new(which(_installation.Engine.RememberedIds))] : [];

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                if (_installation.IsLoaded) await LookAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            _partitions = await _installation.Engine.StatusAsync(_stop.Token);
            _handOffs = _installation.HandOffs;
        }
        catch (Exception wrong) when (!_stop.IsCancellationRequested)
        {
            Tell("status", wrong.Message, why => ServerLog.StatusUnknown(_logger, why), () => { });
            return;
        }

        Tell("status", "", _ => { }, () => { });
        foreach (var one in _partitions)
            Tell($"partition/{one.Partition}", one.Problem, why => ServerLog.PartitionStands(_logger, one.Partition, NameOf(one.State), why), () => ServerLog.PartitionMoves(_logger, one.Partition, one.Committed));
        foreach (var one in _handOffs)
            Tell(one.Stream, one.Problem, why => ServerLog.HandOffStands(_logger, one.Stream, why), () => ServerLog.HandOffMoves(_logger, one.Stream, one.Position));
    }

    // Once when it begins or changes, once when it is over.
    private void Tell(string what, string problem, Action<string> begins, Action ends)
    {
        if (_problems.GetValueOrDefault(what, "") == problem) return;
        _problems[what] = problem;
        if (problem.Length > 0) begins(problem);
        else ends();
    }
}
