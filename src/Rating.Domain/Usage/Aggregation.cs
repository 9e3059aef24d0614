namespace Rating.Domain.Usage;

/// <summary>How a meter makes one figure of a period's events. None depends on the order in which events arrive.</summary>
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
}
