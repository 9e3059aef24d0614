using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>What a rate deck says beside its rates.</summary>
public sealed record RateDeckSettings
{
    /// <summary>Its name in the catalog.</summary>
    public required string Key { get; init; }

    /// <summary>Which number its prefixes are compared with.</summary>
    public DeckMatch Match { get; init; }

    /// <summary>The data field with the called number.</summary>
    public string CalledField { get; init; } = "called";

    /// <summary>The data field with the calling number.</summary>
    public string CallingField { get; init; } = "calling";

    /// <summary>How numbers are brought into international form.</summary>
    public NumberPlan Numbers { get; init; } = NumberPlan.None;

    /// <summary>The currency of its prices.</summary>
    public required Currency Currency { get; init; }

    /// <summary>The time zone of its bands and days.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>Its holidays.</summary>
    public HolidayCalendar Calendar { get; init; } = HolidayCalendar.None;

    /// <summary>To how many decimals each call is rounded.</summary>
    public int CallDecimals { get; init; } = 4;

    /// <summary>How each call is rounded.</summary>
    public RoundingMode Rounding { get; init; }

    /// <summary>Its bands; none for one band.</summary>
    public IReadOnlyList<RateBand> Bands { get; init; } = [];
}
