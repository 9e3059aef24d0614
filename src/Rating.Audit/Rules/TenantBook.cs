using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What the book says about one tenant, as of any sequence.</summary>
internal sealed class TenantBook
{
    private readonly Dictionary<string, List<Subscription>> _subscriptions = [];
    private readonly Dictionary<string, List<Assignment>> _assignments = [];
    private int _revisions;

    public List<Catalog> Catalogs { get; } = [];

    /// <summary>The sequence of the first close of a subscription's period: its terms are frozen there.</summary>
    public Dictionary<(string Subscription, int Period), long> Frozen { get; } = [];

    public IEnumerable<string> SubscriptionIds => _subscriptions.Keys;

    public void Add(Catalog catalog)
    {
        var before = Catalogs.Count == 0 ? null : Catalogs[^1];
        foreach (var plan in catalog.Plans)
        {
            var same = before?.Plan(plan.Key);
            plan.Revision = same is not null && same.Content == plan.Content ? same.Revision : ++_revisions;
        }
        Catalogs.Add(catalog);
    }

    /// <summary>Adds a state; true when the subscription existed before.</summary>
    public bool Add(Subscription subscription)
    {
        var existed = _subscriptions.TryGetValue(subscription.Id, out var states);
        if (!existed) _subscriptions[subscription.Id] = states = [];
        states!.Add(subscription);
        return existed;
    }

    /// <summary>Adds an assignment; true when the subject was assigned before.</summary>
    public bool Add(Assignment assignment)
    {
        var existed = _assignments.TryGetValue(assignment.Subject, out var list);
        if (!existed) _assignments[assignment.Subject] = list = [];
        list!.Add(assignment);
        return existed;
    }

    /// <summary>All subscriptions that a subject was ever assigned to.</summary>
    public IEnumerable<string> SubscriptionsOf(string subject) => _assignments.GetValueOrDefault(subject, []).Select(a => a.Subscription).OfType<string>().Distinct();

    public Subscription? Subscription(string id, long sequence) => _subscriptions.GetValueOrDefault(id)?.FindLast(s => s.Sequence <= sequence);

    /// <summary>The active subscription that a subject belongs to at a moment, or null.</summary>
    public Subscription? Resolve(string subject, long ticks, long sequence)
    {
        if (!_assignments.TryGetValue(subject, out var list)) return null;
        var assignment = list.FindLast(a => a.Sequence <= sequence && a.From <= ticks && ticks < a.To);
        if (assignment?.Subscription is null || Subscription(assignment.Subscription, sequence) is not { } subscription) return null;
        return subscription.IsActive(subscription.DayOf(ticks)) ? subscription : null;
    }

    /// <summary>The catalog in force on a day: the highest effective date that is not after it, of equal ones the latest version; the first from always.</summary>
    public Catalog? CatalogOn(LocalDate day, long sequence, Func<Catalog, bool>? concerns = null)
    {
        Catalog? first = null, best = null;
        foreach (var catalog in Catalogs)
        {
            if (catalog.Sequence > sequence || (concerns is not null && !concerns(catalog))) continue;
            first ??= catalog;
            if (catalog.EffectiveFrom <= day && (best is null || catalog.EffectiveFrom >= best.EffectiveFrom)) best = catalog;
        }
        return best ?? first;
    }

    /// <summary>A plan as it is in force on a day.</summary>
    public Plan? PlanOn(string key, LocalDate day, long sequence) => CatalogOn(day, sequence, c => c.Plan(key) is not null)?.Plan(key);

    public Schedule? ScheduleOf(Subscription subscription, long sequence) =>
        PlanOn(subscription.Changes[0].Plan, subscription.Start, sequence) is { } plan ? new Schedule(plan.Interval, subscription.AnchorDay, subscription.AnchorMonth) : null;

    /// <summary>The sequence whose terms and prices hold for a period: that of its close when the book asked has it.</summary>
    public long SequenceFor(string subscription, int period, long sequence) =>
        Frozen.TryGetValue((subscription, period), out var frozen) && frozen <= sequence ? frozen : sequence;

    /// <summary>The spans of the days [from, to) that the subscription is active.</summary>
    public List<Span> Spans(Subscription subscription, LocalDate from, LocalDate to, long sequence)
    {
        var spans = new List<Span>();
        var lineCatalog = CatalogOn(from, sequence);
        from = LocalDate.Max(from, subscription.Start);
        if (subscription.End is { } end) to = LocalDate.Min(to, end);
        for (var day = from; day < to; day = day.PlusDays(1))
        {
            var terms = subscription.TermsOn(day);
            if (PlanOn(terms.Plan, day, sequence) is not { } plan) continue;
            if (spans.Count > 0 && spans[^1] is var last && last.To == day && last.Plan.Revision == plan.Revision && last.Terms.HasSameQuantities(terms))
                spans[^1] = last with { To = day.PlusDays(1) };
            else
                spans.Add(new Span(day, day.PlusDays(1), plan, terms, lineCatalog!));
        }
        return spans;
    }
}
