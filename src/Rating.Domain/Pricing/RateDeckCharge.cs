using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>Calls, each priced by itself from a rate deck when it is rated; the line is the plain sum of its calls.</summary>
public sealed class RateDeckCharge : UsageCharge
{
    /// <summary>The deck.</summary>
    public required RateDeck Deck { get; init; }

    /// <summary>The deck of what calls cost the seller; null for none.</summary>
    public RateDeck? BuyDeck { get; init; }

    /// <summary>Whether all calls are one line, instead of one per destination.</summary>
    public bool IsOneLine { get; init; }

    /// <summary>Whether an allowance covers its calls one by one, so that they are kept in order. Set once, by whoever reads the plan.</summary>
    public bool IsInAllowance { get; set; }

    /// <summary>Its single calls, kept like a meter under the charge's key, by destination.</summary>
    public Meter ByCall => field ??= new Meter
    {
        Key = Key, Name = Name, Unit = "s", EventType = Meter.EventType, Value = "", Aggregation = Aggregation.Calls, Dimensions = [], Filter = [],
    };
}
