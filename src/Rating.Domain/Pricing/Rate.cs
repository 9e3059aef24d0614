using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>What calls to one destination prefix cost, in one band or in all, between two days.</summary>
public sealed record Rate
{
    /// <summary>The leading digits of the called number in international form, without plus.</summary>
    public required string Prefix { get; init; }

    /// <summary>The destination's name, as the invoice shows it.</summary>
    public required string Destination { get; init; }

    /// <summary>The band that it is for; empty for all bands that the prefix has no own rate for.</summary>
    public required string Band { get; init; }

    /// <summary>The price of a minute.</summary>
    public required UnitPrice PerMinute { get; init; }

    /// <summary>Due once per answered call.</summary>
    public required UnitPrice ConnectionFee { get; init; }

    /// <summary>The least that an answered call costs.</summary>
    public required UnitPrice MinimumCharge { get; init; }

    /// <summary>The seconds billed for any call up to that length.</summary>
    public required int InitialSeconds { get; init; }

    /// <summary>The steps in which seconds beyond the initial ones are billed.</summary>
    public required int IncrementSeconds { get; init; }

    /// <summary>The first day on which calls cost this; null for always.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The day from which they no longer do; null for never.</summary>
    public LocalDate? To { get; init; }
}
