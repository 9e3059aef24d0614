using NodaTime;

namespace Rating.Engine.Books;

/// <summary>From when to when a subject belongs to a subscription.</summary>
/// <param name="Subscription">The subscription; null when the subject belongs to nobody.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment from which it no longer does; null for no end.</param>
public sealed record SubjectAssignment(SubscriptionEntry? Subscription, Instant From, Instant? To)
{
    /// <summary>Whether it covers a moment.</summary>
    public bool Covers(Instant moment) => moment >= From && !(To is { } to && moment >= to);
}
