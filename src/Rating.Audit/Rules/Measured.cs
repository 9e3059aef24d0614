namespace Rating.Audit.Rules;

/// <summary>What one record counts for one meter; a figure that a quote gives counts as it is.</summary>
internal sealed record Measured(int Revision, Meter Meter, string[] Dimensions, Fraction Number, string Text, long Time, string Source, string Id, bool IsFigure = false) : IComparable<Measured>
{
    public bool IsAfter(Measured other) => CompareTo(other) > 0;

    /// <summary>The order of usage: event time, source, id; texts by UTF-16 code unit.</summary>
    public int CompareTo(Measured? other)
    {
        if (other is null) return 1;
        if (Time != other.Time) return Time.CompareTo(other.Time);
        var bySource = string.CompareOrdinal(Source, other.Source);
        return bySource != 0 ? bySource : string.CompareOrdinal(Id, other.Id);
    }
}
