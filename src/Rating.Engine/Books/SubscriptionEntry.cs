using Rating.Domain;
using Rating.Domain.Billing;

namespace Rating.Engine.Books;

/// <summary>A subscription in the book, at its place.</summary>
public sealed class SubscriptionEntry
{
    private readonly AccountId _account;
    private SubscriptionTerms _terms;
    // Most have none: they were neither changed, closed nor watched.
    private History? _history;

    internal SubscriptionEntry(TenantBook tenant, int index, Subscription subscription) => (Tenant, Index, Id, _account, _terms) = (tenant, index, subscription.Id, subscription.Account, subscription.Terms);

    /// <summary>Whose it is.</summary>
    public TenantBook Tenant { get; }

    /// <summary>Its place among all subscriptions of the process: 0, 1, ...</summary>
    public int Index { get; }

    /// <summary>Its id.</summary>
    public SubscriptionId Id { get; }

    /// <summary>Its terms as they are now.</summary>
    public Subscription Subscription => new(Id, _account, _terms);

    /// <summary>Whether it was ended so that a period is no longer its own whose advance charges may be billed: a supplementary snapshot takes them back.</summary>
    public bool OwesCredit => _history?.OwesCredit ?? false;

    /// <summary>The closes begun, by period: each froze terms and prices of its period at its book sequence.</summary>
    public IReadOnlyList<ClosedPeriod> Closes => _history?.Closes ?? [];

    /// <summary>The last period whose close has begun; null before the first.</summary>
    public int? LastClosing => _history?.Closes is [.., var last] ? last.Period : null;

    /// <summary>The period that is closed next; after the last one for a supplementary snapshot.</summary>
    public int NextClosing => LastClosing + 1 ?? Subscription.FirstPeriod;

    /// <summary>Whether it has, or had, a plan with a level that is held from period to period.</summary>
    internal bool HoldsLevels => Tenant.Catalogs.Any(version => Subscription.Changes.SelectMany(change => change.Plans).Any(key => version.Catalog.Plans.TryGetValue(key, out var plan) && plan.HoldsLevels));

    /// <summary>Whether it has, or had, a plan with an allowance of which something may be left for later periods.</summary>
    internal bool CarriesUnits => Tenant.Catalogs.Any(version => Subscription.Changes.SelectMany(change => change.Plans).Any(key => version.Catalog.Plans.TryGetValue(key, out var plan) && plan.CarriesUnits));

    /// <summary>Whether it has, or had, a plan whose usage is invoiced at a threshold.</summary>
    internal bool HasThreshold => Tenant.Catalogs.Any(version => Subscription.Changes.Any(change => version.Catalog.Plans.TryGetValue(change.Plan, out var plan) && plan.Threshold is not null));

    /// <summary>The last book change that may have changed its alerts; 0 while it has none.</summary>
    internal long AlertsSince => _history?.AlertsSince ?? 0;

    /// <summary>The place of the subscription that its account got next; -1 while there is none.</summary>
    internal int NextOfAccount { get; set; } = -1;

    /// <summary>Takes note of a change that may have changed its alerts.</summary>
    /// <returns>Whether it has any, or had.</returns>
    internal bool WatchFrom(long sequence)
    {
        if (AlertsSince == 0 && Subscription.Alerts.Count == 0 && !Tenant.Catalogs.Any(version => version.Catalog.Alerts.Count > 0 && Subscription.Changes.Any(change => version.Catalog.Alerts.ContainsKey(change.Plan)))) return false;
        Changed.AlertsSince = sequence;
        return true;
    }

    // The span that the last record fell in; valid while the book is at its sequence.
    internal volatile ActiveSpan? Span;

    internal long SpanSequence;

    /// <summary>The book sequence at which a period was frozen; null while it is open.</summary>
    public long? FrozenAt(int period)
    {
        if (_history is null) return null;
        foreach (var close in _history.Closes)
            if (close.Period == period) return close.Sequence;
        return null;
    }

    /// <summary>Its terms as they were at a book sequence.</summary>
    public Subscription At(long sequence)
    {
        if (_history is not { Before: { Length: > 0 } before } || _history.Since <= sequence) return Subscription;
        for (var i = before.Length - 1; i > 0; i--)
            if (before[i].Sequence <= sequence) return Subscription with { Terms = before[i].Terms };
        return Subscription with { Terms = before[0].Terms };
    }

    internal void Become(Subscription state, long sequence)
    {
        if (state.End is not null && state.End != _terms.End && LastClosing >= state.LastPeriod) Changed.OwesCredit = true;
        Changed.Before = [.. Changed.Before, (Changed.Since, _terms)];
        (Changed.Since, _terms) = (sequence, state.Terms);
    }

    internal void AddClose(ClosedPeriod close)
    {
        Changed.Closes = [.. Changed.Closes, close];
        if (close.Period > Subscription.LastPeriod) Changed.OwesCredit = false;
    }

    private History Changed => _history ??= new History();

    private sealed class History
    {
        public ClosedPeriod[] Closes { get; set; } = [];

        // What was agreed before it was changed, and since when it is what it is; 0 for the first.
        public (long Sequence, SubscriptionTerms Terms)[] Before { get; set; } = [];

        public long Since { get; set; }

        public bool OwesCredit { get; set; }

        public long AlertsSince { get; set; }
    }
}
