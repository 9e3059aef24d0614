namespace Rating.Domain.Usage;

/// <summary>Which figure: the plan revision in force, the meter, and the values of its dimensions.</summary>
public sealed record MeterKey(int Revision, string Meter, Aggregation Aggregation, string Dimensions) : IComparable<MeterKey>
{
    /// <inheritdoc/>
    public int CompareTo(MeterKey? other)
    {
        if (other is null) return 1;
        var order = Revision.CompareTo(other.Revision);
        if (order == 0) order = string.CompareOrdinal(Meter, other.Meter);
        if (order == 0) order = string.CompareOrdinal(Dimensions, other.Dimensions);
        return order != 0 ? order : Aggregation.CompareTo(other.Aggregation);
    }
}
