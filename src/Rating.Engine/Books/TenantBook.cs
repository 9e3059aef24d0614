using System.Collections.Concurrent;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>One tenant's catalog versions, accounts, subscriptions and subjects.</summary>
/// <remarks>Read it only inside <see cref="Book.Read{T}"/> or between <see cref="Book.EnterRead"/> and <see cref="Book.ExitRead"/>.</remarks>
public sealed class TenantBook
{
    private readonly List<CatalogVersion> _catalogs = [];
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SubscriptionEntry> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SubjectAssignment[]> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<(BillingInterval, int, int, string), BillingSchedule> _schedules = [];
    private readonly ConcurrentDictionary<(Instant Start, Instant End, int Period, int Revision), ActiveSpan> _spans = new();
    // What subscriptions alike were found to be rated under last; until the next catalog.
    private readonly ConcurrentDictionary<Alike, ActiveSpan> _alike = new();
    private IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> _revisions = new Dictionary<string, (string, PlanRevision)>(StringComparer.Ordinal);
    private int _lastRevision;

    internal TenantBook(TenantId id) => Id = id;

    /// <summary>The tenant.</summary>
    public TenantId Id { get; }

    /// <summary>The catalog versions, first to last.</summary>
    public IReadOnlyList<CatalogVersion> Catalogs => _catalogs;

    /// <summary>The accounts by id.</summary>
    public IReadOnlyDictionary<string, Account> Accounts => _accounts;

    /// <summary>The subscriptions by id.</summary>
    public IReadOnlyDictionary<string, SubscriptionEntry> Subscriptions => _subscriptions;

    /// <summary>The subjects with their assignments, in the order in which they were recorded.</summary>
    public IReadOnlyDictionary<string, SubjectAssignment[]> Subjects => _subjects;

    /// <summary>To whom a subject belongs at a moment; null for nobody.</summary>
    public SubscriptionEntry? Resolve(string subject, Instant moment)
    {
        if (!_subjects.TryGetValue(subject, out var assignments)) return null;
        for (var i = assignments.Length - 1; i >= 0; i--)
            if (assignments[i].Covers(moment)) return assignments[i].Subscription;
        return null;
    }

    /// <summary>What a subscription's usage at a moment is rated under; null when it is not active then.</summary>
    /// <param name="entry">The subscription.</param>
    /// <param name="moment">When the usage happened.</param>
    /// <param name="sequence">The book sequence, which tells whether what was found before still holds.</param>
    public ActiveSpan? SpanAt(SubscriptionEntry entry, Instant moment, long sequence)
    {
        // The sequence first: whoever wrote it had written the span before.
        if (Volatile.Read(ref entry.SpanSequence) == sequence && entry.Span is { } last && last.Covers(moment)) return last;
        var subscription = entry.Subscription;
        var schedule = subscription.Schedule;
        var period = schedule.NumberOf(moment);
        var alike = Alike.Of(entry, period);
        if (alike is { } key && _alike.TryGetValue(key, out var shared) && shared.Covers(moment)) return Found(entry, shared, sequence);
        if (!subscription.IsActiveAt(moment)) return null;
        var day = moment.InZone(schedule.Zone).Date;
        var asOf = entry.FrozenAt(period) ?? long.MaxValue;
        foreach (var span in Spans(subscription, schedule.Period(period), asOf))
        {
            if (day < span.From || day >= span.To) continue;
            var (start, end) = (schedule.Zone.StartOf(span.From), schedule.Zone.StartOf(span.To));
            var found = _spans.GetOrAdd((start, end, period, span.Revision.Id), _ => new ActiveSpan(start, end, period, span.Revision, _catalogs[0].Catalog.Currency));
            if (alike is { } same) _alike[same] = found;
            return Found(entry, found, sequence);
        }

        throw new InvariantBrokenException($"subscription {subscription.Id} is active on {day:uuuu-MM-dd} but has no terms then");
    }

    private static ActiveSpan Found(SubscriptionEntry entry, ActiveSpan span, long sequence)
    {
        entry.Span = span;
        Volatile.Write(ref entry.SpanSequence, sequence);
        return span;
    }

    /// <summary>The terms of a subscription over a period, as they were at a book sequence, or are now.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="period">The period's number.</param>
    /// <param name="asOf">The book sequence; null for the one that froze the period, or now.</param>
    public PeriodTerms Terms(SubscriptionEntry subscription, int period, long? asOf = null)
    {
        var at = asOf ?? subscription.FrozenAt(period) ?? long.MaxValue;
        var terms = subscription.At(at);
        var bounds = terms.Schedule.Period(period);
        var catalog = CatalogOn(bounds.Start, at);
        return new PeriodTerms(terms.Id, bounds, catalog.Currency, catalog.LineRounding, Spans(terms, bounds, at));
    }

    internal BillingSchedule Schedule(BillingInterval interval, int anchorDay, int anchorMonth, DateTimeZone zone)
    {
        var key = (interval, anchorDay, anchorMonth, zone.Id);
        if (!_schedules.TryGetValue(key, out var schedule)) _schedules[key] = schedule = new BillingSchedule(interval, anchorDay, anchorMonth, zone);
        return schedule;
    }

    internal (Catalog Catalog, IReadOnlyDictionary<string, (string, PlanRevision)> Revisions) ReadCatalog(System.Text.Json.JsonElement document, bool tryOnly)
    {
        var last = _lastRevision;
        var read = CatalogReader.Read(document, _catalogs.Count + 1, _revisions, () => ++last);
        if (!tryOnly) _lastRevision = last;
        return read;
    }

    internal void Add(CatalogVersion version, IReadOnlyDictionary<string, (string, PlanRevision)> revisions)
    {
        _catalogs.Add(version);
        _alike.Clear();
        _revisions = revisions;
    }

    internal void Add(Account account) => _accounts[account.Id.Value] = account;

    internal void Add(SubscriptionEntry entry) => _subscriptions.Add(entry.Subscription.Id.Value, entry);

    internal void Add(string subject, SubjectAssignment assignment) =>
        _subjects[subject] = _subjects.TryGetValue(subject, out var before) ? [.. before, assignment] : [assignment];

    /// <summary>The catalog in force on a day.</summary>
    public Catalog CatalogOn(LocalDate day, long asOf) => VersionOn(day, asOf, plan: null);

    // Of a plan, only versions that have it count. The first one is in force from always, where no other is.
    private Catalog VersionOn(LocalDate day, long asOf, string? plan)
    {
        CatalogVersion? first = null, best = null;
        foreach (var version in _catalogs)
        {
            if (version.Sequence > asOf || (plan is not null && !version.Catalog.Plans.ContainsKey(plan))) continue;
            first ??= version;
            if (version.EffectiveFrom <= day && (best is null || version.EffectiveFrom >= best.EffectiveFrom)) best = version;
        }

        return (best ?? first)?.Catalog ?? throw new InvariantBrokenException($"tenant {Id} has no catalog{(plan is null ? "" : $" with plan '{plan}'")} at book sequence {asOf}");
    }

    // Maximal runs of days with the same revision and quantities.
    private List<TermsSpan> Spans(Subscription subscription, BillingPeriod period, long asOf)
    {
        var from = LocalDate.Max(period.Start, subscription.Start);
        var to = subscription.End is { } end ? LocalDate.Min(period.End, end) : period.End;
        var spans = new List<TermsSpan>();
        if (to <= from) return spans;
        var cuts = new SortedSet<LocalDate> { from };
        foreach (var change in subscription.Changes)
            if (change.From > from && change.From < to) cuts.Add(change.From);
        foreach (var version in _catalogs)
            if (version.EffectiveFrom > from && version.EffectiveFrom < to && version.Sequence <= asOf) cuts.Add(version.EffectiveFrom);
        foreach (var cut in cuts)
        {
            var terms = subscription.TermsOn(cut);
            var revision = VersionOn(cut, asOf, terms.Plan).Plans[terms.Plan];
            if (spans.Count > 0 && spans[^1].Revision == revision && Same(spans[^1].Quantities, terms.Quantities)) continue;
            if (spans.Count > 0) spans[^1] = spans[^1] with { To = cut };
            spans.Add(new TermsSpan(cut, to, revision, terms.Quantities) { Zone = subscription.Schedule.Zone });
        }

        return spans;
    }

    // Most subscriptions have one plan from their start on, no end, and nothing frozen: all of the same schedule have the same spans then, but for the period in which they start.
    private readonly record struct Alike(BillingSchedule Schedule, string Plan, int Period, LocalDate? Start)
    {
        public static Alike? Of(SubscriptionEntry entry, int period)
        {
            var subscription = entry.Subscription;
            if (subscription.Changes.Count != 1 || subscription.End is not null || entry.FrozenAt(period) is not null) return null;
            var first = subscription.FirstPeriod;
            return period < first ? null : new Alike(subscription.Schedule, subscription.Changes[0].Plan, period, period == first ? subscription.Start : null);
        }
    }

    private static bool Same(IReadOnlyDictionary<string, Quantity> a, IReadOnlyDictionary<string, Quantity> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && other == pair.Value);
}
