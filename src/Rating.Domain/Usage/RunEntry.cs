using NodaTime;

namespace Rating.Domain.Usage;

/// <summary>One event of a run: its place in the order (event time, source, id), and its value; of a call also its price in 10^-21 of the currency's unit.</summary>
public readonly record struct RunEntry(Instant EventTime, string Source, string Id, Int128 Nano, Int128 Scaled = default) : IComparable<RunEntry>
{
    /// <summary>By (event time, source, id), texts by UTF-16 code unit; the value only tells repetitions apart.</summary>
    public int CompareTo(RunEntry other)
    {
        var order = EventTime.CompareTo(other.EventTime);
        if (order == 0) order = string.CompareOrdinal(Source, other.Source);
        if (order == 0) order = string.CompareOrdinal(Id, other.Id);
        return order != 0 ? order : Nano.CompareTo(other.Nano);
    }
}
