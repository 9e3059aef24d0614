using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>A stretch of time in one period with one plan revision: what a usage record is rated under.</summary>
public sealed record ActiveSpan(Instant Start, Instant End, int Period, PlanRevision Revision, Currency Currency)
{
    /// <summary>Whether a moment lies in it.</summary>
    public bool Covers(Instant moment) => moment >= Start && moment < End;
}
