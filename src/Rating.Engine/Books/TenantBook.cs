using System.Collections.Concurrent;
using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;

namespace Rating.Engine.Books;

/// <summary>One tenant's catalog versions, accounts, subscriptions and subjects.</summary>
/// <remarks>Read it only inside <see cref="Book.Read{T}"/> or between <see cref="Book.EnterRead"/> and <see cref="Book.ExitRead"/>.</remarks>
public sealed class TenantBook
{
    private const int ChangesKept = 1_000;
    private readonly List<CatalogVersion> _catalogs = [];
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    // Of accounts that were changed.
    private readonly Dictionary<string, List<(long Sequence, Account State)>> _accountStates = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<SubscriptionEntry> _entries;
    private readonly SubscriptionIndex _subscriptions;
    // An account's first and last subscription; each says which is next.
    private readonly Dictionary<string, (int First, int Last)> _ofAccount = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Text, LocalDate Start, int Catalogs), IReadOnlyList<TermsChange>> _changes = [];
    private readonly HashSet<SubscriptionTerms> _terms = [];
    private readonly ConcurrentDictionary<(BillingInterval, int, int, string), BillingSchedule> _schedules = new();
    private readonly PlanCombinations _combinations = new();
    private readonly ConcurrentDictionary<(Instant Start, Instant End, int Period, int Revision), ActiveSpan> _spans = new();
    // What subscriptions alike were found to be rated under last; until the next catalog.
    private readonly ConcurrentDictionary<Alike, ActiveSpan> _alike = new();
    private IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> _revisions = new Dictionary<string, (string, PlanRevision)>(StringComparer.Ordinal);
    private int _lastRevision;

    internal TenantBook(TenantId id, IReadOnlyList<SubscriptionEntry> entries) => (Id, _entries, _subscriptions, Subjects, Due) = (id, entries, new SubscriptionIndex(entries), new SubjectIndex(entries), new DueIndex(entries));

    /// <summary>The tenant.</summary>
    public TenantId Id { get; }

    /// <summary>The catalog versions, first to last.</summary>
    public IReadOnlyList<CatalogVersion> Catalogs => _catalogs;

    /// <summary>The accounts by id.</summary>
    public IReadOnlyDictionary<string, Account> Accounts => _accounts;

    /// <summary>The subscriptions by id.</summary>
    public IReadOnlyDictionary<string, SubscriptionEntry> Subscriptions => _subscriptions;

    /// <summary>The subscriptions of an account, in the order in which they came.</summary>
    public IReadOnlyList<SubscriptionEntry> SubscriptionsOf(AccountId account)
    {
        var all = new List<SubscriptionEntry>();
        for (var next = _ofAccount.TryGetValue(account.Value, out var own) ? own.First : -1; next >= 0; next = _entries[next].NextOfAccount) all.Add(_entries[next]);
        return all;
    }

    /// <summary>A subject's assignments, in the order in which they were recorded; none when it is not known.</summary>
    public SubjectAssignment[] AssignmentsOf(string subject) => Subjects.Of(Encoding.UTF8.GetBytes(subject));

    /// <summary>To whom a subject belongs at a moment; null for nobody.</summary>
    public SubscriptionEntry? Resolve(ReadOnlySpan<byte> subject, Instant moment) => Subjects.Find(Subjects.PlaceOf(SubjectIndex.KeyOf(subject)), moment);

    /// <summary>Whose next period ends when.</summary>
    public DueIndex Due { get; }

    /// <summary>Who has which subject.</summary>
    internal SubjectIndex Subjects { get; }

    /// <summary>What a subscription's usage at a moment is rated under; null when it is not active then.</summary>
    /// <param name="entry">The subscription.</param>
    /// <param name="moment">When the usage happened.</param>
    /// <param name="sequence">The book sequence, which tells whether what was found before still holds.</param>
    public ActiveSpan? SpanAt(SubscriptionEntry entry, Instant moment, long sequence)
    {
        // The sequence first: whoever wrote it had written the span before.
        if (Volatile.Read(ref entry.SpanSequence) == sequence && entry.Span is { } last && last.Covers(moment)) return last;
        return FindSpan(entry, moment, sequence);
    }

    private ActiveSpan? FindSpan(SubscriptionEntry entry, Instant moment, long sequence)
    {
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
            if (!_spans.TryGetValue((start, end, period, span.Revision.Id), out var found))
                found = _spans.GetOrAdd((start, end, period, span.Revision.Id), new ActiveSpan(start, end, period, span.Revision, _catalogs[0].Catalog.Currency));
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
        return Terms(subscription.At(at), period, at);
    }

    /// <summary>The terms of one state of a subscription over a period, with the catalog of a book sequence.</summary>
    internal PeriodTerms Terms(Subscription terms, int period, long at)
    {
        var bounds = terms.Schedule.Period(period);
        var catalog = CatalogOn(bounds.Start, at);
        return new PeriodTerms(terms.Id, bounds, catalog.Currency, catalog.LineRounding, Spans(terms, bounds, at)) { Schedule = terms.Schedule, ChargePeriods = ChargePeriods(terms, bounds, at) };
    }

    /// <summary>The alerts of a subscription on a day, its own before those of its plan, and the meters that they may be on.</summary>
    internal (IReadOnlyList<Alert> Alerts, IReadOnlyDictionary<string, Domain.Usage.Meter> Meters) AlertsOn(Subscription subscription, LocalDate day, long asOf)
    {
        var terms = subscription.TermsOn(day);
        var catalog = VersionOn(day, asOf, terms, subscription.PlanSince(day)).Catalog;
        var own = subscription.Alerts;
        return catalog.Alerts.TryGetValue(terms.Plan, out var ofPlan)
            ? ([.. own, .. ofPlan.Where(alert => !own.Any(mine => string.Equals(mine.Key, alert.Key, StringComparison.Ordinal)))], catalog.MetersByKey)
            : (own, catalog.MetersByKey);
    }

    /// <summary>The recurring charges that the plans of a subscription have or had, in any version and phase: what was billed may be of a charge that no terms of its days have any more.</summary>
    internal IReadOnlyList<RecurringCharge> RecurringCharges(Subscription terms, long asOf) =>
        [.. Plans(terms, asOf).SelectMany(plan => plan.Phases.SelectMany(phase => phase.Revision.Charges).Concat(plan.Charges)).OfType<RecurringCharge>().Distinct()];

    private IEnumerable<PlanRevision> Plans(Subscription terms, long asOf)
    {
        var plans = terms.Changes.SelectMany(change => change.Plans).Distinct(StringComparer.Ordinal).ToList();
        foreach (var version in _catalogs.Where(version => version.Sequence <= asOf))
            foreach (var plan in plans)
                if (version.Catalog.Plans.TryGetValue(plan, out var found)) yield return found;
    }

    // The periods of charges that have periods of their own, from the one that is under way when the billing period begins.
    private List<ChargePeriod> ChargePeriods(Subscription terms, BillingPeriod bounds, long asOf)
    {
        var intervals = Plans(terms, asOf).SelectMany(plan => plan.AllIntervals).Distinct();
        var periods = new List<ChargePeriod>();
        foreach (var interval in intervals.OrderBy(one => one.Length).ThenBy(one => one.IsAnchoredAtStart))
        {
            var schedule = ScheduleOf(terms, interval);
            for (var period = schedule.Period(schedule.NumberOf(LocalDate.Max(bounds.Start, terms.Start))); period.Start < bounds.End; period = schedule.Period(period.Number + 1))
                if (Spans(terms, period, asOf) is { Count: > 0 } spans) periods.Add(new ChargePeriod(interval, period, CatalogOn(period.Start, asOf).LineRounding, spans));
        }

        return periods;
    }

    // A weekday is no day of a month: between weeks and longer periods the start is the anchor.
    private BillingSchedule ScheduleOf(Subscription terms, ChargeInterval interval)
    {
        var isWeekly = interval.Length == BillingInterval.Week;
        if (!interval.IsAnchoredAtStart && isWeekly == (terms.Schedule.Interval == BillingInterval.Week)) return Schedule(interval.Length, terms.Schedule.AnchorDay, terms.Schedule.AnchorMonth, terms.Schedule.Zone);
        return Schedule(interval.Length, isWeekly ? (int)terms.Start.DayOfWeek : terms.Start.Day, terms.Start.Month, terms.Schedule.Zone);
    }

    internal BillingSchedule Schedule(BillingInterval interval, int anchorDay, int anchorMonth, DateTimeZone zone)
    {
        var key = (interval, anchorDay, anchorMonth, zone.Id);
        return _schedules.GetOrAdd(key, _ => new BillingSchedule(interval, anchorDay, anchorMonth, zone));
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
        _combinations.Add(version, () => ++_lastRevision);
        _alike.Clear();
        _revisions = revisions;
    }

    /// <summary>Makes the plan revision of a plan with add-ons, where it is the first time that they stand together.</summary>
    internal void Combine(TermsChange terms) => _combinations.Add(terms, _catalogs, () => ++_lastRevision);

    internal void Add(Account account, long sequence)
    {
        if (_accounts.TryGetValue(account.Id.Value, out var before))
        {
            if (!_accountStates.TryGetValue(account.Id.Value, out var states)) _accountStates[account.Id.Value] = states = [(0, before)];
            states.Add((sequence, account));
        }

        _accounts[account.Id.Value] = account;
    }

    /// <summary>An account as it was at a book sequence.</summary>
    public Account AccountAt(string id, long sequence) => _accountStates.TryGetValue(id, out var states) ? states.FindLast(state => state.Sequence <= sequence).State : _accounts[id];

    internal void Add(SubscriptionEntry entry)
    {
        _subscriptions.Add(entry);
        // Its account never changes.
        var account = entry.Subscription.Account.Value;
        if (!_ofAccount.TryGetValue(account, out var own)) own.First = entry.Index;
        else _entries[own.Last].NextOfAccount = entry.Index;
        _ofAccount[account] = own with { Last = entry.Index };
        Due.Add(entry);
    }

    internal void Add(string subject, SubjectAssignment assignment) => Subjects.Add(Encoding.UTF8.GetBytes(subject), assignment);

    /// <summary>The changes that a subscription's document lists: those that were read from the same text before, where there are some. Most subscriptions have one of a few lists.</summary>
    internal IReadOnlyList<TermsChange> Changes(string text, LocalDate start, Func<IReadOnlyList<TermsChange>> read)
    {
        if (_changes.TryGetValue((text, start, _catalogs.Count), out var known)) return known;
        if (_changes.Count == ChangesKept) _changes.Clear();
        return _changes[(text, start, _catalogs.Count)] = read();
    }

    /// <summary>The same terms, in the object that another subscription has, where one is known.</summary>
    internal SubscriptionTerms Shared(SubscriptionTerms terms)
    {
        if (_terms.TryGetValue(terms, out var known)) return known;
        if (_terms.Count == ChangesKept) _terms.Clear();
        _terms.Add(terms);
        return terms;
    }

    /// <summary>The catalog in force on a day.</summary>
    public Catalog CatalogOn(LocalDate day, long asOf) => VersionOn(day, asOf, terms: null, day).Catalog;

    // Of a plan, only versions that have it count. The first one is in force from always, where no other is.
    private CatalogVersion VersionOn(LocalDate day, long asOf, TermsChange? terms, LocalDate since)
    {
        CatalogVersion? first = null, best = null;
        foreach (var version in _catalogs)
        {
            if (version.Sequence > asOf || (terms is not null && !version.Has(terms))) continue;
            first ??= version;
            // Who has had the plan since before this version may keep it as it was.
            if (terms is not null && since < version.EffectiveFrom && version.Catalog.KeptUntil.TryGetValue(terms.Plan, out var until) && day < until) continue;
            if (version.EffectiveFrom <= day && (best is null || version.EffectiveFrom >= best.EffectiveFrom)) best = version;
        }

        return best ?? first ?? throw new InvariantBrokenException($"tenant {Id} has no catalog{(terms is null ? "" : $" with plan '{terms.Plan}'")} at book sequence {asOf}");
    }

    // Maximal runs of days with the same revision and quantities, paused or not.
    private List<TermsSpan> Spans(Subscription subscription, BillingPeriod period, long asOf)
    {
        var from = LocalDate.Max(period.Start, subscription.Start);
        var to = subscription.End is { } end ? LocalDate.Min(period.End, end) : period.End;
        var spans = new List<TermsSpan>();
        if (to <= from) return spans;
        foreach (var cut in Cuts(subscription, from, to, asOf))
        {
            var terms = subscription.TermsOn(cut);
            var plan = RevisionOf(VersionOn(cut, asOf, terms, subscription.PlanSince(cut)), terms);
            var phase = plan.Phases.Count == 0 ? null : PhaseOn(plan, subscription, cut);
            var (revision, quantities) = phase is null ? (plan, terms.Quantities) : (phase.Revision, Merged(terms.Quantities, phase.Quantities));
            if (spans.Count > 0 && spans[^1].Revision == revision && spans[^1].IsPaused == terms.IsPaused && Same(spans[^1].Quantities, quantities)) continue;
            // The ends of a period are never moved, but for the subscription's own start.
            var at = terms.From == cut && (cut != period.Start || cut == subscription.Start) ? terms.At : LocalTime.Midnight;
            if (spans.Count > 0) spans[^1] = spans[^1] with { To = cut, EndsAt = at };
            spans.Add(new TermsSpan(cut, to, revision, quantities) { Zone = subscription.Schedule.Zone, StartsAt = at, IsPaused = terms.IsPaused });
        }

        return spans;
    }

    private SortedSet<LocalDate> Cuts(Subscription subscription, LocalDate from, LocalDate to, long asOf)
    {
        var cuts = new SortedSet<LocalDate> { from };
        void Cut(LocalDate day)
        {
            if (day > from && day < to) cuts.Add(day);
        }

        foreach (var change in subscription.Changes) Cut(change.From);
        foreach (var version in _catalogs)
        {
            if (version.Sequence > asOf) continue;
            Cut(version.EffectiveFrom);
            foreach (var until in version.Catalog.KeptUntil.Values) Cut(until);
            foreach (var change in subscription.Changes)
                if (version.Catalog.Plans.TryGetValue(change.Plan, out var plan))
                    foreach (var (_, end) in PhasesOf(plan, subscription)) Cut(end);
        }

        return cuts;
    }

    private static IEnumerable<(PlanPhase Phase, LocalDate End)> PhasesOf(PlanRevision plan, Subscription subscription)
    {
        var day = subscription.Start;
        foreach (var phase in plan.Phases) yield return (phase, day = phase.EndOf(day, subscription.Schedule));
    }

    private static PlanPhase? PhaseOn(PlanRevision plan, Subscription subscription, LocalDate day)
    {
        foreach (var (phase, end) in PhasesOf(plan, subscription))
            if (day < end) return phase;
        return null;
    }

    private static PlanRevision RevisionOf(CatalogVersion version, TermsChange terms) => terms.AddOns.Count == 0 ? version.Catalog.Plans[terms.Plan] : version.Combinations[PlanCombinations.KeyOf(terms)];

    private static IReadOnlyDictionary<string, Quantity> Merged(IReadOnlyDictionary<string, Quantity> all, IReadOnlyDictionary<string, Quantity> instead)
    {
        if (instead.Count == 0) return all;
        var merged = new SortedDictionary<string, Quantity>(all.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (name, quantity) in instead) merged[name] = quantity;
        return merged;
    }

    // A phase, and who keeps what, depends on the day on which the subscription began.
    private bool DependsOnStart(string plan)
    {
        foreach (var version in _catalogs)
            if (version.Catalog.Plans.TryGetValue(plan, out var found) && (found.Phases.Count > 0 || version.Catalog.KeptUntil.ContainsKey(plan))) return true;
        return false;
    }

    // Most subscriptions have one plan from their start on, no end, and nothing frozen: all of the same schedule have the same spans then, but for the period in which they start.
    private readonly record struct Alike(BillingSchedule Schedule, string Plan, int Period, LocalDate? Start)
    {
        public static Alike? Of(SubscriptionEntry entry, int period)
        {
            var subscription = entry.Subscription;
            if (subscription.Changes.Count != 1 || subscription.End is not null || subscription.Changes[0].AddOns.Count > 0 || entry.Tenant.DependsOnStart(subscription.Changes[0].Plan) || entry.FrozenAt(period) is not null) return null;
            var first = subscription.FirstPeriod;
            return period < first ? null : new Alike(subscription.Schedule, subscription.Changes[0].Plan, period, period == first ? subscription.Start : null);
        }
    }

    private static bool Same(IReadOnlyDictionary<string, Quantity> a, IReadOnlyDictionary<string, Quantity> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && other == pair.Value);
}
