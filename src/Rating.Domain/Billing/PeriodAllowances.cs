using System.Numerics;
using NodaTime;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Domain.Billing;

/// <summary>The allowances of one subscription in one period: what earlier periods left and this one grants, used up revision by revision, calls in the order of their time. The rules are in docs/formats.md, "Allowances".</summary>
internal sealed class PeriodAllowances
{
    private readonly PeriodTerms _terms;
    private readonly PeriodUsage _usage;
    private readonly AllowancePool? _pool;
    private readonly List<AllowanceGrant> _grants;
    private readonly Dictionary<CallKey, (Quantity Covered, Int128 Scaled)> _calls = [];
    private PlanRevision? _revision;

    public PeriodAllowances(PeriodTerms terms, PeriodUsage usage, IReadOnlyList<AllowanceGrant> opening, AllowancePool? pool) =>
        (_terms, _usage, _pool, _grants) = (terms, usage, pool, [.. opening.Where(grant => grant.Until > terms.Period.Start)]);

    /// <summary>Begins a plan revision of the period: grants what it gives, and covers its calls.</summary>
    public void Begin(PlanRevision revision)
    {
        _revision = revision;
        foreach (var allowance in revision.Allowances)
            if (!allowance.IsPooled && GrantOf(_terms, revision, allowance) is { } grant) _grants.Add(grant);
        CoverCalls(revision);
    }

    /// <summary>How much of a charge's figure is free; it is used up.</summary>
    public Quantity Cover(UsageCharge charge, Quantity figure)
    {
        var covered = Quantity.Zero;
        foreach (var allowance in _revision!.Allowances)
        {
            if (!allowance.Covers(charge.Key) || figure <= covered) continue;
            covered += allowance.IsPooled ? _pool?.Take(allowance.Key, figure - covered) ?? Quantity.Zero : Take(allowance, figure - covered);
        }

        if (covered > Quantity.Zero) Figures[(_revision.Id, charge.Key)] = covered;
        return covered;
    }

    /// <summary>What was covered of figures, by plan revision and charge.</summary>
    public Dictionary<(int Revision, string Charge), Quantity> Figures { get; } = [];

    /// <summary>What of a destination's calls is free, and what the rest of them costs; null where no allowance covered any.</summary>
    public (Quantity Covered, Int128 Scaled)? CallsOf(CallKey key) => _pool is not null && _pool.CallsOf(_terms.Subscription, key) is { } pooled ? pooled : _calls.TryGetValue(key, out var own) ? own : null;

    /// <summary>What is left for later periods.</summary>
    public IReadOnlyList<AllowanceGrant> Close()
    {
        var end = _terms.Period.End;
        var left = _grants.Where(grant => grant.Until > end && grant.Left > Quantity.Zero).OrderBy(grant => grant.Until).ThenBy(grant => grant.OwnUntil).ToList();
        foreach (var allowance in _terms.Spans.SelectMany(span => span.Revision.Allowances).GroupBy(allowance => allowance.Key, StringComparer.Ordinal).Select(same => same.Last()).Where(allowance => allowance.CarriedMax is not null))
        {
            bool IsCarried(AllowanceGrant grant) => grant.OwnUntil <= end && string.Equals(grant.Allowance, allowance.Key, StringComparison.Ordinal);
            var tooMuch = left.Where(IsCarried).Aggregate(Quantity.Zero, (sum, grant) => sum + grant.Left) - allowance.CarriedMax!.Value;
            for (var i = 0; i < left.Count && tooMuch > Quantity.Zero; i++)
            {
                if (!IsCarried(left[i])) continue;
                var dropped = left[i].Left < tooMuch ? left[i].Left : tooMuch;
                left[i] = left[i] with { Left = left[i].Left - dropped };
                tooMuch -= dropped;
            }
        }

        return [.. left.Where(grant => grant.Left > Quantity.Zero)];
    }

    /// <summary>What an allowance grants in a plan revision of a period; null for nothing.</summary>
    public static AllowanceGrant? GrantOf(PeriodTerms terms, PlanRevision revision, Allowance allowance)
    {
        if (allowance.Interval is { } interval)
        {
            var own = terms.ChargePeriods.FirstOrDefault(period => period.Interval == interval && IsGrantedIn(terms, revision, allowance, period));
            return own is null ? null : Grant(terms, allowance, own.Period, own.Spans.Where(span => span.Revision.Allowances.Any(other => string.Equals(other.Key, allowance.Key, StringComparison.Ordinal))));
        }

        return Grant(terms, allowance, terms.Period, terms.Spans.Where(span => span.Revision == revision));
    }

    // In the billing period, and the revision, in which the subscription first has it in that period of its own.
    private static bool IsGrantedIn(PeriodTerms terms, PlanRevision revision, Allowance allowance, ChargePeriod own)
    {
        var first = own.Spans.FirstOrDefault(span => span.Revision.Allowances.Any(other => string.Equals(other.Key, allowance.Key, StringComparison.Ordinal)));
        return first is not null && first.Revision == revision && first.From >= terms.Period.Start && first.From < terms.Period.End;
    }

    private static AllowanceGrant? Grant(PeriodTerms terms, Allowance allowance, BillingPeriod period, IEnumerable<TermsSpan> spans)
    {
        var granting = spans.Where(span => !span.IsPaused).ToList();
        if (granting.Count == 0) return null;
        var (part, whole) = allowance.IsProrated ? (granting.Sum(span => Period.DaysBetween(span.From, span.To)), period.Days) : (1, 1);
        var exact = (BigInteger)allowance.Units.Nano * (BigInteger)granting[^1].Quantity(allowance.QuantityName).Nano * part;
        var divisor = (BigInteger)Quantity.One.Nano * whole;
        var units = new Quantity((Int128)((exact * 2 + divisor) / (divisor * 2)));
        if (units <= Quantity.Zero) return null;
        var until = allowance.RolloverPeriods == 0 || terms.Schedule is not { } schedule ? period.End : schedule.Period(schedule.NumberOf(period.End.PlusDays(-1)) + allowance.RolloverPeriods).End;
        return new AllowanceGrant(allowance.Key, allowance.Meter, period.End, until, units);
    }

    // What ends first is used first.
    private Quantity Take(Allowance allowance, Quantity wanted)
    {
        var taken = Quantity.Zero;
        foreach (var place in Enumerable.Range(0, _grants.Count).OrderBy(i => _grants[i].Until).ThenBy(i => _grants[i].OwnUntil).ThenBy(i => i))
        {
            var grant = _grants[place];
            if (!string.Equals(grant.Allowance, allowance.Key, StringComparison.Ordinal) || !string.Equals(grant.Meter, allowance.Meter, StringComparison.Ordinal)) continue;
            var part = grant.Left < wanted - taken ? grant.Left : wanted - taken;
            _grants[place] = grant with { Left = grant.Left - part };
            taken += part;
        }

        return taken;
    }

    private void CoverCalls(PlanRevision revision)
    {
        var allowances = revision.Allowances.Where(allowance => !allowance.IsPooled).ToList();
        var calls = CoveredCall.InOrder(_usage, revision, "", key => allowances.Exists(allowance => allowance.Covers(key.Charge, key.Destination)));
        foreach (var allowance in allowances)
            foreach (var call in calls)
                if (allowance.Covers(call.Key.Charge, call.Key.Destination)) call.Cover(Take(allowance, call.Rest));
        foreach (var (key, covered) in CoveredCall.Sums(calls)) _calls[key] = covered;
    }
}
