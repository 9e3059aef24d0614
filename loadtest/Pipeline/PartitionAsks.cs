using System.Diagnostics.Metrics;
using Rating.Engine;

namespace Rating.Loadtest.Pipeline;

/// <summary>Counts the partitions of other silos that this one asks for running charges, by the engine's own counter.</summary>
internal sealed class PartitionAsks : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public PartitionAsks()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name && instrument.Name == "rating.balance.asks") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
        _listener.Start();
    }

    /// <summary>How many so far.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
