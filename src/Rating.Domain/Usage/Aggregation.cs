namespace Rating.Domain.Usage;

/// <summary>How a meter makes one figure of a period's events. None depends on the order in which events arrive. Numbers are stored: never reuse one.</summary>
public enum Aggregation
{
    /// <summary>The number of events.</summary>
    Count,

    /// <summary>The sum of their values.</summary>
    Sum,

    /// <summary>The largest value.</summary>
    Max,

    /// <summary>The smallest value.</summary>
    Min,

    /// <summary>The number of different values.</summary>
    Unique,

    /// <summary>The value of the last event by (event time, source, id).</summary>
    Latest,

    /// <summary>The sum of their values, divided by their number.</summary>
    Average,

    /// <summary>A level that events set or change, times how long it was held.</summary>
    TimeWeighted,

    /// <summary>The events one by one, kept beside the meter's own figure for a charge that looks at single events. No meter of a catalog has it.</summary>
    Each,

    /// <summary>Single calls of a rate-deck charge with their price, kept in order where an allowance covers calls one by one. No meter of a catalog has it.</summary>
    Calls,
}
