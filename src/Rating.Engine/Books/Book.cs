using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;
using Rating.Engine.Store;

namespace Rating.Engine.Books;

/// <summary>Everything that is not usage, as the sequence of book changes made it: what usage is resolved and priced with.</summary>
/// <remarks>Many read, one writes: readers hold the read lock for a short stretch, and see one sequence in it.</remarks>
public sealed class Book : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<string, TenantBook> _tenants = new(StringComparer.Ordinal);
    private readonly List<SubscriptionEntry> _entries = [];
    private readonly List<BookEffect> _effects = [];
    private readonly SortedDictionary<long, CloseBatch> _batches = [];
    private long _sequence;
    private volatile bool _hasAlerts;

    /// <summary>The last change that is in it.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Whether any subscription has alerts, or had.</summary>
    internal bool HasAlerts => _hasAlerts;

    /// <summary>How many subscriptions all tenants have. Read inside the read lock.</summary>
    public int SubscriptionCount => _entries.Count;

    /// <summary>The close batches begun, by number.</summary>
    public IReadOnlyDictionary<long, CloseBatch> Batches => _batches;

    /// <summary>Begins to read: until <see cref="ExitRead"/>, on the same thread, nothing changes.</summary>
    public void EnterRead() => _lock.EnterReadLock();

    /// <summary>Ends reading.</summary>
    public void ExitRead() => _lock.ExitReadLock();

    /// <summary>Reads something while nothing changes.</summary>
    public T Read<T>(Func<Book, T> read)
    {
        _lock.EnterReadLock();
        try
        {
            return read(this);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <summary>A tenant's book; null when nothing is recorded for it.</summary>
    public TenantBook? Tenant(TenantId tenant) => _tenants.GetValueOrDefault(tenant.Value);

    /// <summary>All tenants.</summary>
    public IReadOnlyCollection<TenantBook> Tenants => _tenants.Values;

    /// <summary>A subscription by its index.</summary>
    public SubscriptionEntry Entry(int index) => _entries[index];

    /// <summary>The effects of changes after a sequence.</summary>
    public IEnumerable<BookEffect> EffectsAfter(long sequence) => _effects.Where(effect => effect.Sequence > sequence);

    /// <summary>Checks that a change can be made, without making it.</summary>
    /// <exception cref="Refused">It cannot; the place in the document is named.</exception>
    public void Check(BookChange change) => Write(change, tryOnly: true);

    /// <summary>Takes up a change that is stored.</summary>
    public void Apply(BookChange change) => Write(change, tryOnly: false);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private void Write(BookChange change, bool tryOnly)
    {
        using var document = JsonDocument.Parse(change.Document);
        var root = new DocumentNode(document.RootElement, "");
        _lock.EnterWriteLock();
        try
        {
            Invariant.Holds(change.Sequence == _sequence + 1, $"book change {change.Sequence} does not follow {_sequence}");
            var tenant = _tenants.GetValueOrDefault(change.Tenant.Value) ?? new TenantBook(change.Tenant, _entries);
            var effect = root.Need("kind").Text() switch
            {
                "catalog" => Catalog(tenant, root, change.Sequence, tryOnly),
                "parties" => Parties(tenant, root, change.Sequence, tryOnly),
                "close" => Close(tenant, root, change.Sequence, tryOnly),
                var other => throw root.Refuse("book.kind", $"'{other}' is not a kind of book change."),
            };
            if (tryOnly) return;
            _tenants[change.Tenant.Value] = tenant;
            if (effect.Count > 0) _effects.Add(new BookEffect(change.Sequence, effect));
            Volatile.Write(ref _sequence, change.Sequence);
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private List<int> Catalog(TenantBook tenant, DocumentNode root, long sequence, bool tryOnly)
    {
        var content = root.Need("catalog");
        var (catalog, revisions) = tenant.ReadCatalog(content.Element, tryOnly);
        if (tenant.Catalogs.Count > 0 && tenant.Catalogs[^1].Catalog.Currency != catalog.Currency)
            throw content.Need("currency").Refuse("catalog.currency", $"the catalog is in {tenant.Catalogs[^1].Catalog.Currency}; its currency cannot be changed.");
        foreach (var entry in tenant.Subscriptions.Values)
            foreach (var terms in entry.Subscription.Changes)
            {
                foreach (var key in terms.Plans)
                {
                    if (!catalog.Plans.TryGetValue(key, out var plan))
                        throw content.Refuse("catalog.plan.used", $"plan '{key}' is missing, but subscription {entry.Subscription.Id} has it.");
                    if (plan.Interval != entry.Subscription.Schedule.Interval)
                        throw content.Refuse("catalog.plan.interval", $"plan '{key}' changes its interval, but subscription {entry.Subscription.Id} has it.");
                }
            }

        if (tryOnly) return [];
        var effectiveFrom = root.Need("effectiveFrom").Date();
        var before = tenant.Catalogs.Select(version => version.Catalog).ToList();
        tenant.Add(new CatalogVersion(sequence, tenant.Catalogs.Count + 1, effectiveFrom, catalog, content.Element.GetRawText()), revisions);
        foreach (var entry in tenant.Subscriptions.Values) _hasAlerts |= entry.WatchFrom(sequence);
        return [.. tenant.Subscriptions.Values
            .Where(entry => entry.Subscription.End is not { } end || end > effectiveFrom)
            .Where(entry => entry.Subscription.Changes.SelectMany(terms => terms.Plans).Any(key => before.Exists(version => version.Plans.TryGetValue(key, out var plan) && plan != catalog.Plans[key])))
            .Select(entry => entry.Index)];
    }

    private List<int> Parties(TenantBook tenant, DocumentNode root, long sequence, bool tryOnly)
    {
        root.Object("kind", "accounts", "subscriptions", "subjects");
        var accounts = root.Items("accounts").Select(node => ReadAccount(tenant, node)).ToList();
        var known = accounts.Select(account => account.Id.Value).ToHashSet(StringComparer.Ordinal);
        var subscriptions = new Dictionary<string, Subscription>(StringComparer.Ordinal);
        foreach (var node in root.Items("subscriptions"))
        {
            var subscription = ReadSubscription(tenant, node, known);
            if (!known.Contains(subscription.Account.Value) && !tenant.Accounts.ContainsKey(subscription.Account.Value))
                throw node.Need("account").Refuse("account.unknown", $"there is no account '{subscription.Account}'; create it first, or in the same request.");
            if (!subscriptions.TryAdd(subscription.Id.Value, subscription)) throw node.Refuse("subscription.twice", $"subscription '{subscription.Id}' stands twice.");
            if (tenant.Subscriptions.TryGetValue(subscription.Id.Value, out var before)) MayBecome(before, subscription, node);
        }

        var subjects = new List<(string Subject, string? Subscription, Instant From, Instant? To)>();
        foreach (var node in root.Items("subjects"))
        {
            node.Object("subject", "subscription", "from", "to");
            var subject = node.Need("subject").Name();
            var owner = node.Maybe("subscription")?.Text();
            if (owner is not null && !subscriptions.ContainsKey(owner) && !tenant.Subscriptions.ContainsKey(owner))
                throw node.Need("subscription").Refuse("subscription.unknown", $"there is no subscription '{owner}'.");
            var (from, to) = (node.Need("from").Moment(), node.Maybe("to")?.Moment());
            if (to <= from) throw node.Refuse("subject.dates", $"'{subject}' would end before it begins.");
            MayMove(subject, tenant.AssignmentsOf(subject), owner, from, to, node);
            subjects.Add((subject, owner, from, to));
        }

        if (tryOnly) return [];
        foreach (var account in accounts) tenant.Add(account, sequence);
        var concerned = new HashSet<int>();
        foreach (var terms in subscriptions.Values.SelectMany(subscription => subscription.Changes)) tenant.Combine(terms);
        foreach (var subscription in subscriptions.Values)
            if (tenant.Subscriptions.TryGetValue(subscription.Id.Value, out var entry))
            {
                tenant.Due.Change(entry, () => entry.Become(subscription, sequence));
                concerned.Add(entry.Index);
            }
            else
            {
                entry = new SubscriptionEntry(tenant, _entries.Count, subscription);
                _entries.Add(entry);
                tenant.Add(entry);
            }

        foreach (var id in subscriptions.Keys) _hasAlerts |= tenant.Subscriptions[id].WatchFrom(sequence);

        foreach (var (subject, owner, from, to) in subjects)
        {
            foreach (var assignment in tenant.AssignmentsOf(subject))
                if (assignment.Subscription is { } old && Overlap(assignment, from, to)) concerned.Add(old.Index);
            tenant.Add(subject, new SubjectAssignment(owner is null ? null : tenant.Subscriptions[owner], from, to));
        }

        return [.. concerned];
    }

    private List<int> Close(TenantBook tenant, DocumentNode root, long sequence, bool tryOnly)
    {
        var batch = long.Parse(root.Need("batch").Text(), System.Globalization.CultureInfo.InvariantCulture);
        if (_batches.ContainsKey(batch)) throw root.Need("batch").Refuse("close.batch", $"there is a close batch {batch}.");
        var closes = new List<(int, int)>();
        foreach (var node in root.Items("closes"))
        {
            var entry = tenant.Subscriptions[node.Need("subscription").Text()];
            var period = node.Need("period").Whole(int.MinValue, int.MaxValue);
            var next = entry.NextClosing;
            if (period != next) throw node.Refuse("close.order", $"subscription {entry.Subscription.Id}: period {period} cannot be closed, {next} comes next.");
            closes.Add((entry.Index, period));
            if (!tryOnly) tenant.Due.Change(entry, () => entry.AddClose(new ClosedPeriod(period, sequence, batch)));
        }

        if (!tryOnly) _batches.Add(batch, new CloseBatch(batch, tenant.Id, sequence, closes));
        return [];
    }

    private static bool Overlap(SubjectAssignment assignment, Instant from, Instant? to) =>
        !(assignment.To is { } end && end <= from) && !(to is { } until && until <= assignment.From);

    private static Account ReadAccount(TenantBook tenant, DocumentNode node)
    {
        node.Object(["id", "name", "address", "email", .. AgreementReader.OfAccount]);
        var id = node.Need("id").Name();
        return new Account(new AccountId(id), node.Maybe("name")?.Text() ?? id, node.Maybe("address")?.Text() ?? "", node.Maybe("email")?.Text() ?? "")
        {
            Agreed = AgreementReader.AsWritten(node, AgreementReader.OfAccount), Terms = AgreementReader.Account(node, tenant.Catalogs.Count == 0 ? null : tenant.Catalogs[^1].Catalog.Currency),
        };
    }

    private static Subscription ReadSubscription(TenantBook tenant, DocumentNode node, HashSet<string> accounts)
    {
        node.Object("id", "account", "timeZone", "anchorDay", "anchorMonth", "anchor", "start", "end", "changes", "discounts", "serviceAddress", "alerts");
        if (tenant.Catalogs.Count == 0) throw node.Refuse("catalog.missing", "there is no catalog yet; put one first.");
        var plans = tenant.Catalogs[^1].Catalog.Plans;
        var (start, end) = (node.Need("start").Date(), node.Maybe("end")?.Date());
        if (end <= start) throw node.Refuse("subscription.dates", "'end' must be after 'start'; it is the day after the last.");
        if (start.Year is < 2000 or > 2100) throw node.Need("start").Refuse("subscription.dates", "'start' must lie in the years 2000 to 2100.");
        var changes = node.Maybe("changes") is { } listed ? tenant.Changes(listed.Element.GetRawText(), start, () => ReadChanges(node, start, plans)) : [];
        if (changes.Count == 0) throw node.Refuse("subscription.terms", "'changes' needs at least one entry: the plan that it starts with.");
        var zone = node.Maybe("timeZone")?.Zone() ?? DateTimeZone.Utc;
        BillingSchedule schedule;
        try
        {
            schedule = tenant.Schedule(plans[changes[0].Plan].Interval, AnchorDay(node, start, plans[changes[0].Plan].Interval), node.Maybe("anchor") is null ? node.Maybe("anchorMonth")?.Whole(1, 12) ?? 1 : start.Month, zone);
        }
        catch (Refused wrong) when (wrong.Where.Length == 0)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }

        // The account's own text of its id: its subscriptions share it.
        var account = node.Need("account").Text();
        if (accounts.TryGetValue(account, out var text)) account = text;
        var terms = new SubscriptionTerms(schedule, start, end, changes)
        {
            Discounts = AgreementReader.Discounts(node, tenant.Catalogs[^1].Catalog.Currency, ofAccount: false), ServiceAddress = node.Maybe("serviceAddress")?.Name() ?? "",
            Alerts = AgreementReader.Alerts(node, tenant.Catalogs[^1].Catalog.Currency, tenant.Catalogs[^1].Catalog.MetersByKey),
            Agreed = AgreementReader.AsWritten(node, AgreementReader.OfSubscription),
        };
        return new Subscription(new SubscriptionId(node.Need("id").Name()), tenant.Accounts.TryGetValue(account, out var known) ? known.Id : new AccountId(account), tenant.Shared(terms));
    }

    private static List<TermsChange> ReadChanges(DocumentNode node, LocalDate start, IReadOnlyDictionary<string, PlanRevision> plans)
    {
        var changes = new List<TermsChange>();
        foreach (var item in node.Items("changes"))
        {
            item.Object("from", "plan", "quantities", "addOns", "paused", "at");
            var plan = item.Need("plan").Text();
            if (!plans.TryGetValue(plan, out var found)) throw item.Need("plan").Refuse("plan.unknown", $"the catalog has no plan '{plan}'; it has {string.Join(", ", plans.Keys)}.");
            if (changes.Count > 0 && found.Interval != plans[changes[0].Plan].Interval) throw item.Refuse("plan.interval", $"plan '{plan}' is billed in another interval than the one before.");
            var from = item.Maybe("from")?.Date() ?? start;
            if (changes.Count > 0 && from < changes[^1].From) throw item.Refuse("subscription.changes", "changes stand in the order of their days.");
            changes.Add(new TermsChange(from, plan, CatalogReader.Quantities(item))
            {
                AddOns = AddOns(item, found, plans), IsPaused = item.Maybe("paused")?.Flag() ?? false, At = item.Maybe("at")?.TimeOfDay() ?? LocalTime.Midnight,
            });
        }

        return changes;
    }

    private static int AnchorDay(DocumentNode node, LocalDate start, BillingInterval interval)
    {
        if (node.Maybe("anchor") is not { } anchor) return node.Maybe("anchorDay")?.Whole(1, 31) ?? 1;
        _ = anchor.OneOf(("start", true));
        if (node.Maybe("anchorDay") is not null || node.Maybe("anchorMonth") is not null) throw anchor.Refuse("subscription.anchor", "give either 'anchor' or 'anchorDay' and 'anchorMonth'.");
        return interval == BillingInterval.Week ? (int)start.DayOfWeek : start.Day;
    }

    private static List<string> AddOns(DocumentNode item, PlanRevision plan, IReadOnlyDictionary<string, PlanRevision> plans)
    {
        var addOns = new List<string>();
        var keys = plan.Charges.Select(charge => charge.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var node in item.Items("addOns"))
        {
            var key = node.Text();
            if (!plans.TryGetValue(key, out var addOn)) throw node.Refuse("plan.unknown", $"the catalog has no plan '{key}'; it has {string.Join(", ", plans.Keys)}.");
            if (addOn.Interval != plan.Interval) throw node.Refuse("plan.interval", $"plan '{key}' is billed in another interval than plan '{plan.Plan}'.");
            if (addOn.Phases.Count > 0) throw node.Refuse("plan.addOn.phases", $"plan '{key}' has a trial or phases; an add-on has none.");
            foreach (var charge in addOn.Charges)
                if (!keys.Add(charge.Key)) throw node.Refuse("plan.addOn.charge", $"charge '{charge.Key}' of plan '{key}' stands in a plan beside it; give it another key.");
            addOns.Add(key);
        }

        return addOns;
    }

    // What is closed, or closing, stays as it was priced.
    private static void MayBecome(SubscriptionEntry entry, Subscription after, DocumentNode node)
    {
        var before = entry.Subscription;
        if (before.Account != after.Account || before.Start != after.Start || before.Schedule != after.Schedule)
            throw node.Refuse("subscription.fixed", $"subscription {before.Id} exists: its account, start, time zone and anchor cannot be changed; end it and start another.");
        if (entry.LastClosing is not { } last) return;
        var open = before.Schedule.Period(last).End;
        if (before.End is { } ended && ended <= open && after.End != before.End) throw node.Refuse("subscription.closed", $"subscription {before.Id} ended on {ended:uuuu-MM-dd} and its last period is closed.");
        if (after.End is { } end && end < open) throw node.Refuse("subscription.closed", $"subscription {before.Id} is closed up to {open:uuuu-MM-dd}; it can end then at the earliest.");
        for (var day = before.Start; day < open; day = day.PlusDays(1))
            if (!Equal(before.TermsOn(day), after.TermsOn(day))) throw node.Refuse("subscription.closed", $"subscription {before.Id} is closed up to {open:uuuu-MM-dd}; a change can begin then at the earliest.");
    }

    private static bool Equal(TermsChange a, TermsChange b) => string.Equals(a.Plan, b.Plan, StringComparison.Ordinal)
        && a.Quantities.Count == b.Quantities.Count && a.Quantities.All(pair => b.Quantities.TryGetValue(pair.Key, out var other) && other == pair.Value);

    // Usage that is sealed for its owner stays there.
    private static void MayMove(string subject, SubjectAssignment[] assignments, string? owner, Instant from, Instant? to, DocumentNode node)
    {
        foreach (var assignment in assignments)
        {
            if (assignment.Subscription is not { LastClosing: { } last } old || string.Equals(old.Subscription.Id.Value, owner, StringComparison.Ordinal) || !Overlap(assignment, from, to)) continue;
            var open = old.Subscription.Schedule.Period(last).EndInstant;
            if (from < open && assignment.From < open)
                throw node.Refuse("subject.closed", $"'{subject}' belonged to subscription {old.Subscription.Id}, which is closed up to {InstantPattern.General.Format(open)}; it can move then at the earliest.");
        }
    }
}
