namespace Rating.Domain.Usage;

/// <summary>Which calls: the plan revision in force, the rate-deck charge, and the destination by its name in the deck.</summary>
public sealed record CallKey(int Revision, string Charge, string Destination) : IComparable<CallKey>
{
    /// <inheritdoc/>
    public int CompareTo(CallKey? other)
    {
        if (other is null) return 1;
        var order = Revision.CompareTo(other.Revision);
        if (order == 0) order = string.CompareOrdinal(Charge, other.Charge);
        return order != 0 ? order : string.CompareOrdinal(Destination, other.Destination);
    }
}
