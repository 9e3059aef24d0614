using System.Diagnostics.Tracing;

namespace Rating.Loadtest.Local;

/// <summary>Which types are allocated most: the runtime names one for every 100 KB or so.</summary>
internal sealed class AllocationSample : EventListener
{
    private const EventKeywords GarbageCollection = (EventKeywords)1;
    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);

    private volatile bool _isOn;

    public void Start() => _isOn = true;

    public void Stop() => _isOn = false;

    /// <summary>The types with the most bytes, and their share.</summary>
    public IEnumerable<(string Type, double Share)> Top(int most)
    {
        lock (_bytes)
        {
            var sum = (double)_bytes.Values.Sum();
            return [.. _bytes.OrderByDescending(pair => pair.Value).Take(most).Select(pair => (pair.Key, pair.Value / sum))];
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") EnableEvents(eventSource, EventLevel.Verbose, GarbageCollection);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (!_isOn || eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) != true) return;
        var (type, bytes) = ((string)eventData.Payload![5]!, Convert.ToInt64(eventData.Payload[3]));
        lock (_bytes) _bytes[type] = _bytes.GetValueOrDefault(type) + bytes;
    }
}
