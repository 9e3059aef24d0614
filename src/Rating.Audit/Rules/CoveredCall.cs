namespace Rating.Audit.Rules;

/// <summary>A call with what free units cover of its billed seconds.</summary>
internal sealed class CoveredCall(Revision revision, Charge charge, RatedCall call)
{
    /// <summary>The order in which free units are used: event time, source, id, charge; texts by UTF-16 code unit.</summary>
    public static readonly IComparer<CoveredCall> InOrderOfUse = Comparer<CoveredCall>.Create(Compare);

    public Revision Revision { get; } = revision;
    public Charge Charge { get; } = charge;
    public RatedCall Call { get; } = call;
    public Fraction Covered { get; set; }

    public bool IsCoveredBy(Allowance allowance) => Charge.Deck is not null && allowance.Covers(Charge, Call.Destination);

    private static int Compare(CoveredCall one, CoveredCall other)
    {
        var byTime = one.Call.Time.CompareTo(other.Call.Time);
        if (byTime != 0) return byTime;
        var bySource = string.CompareOrdinal(one.Call.Source, other.Call.Source);
        if (bySource != 0) return bySource;
        var byId = string.CompareOrdinal(one.Call.Id, other.Call.Id);
        return byId != 0 ? byId : string.CompareOrdinal(one.Charge.Key, other.Charge.Key);
    }
}
