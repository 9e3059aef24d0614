using Rating.Domain.Billing;

namespace Rating.Engine.Books;

/// <summary>A subscription in the book, at its place.</summary>
public sealed class SubscriptionEntry
{
    internal SubscriptionEntry(TenantBook tenant, int index, Subscription subscription) => (Tenant, Index, Subscription) = (tenant, index, subscription);

    /// <summary>Whose it is.</summary>
    public TenantBook Tenant { get; }

    /// <summary>Its place among all subscriptions of the process: 0, 1, ...</summary>
    public int Index { get; }

    /// <summary>Its terms as they are now.</summary>
    public Subscription Subscription { get; internal set; }

    /// <summary>The closes begun, by period: each froze terms and prices of its period at its book sequence.</summary>
    public IReadOnlyList<ClosedPeriod> Closes => _closes;

    /// <summary>The last period whose close has begun; null before the first.</summary>
    public int? LastClosing => _closes.Length == 0 ? null : _closes[^1].Period;

    private ClosedPeriod[] _closes = [];

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

    internal void AddClose(ClosedPeriod close) => _closes = [.. _closes, close];
}
