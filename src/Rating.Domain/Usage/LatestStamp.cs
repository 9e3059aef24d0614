using NodaTime;

namespace Rating.Domain.Usage;

/// <summary>The place of an event in the order (event time, source, id), which decides ties the same way however events arrive.</summary>
public sealed record LatestStamp(Instant EventTime, string Source, string Id) : IComparable<LatestStamp>
{
    /// <inheritdoc/>
    public int CompareTo(LatestStamp? other)
    {
        if (other is null) return 1;
        var order = EventTime.CompareTo(other.EventTime);
        if (order == 0) order = string.CompareOrdinal(Source, other.Source);
        return order != 0 ? order : string.CompareOrdinal(Id, other.Id);
    }
}
