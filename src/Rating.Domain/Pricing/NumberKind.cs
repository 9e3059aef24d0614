namespace Rating.Domain.Pricing;

/// <summary>What a number plan makes of a dialled number.</summary>
public enum NumberKind
{
    /// <summary>A number in international form.</summary>
    International,

    /// <summary>A short code that is taken as dialled.</summary>
    Short,

    /// <summary>A number inside the customer's own system.</summary>
    Internal,

    /// <summary>An emergency number.</summary>
    Emergency,
}
