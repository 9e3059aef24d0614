namespace Rating.Audit.Rules;

/// <summary>A call with what free units cover of its billed seconds.</summary>
internal sealed class CoveredCall(Revision revision, Charge charge, RatedCall call) : IComparable<CoveredCall>
{
    public Revision Revision { get; } = revision;
    public Charge Charge { get; } = charge;
    public RatedCall Call { get; } = call;
    public Fraction Covered { get; set; }

    public bool IsCoveredBy(Allowance allowance) => Charge.Deck is not null && allowance.Covers(Charge, Call.Destination);

    /// <summary>The order in which free units are used: event time, source, id, charge; texts by UTF-16 code unit.</summary>
    public int CompareTo(CoveredCall? other)
    {
        if (other is null) return 1;
        var byTime = Call.Time.CompareTo(other.Call.Time);
        if (byTime != 0) return byTime;
        var bySource = string.CompareOrdinal(Call.Source, other.Call.Source);
        if (bySource != 0) return bySource;
        var byId = string.CompareOrdinal(Call.Id, other.Call.Id);
        return byId != 0 ? byId : string.CompareOrdinal(Charge.Key, other.Charge.Key);
    }
}
