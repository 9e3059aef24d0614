using System.Diagnostics.Metrics;

namespace Rating.Loadtest.Pipeline;

/// <summary>Whether this silo sends anything to others, by Orleans' own counters.</summary>
internal sealed class RemoteMessages : IDisposable
{
    private const string Meter = "Microsoft.Orleans", Instrument = "orleans-messaging-sent-header-size";
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _seen = [];
    private long _added;

    public RemoteMessages()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Meter && instrument.Name.StartsWith(Instrument, StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Bytes of headers that were sent to other silos so far.</summary>
    public long Sent()
    {
        _listener.RecordObservableInstruments();
        lock (_gate) return _added + _seen.Values.Sum();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var tag in tags) name += $" {tag.Key}={tag.Value}";
        lock (_gate)
        {
            if (instrument.IsObservable) _seen[name] = value;
            else _added += value;
        }
    }
}
