namespace Rating.Domain.Pricing;

/// <summary>How a part of a period is charged.</summary>
public enum Proration
{
    /// <summary>By its days over the days of the whole period; the first day counts, the end day does not.</summary>
    Day,

    /// <summary>In full, once, for the terms in force on the first day of the part; a later part of the same period is free.</summary>
    None,
}
