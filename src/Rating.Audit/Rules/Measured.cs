namespace Rating.Audit.Rules;

/// <summary>What one record counts for one meter.</summary>
internal sealed record Measured(int Revision, Meter Meter, string[] Dimensions, Fraction Number, string Text, long Time, string Source, string Id)
{
    public bool IsAfter(Measured other)
    {
        if (Time != other.Time) return Time > other.Time;
        var bySource = string.CompareOrdinal(Source, other.Source);
        return bySource != 0 ? bySource > 0 : string.CompareOrdinal(Id, other.Id) > 0;
    }
}
