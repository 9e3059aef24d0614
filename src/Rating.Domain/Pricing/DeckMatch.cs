namespace Rating.Domain.Pricing;

/// <summary>Which number of a call a deck's prefixes are compared with.</summary>
public enum DeckMatch
{
    /// <summary>The called number.</summary>
    Called,

    /// <summary>The calling number, as for inbound and toll-free calls.</summary>
    Calling,

    /// <summary>Both: first the longest prefix of the called number, then of the calling one.</summary>
    Both,
}
