namespace Rating.Domain.Pricing;

/// <summary>How a part of a period is charged.</summary>
public enum Proration
{
    /// <summary>By its days over the days of the whole period; the first day counts, the end day does not.</summary>
    Day,

    /// <summary>By its seconds over the seconds of the whole period: days of a clock change have 23 or 25 hours, and a change may come within a day.</summary>
    Second,

    /// <summary>By days of months that all have 30 (30E/360) over those of the whole period.</summary>
    Fixed30,

    /// <summary>In full, once, for the terms in force on the first day of the part; a later part of the same period is free.</summary>
    None,
}
