using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>What the book says about one tenant, as of any sequence.</summary>
internal sealed class TenantBook
{
    private readonly Dictionary<string, List<Subscription>> _subscriptions = [];
    private readonly Dictionary<string, List<Assignment>> _assignments = [];
    private readonly Dictionary<string, List<Account>> _accounts = [];
    private readonly List<Terms> _combinations = [];
    private int _revisions;

    public List<Catalog> Catalogs { get; } = [];

    /// <summary>The sequence of the first close of a subscription's period: its terms are frozen there.</summary>
    public Dictionary<(string Subscription, int Period), long> Frozen { get; } = [];

    public void Add(Catalog catalog)
    {
        var before = Catalogs.Count == 0 ? null : Catalogs[^1];
        foreach (var plan in catalog.Plans) Number(plan, before?.Plan(plan.Key));
        foreach (var terms in _combinations) Combine(terms, catalog, before);
        Catalogs.Add(catalog);
    }

    private void Number(Plan plan, Plan? same)
    {
        if (same is not null && same.Content == plan.Content) plan.NumberAs(same);
        else plan.Number(() => ++_revisions);
    }

    private void Combine(Terms terms, Catalog catalog, Catalog? before)
    {
        if (catalog.Plan(terms.Plan) is not { } main || terms.AddOns.Select(catalog.Plan).ToList() is var addOns && addOns.Contains(null)) return;
        var combination = new Plan(main, addOns!);
        Number(combination, before?.Combinations.GetValueOrDefault(terms.Combination));
        catalog.Combinations.Add(terms.Combination, combination);
    }

    /// <summary>Adds a state; true when the subscription existed before.</summary>
    public bool Add(Subscription subscription)
    {
        var existed = _subscriptions.TryGetValue(subscription.Id, out var states);
        if (!existed) _subscriptions[subscription.Id] = states = [];
        states!.Add(subscription);
        foreach (var terms in subscription.Changes.Where(c => c.AddOns.Count > 0 && !_combinations.Exists(known => known.Combination == c.Combination)))
        {
            _combinations.Add(terms);
            for (var i = 0; i < Catalogs.Count; i++) Combine(terms, Catalogs[i], i == 0 ? null : Catalogs[i - 1]);
        }
        return existed;
    }

    public void Add(Account account)
    {
        if (!_accounts.TryGetValue(account.Id, out var states)) _accounts[account.Id] = states = [];
        states.Add(account);
    }

    public Account? Account(string id, long sequence) => _accounts.GetValueOrDefault(id)?.FindLast(a => a.Sequence <= sequence);

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

    /// <summary>The plan of a subscription with its add-ons as it is in force on a day, for this subscription.</summary>
    public Plan? PlanOn(Subscription subscription, LocalDate day, long sequence)
    {
        var terms = subscription.TermsOn(day);
        Plan? first = null, best = null;
        foreach (var catalog in Catalogs.Where(c => c.Sequence <= sequence))
        {
            if ((terms.AddOns.Count == 0 ? catalog.Plan(terms.Plan) : catalog.Combinations.GetValueOrDefault(terms.Combination)) is not { } plan) continue;
            first ??= plan;
            if (catalog.EffectiveFrom > day || !IsFor(subscription, plan, day)) continue;
            if (best is null || catalog.EffectiveFrom >= best.Catalog.EffectiveFrom) best = plan;
        }
        return best ?? first;
    }

    private static bool IsFor(Subscription subscription, Plan plan, LocalDate day) =>
        !plan.KeepsExisting || (plan.MovesOn is { } moves && day >= moves) || subscription.OnPlanSince(plan.Key, day) >= plan.Catalog.EffectiveFrom;

    /// <summary>What holds on a day: the plan, or one of its phases.</summary>
    public Revision? RevisionOn(Subscription subscription, LocalDate day, long sequence)
    {
        if (PlanOn(subscription, day, sequence) is not { } plan) return null;
        if (plan.Phases.Count == 0 || ScheduleOf(subscription, sequence) is not { } schedule) return plan.Revisions[0];
        var end = subscription.Start;
        for (var i = 0; i < plan.Phases.Count; i++)
        {
            end = plan.Phases[i].Length.End(end, schedule);
            if (day < end) return plan.Revisions[i + 1];
        }
        return plan.Revisions[0];
    }

    public Schedule? ScheduleOf(Subscription subscription, long sequence) =>
        PlanOn(subscription, subscription.Start, sequence) is { } plan ? subscription.Schedule(plan.Interval) : null;

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
            if (RevisionOn(subscription, day, sequence) is not { } revision) continue;
            var terms = subscription.TermsOn(day);
            var quantities = new Dictionary<string, Fraction>(terms.Quantities);
            foreach (var (name, quantity) in revision.Phase?.Quantities ?? new Dictionary<string, Fraction>()) quantities[name] = quantity;
            var span = new Span(day, day.PlusDays(1), revision, quantities, terms.Paused, lineCatalog!, subscription);
            if (spans.Count > 0 && spans[^1].To == day && spans[^1].IsLike(span)) spans[^1] = spans[^1] with { To = span.To };
            else spans.Add(span);
        }
        return spans;
    }
}
