using Rating.Domain;
using Rating.Domain.Billing;

namespace Rating.Engine.Books;

/// <summary>A subscription in the book, at its place.</summary>
public sealed class SubscriptionEntry
{
    internal SubscriptionEntry(TenantBook tenant, int index, Subscription subscription, long sequence) => (Tenant, Index, Id, Subscription, _since) = (tenant, index, subscription.Id, subscription, sequence);

    /// <summary>Whose it is.</summary>
    public TenantBook Tenant { get; }

    /// <summary>Its place among all subscriptions of the process: 0, 1, ...</summary>
    public int Index { get; }

    /// <summary>Its id.</summary>
    public SubscriptionId Id { get; }

    /// <summary>Its terms as they are now.</summary>
    public Subscription Subscription { get; private set; }

    /// <summary>Whether it was ended so that a period is no longer its own whose advance charges may be billed: a supplementary snapshot takes them back.</summary>
    public bool OwesCredit { get; private set; }

    /// <summary>The closes begun, by period: each froze terms and prices of its period at its book sequence.</summary>
    public IReadOnlyList<ClosedPeriod> Closes => _closes;

    /// <summary>The last period whose close has begun; null before the first.</summary>
    public int? LastClosing => _closes.Length == 0 ? null : _closes[^1].Period;

    /// <summary>The period that is closed next; after the last one for a supplementary snapshot.</summary>
    public int NextClosing => LastClosing + 1 ?? Subscription.FirstPeriod;

    /// <summary>Whether it has, or had, a plan with a level that is held from period to period.</summary>
    internal bool HoldsLevels => Tenant.Catalogs.Any(version => Subscription.Changes.SelectMany(change => change.Plans).Any(key => version.Catalog.Plans.TryGetValue(key, out var plan) && plan.HoldsLevels));

    /// <summary>Whether it has, or had, a plan with an allowance of which something may be left for later periods.</summary>
    internal bool CarriesUnits => Tenant.Catalogs.Any(version => Subscription.Changes.SelectMany(change => change.Plans).Any(key => version.Catalog.Plans.TryGetValue(key, out var plan) && plan.CarriesUnits));

    /// <summary>Whether it has, or had, a plan whose usage is invoiced at a threshold.</summary>
    internal bool HasThreshold => Tenant.Catalogs.Any(version => Subscription.Changes.Any(change => version.Catalog.Plans.TryGetValue(change.Plan, out var plan) && plan.Threshold is not null));

    /// <summary>The last book change that may have changed its alerts; 0 while it has none.</summary>
    internal long AlertsSince { get; private set; }

    /// <summary>Takes note of a change that may have changed its alerts.</summary>
    /// <returns>Whether it has any, or had.</returns>
    internal bool WatchFrom(long sequence)
    {
        if (AlertsSince == 0 && Subscription.Alerts.Count == 0 && !Tenant.Catalogs.Any(version => version.Catalog.Alerts.Count > 0 && Subscription.Changes.Any(change => version.Catalog.Alerts.ContainsKey(change.Plan)))) return false;
        AlertsSince = sequence;
        return true;
    }

    private ClosedPeriod[] _closes = [];
    // What it was before it was changed, and since when it is what it is: most are never changed.
    private (long Sequence, Subscription State)[] _before = [];
    private long _since;

    // The span that the last record fell in; valid while the book is at its sequence.
    internal volatile ActiveSpan? Span;

    internal long SpanSequence;

    /// <summary>The book sequence at which a period was frozen; null while it is open.</summary>
    public long? FrozenAt(int period)
    {
        foreach (var close in _closes)
            if (close.Period == period) return close.Sequence;
        return null;
    }

    /// <summary>Its terms as they were at a book sequence.</summary>
    public Subscription At(long sequence)
    {
        if (_before.Length == 0 || _since <= sequence) return Subscription;
        for (var i = _before.Length - 1; i > 0; i--)
            if (_before[i].Sequence <= sequence) return _before[i].State;
        return _before[0].State;
    }

    internal void Become(Subscription state, long sequence)
    {
        if (state.End is not null && state.End != Subscription.End && LastClosing >= state.LastPeriod) OwesCredit = true;
        _before = [.. _before, (_since, Subscription)];
        (_since, Subscription) = (sequence, state);
    }

    internal void AddClose(ClosedPeriod close)
    {
        _closes = [.. _closes, close];
        if (close.Period > Subscription.LastPeriod) OwesCredit = false;
    }
}
