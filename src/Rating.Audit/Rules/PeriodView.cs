using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>One billing period of a subscription with the terms of one book sequence; <paramref name="AsOf"/> is given for a running charge.</summary>
internal sealed record PeriodView(TenantBook Book, Subscription Subscription, Schedule Schedule, int Number, long Sequence, IReadOnlyList<Span> Spans, LocalDate? AsOf = null)
{
    public LocalDate Start => Schedule.Start(Number);
    public LocalDate End => Schedule.End(Number);

    /// <summary>The plan revisions of the period in order, each with its spans.</summary>
    public IEnumerable<(Revision Revision, List<Span> Spans)> Revisions => Spans.GroupBy(s => s.Revision.Number).Select(g => (g.First().Revision, g.ToList()));

    /// <summary>The spans as far as a running charge has come.</summary>
    public IReadOnlyList<Span> Accrued => Accrue(Spans);

    public Catalog LineCatalog => Book.CatalogOn(Start, Sequence)!;

    public IReadOnlyList<Span> Accrue(IReadOnlyList<Span> spans) => AsOf is not { } asOf ? spans
        : [.. spans.Where(s => s.From <= asOf).Select(s => asOf < s.To ? s with { To = LocalDate.Min(s.To, asOf.PlusDays(1)), IsCut = asOf.PlusDays(1) < s.To } : s)];

    public static PeriodView? Of(TenantBook book, Subscription subscription, int number, long sequence, LocalDate? asOf = null) =>
        book.ScheduleOf(subscription, sequence) is not { } schedule ? null
        : new PeriodView(book, subscription, schedule, number, sequence, book.Spans(subscription, schedule.Start(number), schedule.End(number), sequence), asOf);
}
