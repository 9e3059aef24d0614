using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine.BillRuns;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Store;
using Rating.Engine.Taxes;

namespace Rating.Engine.Quotes;

/// <summary>A preview of an account's invoices: catalog, history and usage in, invoices out (docs/quotes.md). The code that makes real ones; stores nothing, needs no server, gives the same answer every time.</summary>
public sealed class Quote : IDisposable
{
    internal const int UsageMax = 100_000;
    private const int PeriodsMax = 1_200;
    private const int SubscriptionsMax = 1_000;
    internal static readonly TenantId Tenant = new("quote");
    private static readonly AccountId Account = new("quote");
    private readonly DocumentNode _root;
    private readonly List<(string Place, LocalDate From, string Json)> _catalogs;
    private readonly List<QuotedSubscription> _subscriptions;
    private readonly bool _isOfOne;
    private readonly Book _book = new();

    private Quote(DocumentNode root, string? currentCatalog)
    {
        _root = root;
        _catalogs = Catalogs(currentCatalog);
        _isOfOne = root.Maybe("subscriptions") is null;
        _subscriptions = _isOfOne ? [new QuotedSubscription(root, "quote", OnlyPlan)] : [.. root.Items("subscriptions").Select(ReadSubscription)];
        if (_subscriptions.Count is 0 or > SubscriptionsMax) throw root.Need("subscriptions").Refuse("quote.subscriptions", $"from 1 to {SubscriptionsMax} subscriptions are quoted.");
    }

    /// <summary>Makes the invoices of all periods from the first up to the one asked for.</summary>
    /// <param name="request">What to quote, JSON.</param>
    /// <param name="currentCatalog">The catalog for a request that brings none; null when there is none.</param>
    /// <exception cref="Refused">Something in it is wrong; the place is named.</exception>
    public static QuoteResult Make(string request, string? currentCatalog)
    {
        using var document = ParsedDocument.Of(request);
        var root = new DocumentNode(document.RootElement, "");
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw root.Refuse("document.type", "this must be an object.");
        string[] mine = ["catalog", "currency", "account", "period", "activation", "usage"];
        root.Object(root.Maybe("subscriptions") is null ? [.. mine, .. QuotedSubscription.Members] : [.. mine, "subscriptions"]);
        using var quote = new Quote(root, currentCatalog);
        return quote.Result();
    }

    /// <summary>The invoices as one JSON document.</summary>
    public static string Write(QuoteResult result) =>
        $$"""{"currency":"{{result.Currency.Code}}","invoices":[{{string.Join(',', result.Invoices.Select(one => BillingDocuments.WritePreview(one.Invoice, one.Periods, result.IsOfOne)))}}],"total":"{{result.Total.ToText()}}"}""";

    /// <inheritdoc/>
    public void Dispose() => _book.Dispose();

    private QuoteResult Result()
    {
        foreach (var (place, from, json) in _catalogs)
            Apply($$"""{"kind":"catalog","version":1,"effectiveFrom":"{{LocalDatePattern.Iso.Format(from)}}","catalog":{{json}}}""", where => where.StartsWith("catalog", StringComparison.Ordinal) ? place + where[7..] : where.Length == 0 ? place : $"{place}.{where}");
        var currency = _book.Read(book => book.Tenant(Tenant)!.Catalogs[0].Catalog.Currency);
        _root.SameCurrency(currency);
        // Everything that will ever be known comes first: it decides the numbers of plan revisions, and usage is rated with it.
        Know(null, withAccount: true);
        var periods = _subscriptions.ConvertAll(Periods);
        var usage = Usage(periods);
        var snapshots = _subscriptions.ConvertAll(_ => new List<Snapshot>());
        var invoices = new List<(Invoice Invoice, IReadOnlyList<BillingPeriod> Periods)>();
        foreach (var cycle in Steps(periods).GroupBy(step => (step.Day, step.IsActivation)).OrderBy(cycle => cycle.Key.Day).ThenByDescending(cycle => cycle.Key.IsActivation))
        {
            // An invoice knows the changes that have happened when it is made: later ones adjust the next.
            Know(cycle.Key.Day, withAccount: false);
            foreach (var step in cycle.Where(step => !step.IsActivation && _book.Read(_ => EntryOf(step.Place).HasThreshold)))
                foreach (var snapshot in ProgressOf(step.Place, step.Number, usage[step.Place], snapshots[step.Place])) invoices.Add((InvoiceOf(false, snapshot.Day!.Value, [snapshot], invoices), [snapshot.Period]));
            var made = new List<Snapshot>();
            foreach (var step in cycle.OrderBy(step => _subscriptions[step.Place].Id, StringComparer.Ordinal))
            {
                var entry = EntryOf(step.Place);
                var snapshot = _book.Read(_ => step.IsActivation
                    ? SnapshotMaker.OfActivation(entry, _book.Sequence)
                    : SnapshotMaker.OfPeriod(entry, step.Number, _book.Sequence, new Dictionary<int, PeriodUsage> { [step.Number] = usage[step.Place].Of(step.Number) }, snapshots[step.Place]));
                snapshots[step.Place].Add(snapshot);
                made.Add(snapshot);
            }

            // An activation without lines is not invoiced, also not beside one that has some.
            if (cycle.Key.IsActivation) made.RemoveAll(snapshot => snapshot.Lines.Count == 0);
            if (made.Count > 0) invoices.Add((InvoiceOf(cycle.Key.IsActivation, cycle.Key.Day, made, invoices), [.. made.Select(snapshot => snapshot.Period)]));
        }

        return new QuoteResult(currency, _isOfOne, invoices);
    }

    // An invoice each time that usage reached the threshold; the next knows what it billed.
    private IEnumerable<Snapshot> ProgressOf(int place, int number, QuotedUsage usage, List<Snapshot> snapshots)
    {
        var entry = EntryOf(place);
        foreach (var (time, soFar) in usage.Growing(number))
        {
            var day = time.InZone(entry.Subscription.Schedule.Zone).Date;
            if (_book.Read(_ => SnapshotMaker.OfProgress(entry, number, _book.Sequence, soFar, day, snapshots)) is not { } snapshot) continue;
            snapshots.Add(snapshot);
            yield return snapshot;
        }
    }

    private Invoice InvoiceOf(bool isActivation, LocalDate day, List<Snapshot> snapshots, List<(Invoice Invoice, IReadOnlyList<BillingPeriod> Periods)> before)
    {
        var used = new Dictionary<string, Money>(StringComparer.Ordinal);
        foreach (var credit in before.SelectMany(one => one.Invoice.Credits)) used[credit.Credit] = used.TryGetValue(credit.Credit, out var sum) ? sum + credit.Amount : credit.Amount;
        var charges = snapshots.Aggregate(Money.Zero(snapshots[0].Currency), (sum, snapshot) => sum + snapshot.Total);
        var assembly = _book.Read(book => new InvoiceAssembly(book.Tenant(Tenant)!, Account, book.Sequence, snapshots[0].Kind == SnapshotKind.Period, snapshots, charges, used));
        return assembly.Complete((before.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), (isActivation ? "activation/" : snapshots[0].Kind == SnapshotKind.Progress ? "progress/" : "") + LocalDatePattern.Iso.Format(day), TableTaxService.Of(assembly.TaxRequest)) with
        {
            Sections = [.. snapshots.Select(snapshot => new InvoiceSection(snapshot.Subscription, snapshot.Kind, snapshot.Period.Number, snapshot.Lines) { Step = snapshot.Step })],
        };
    }

    private IEnumerable<(LocalDate Day, bool IsActivation, int Place, int Number)> Steps(List<(int First, int Last)> periods)
    {
        var activation = _root.Maybe("activation")?.Flag() ?? false;
        for (var place = 0; place < periods.Count; place++)
        {
            if (activation) yield return (_subscriptions[place].Start, true, place, periods[place].First);
            var schedule = EntryOf(place).Subscription.Schedule;
            for (var number = periods[place].First; number <= periods[place].Last; number++) yield return (schedule.Period(number).End, false, place, number);
        }
    }

    private (int First, int Last) Periods(QuotedSubscription quoted)
    {
        var subscription = EntryOf(_subscriptions.IndexOf(quoted)).Subscription;
        var first = subscription.FirstPeriod;
        var last = subscription.Schedule.NumberOf(_root.Maybe("period")?.Date() ?? quoted.Start);
        if (last < first) throw _root.Need("period").Refuse("quote.period", $"'period' is a day of the period to quote; it lies before 'start'{(_isOfOne ? "" : $" of {quoted.Id}")}.");
        if (subscription.LastPeriod is { } end && last > end)
        {
            if (_isOfOne) throw _root.Need("period").Refuse("quote.period", "'period' is a day of the period to quote; it lies after 'end'.");
            last = end;
        }

        if (last - first >= PeriodsMax) throw _root.Need("period").Refuse("quote.period", $"at most {PeriodsMax} periods are quoted.");
        return (first, last);
    }

    private List<QuotedUsage> Usage(List<(int First, int Last)> periods)
    {
        var usage = periods.ConvertAll(one => new QuotedUsage(_book, one.First, one.Last));
        var count = 0;
        void Add(int place, DocumentNode item)
        {
            if (++count > UsageMax) throw item.Refuse("quote.usage", $"at most {UsageMax} items of usage are quoted.");
            _book.EnterRead();
            try
            {
                usage[place].Add(EntryOf(place), item, count);
            }
            finally
            {
                _book.ExitRead();
            }
        }

        foreach (var item in _root.Items("usage")) Add(_isOfOne ? 0 : PlaceOf(item), item);
        if (_isOfOne) return usage;
        for (var place = 0; place < _subscriptions.Count; place++)
            foreach (var item in _subscriptions[place].Node.Items("usage")) Add(place, item);
        return usage;
    }

    private int PlaceOf(DocumentNode item)
    {
        var id = item.Need("subscription");
        var place = _subscriptions.FindIndex(one => string.Equals(one.Id, id.Text(), StringComparison.Ordinal));
        return place >= 0 ? place : throw id.Refuse("subscription.unknown", $"there is no subscription '{id.Text()}' here.");
    }

    private QuotedSubscription ReadSubscription(DocumentNode node)
    {
        node.Object(["id", "usage", .. QuotedSubscription.Members]);
        return new QuotedSubscription(node, node.Need("id").Name(), OnlyPlan);
    }

    private List<(string Place, LocalDate From, string Json)> Catalogs(string? currentCatalog)
    {
        var always = new LocalDate(2000, 1, 1);
        if (_root.Maybe("catalog") is not { } given) return [("catalog", always, currentCatalog ?? throw _root.Refuse("catalog.missing", "'catalog' is missing, and there is no current one."))];
        if (given.Element.ValueKind != JsonValueKind.Array) return [("catalog", always, given.Element.GetRawText())];
        var all = given.Items().Select((item, i) => (item.Where, i == 0 ? always : item.Need("effectiveFrom").Date(), item.Element.GetRawText())).ToList();
        return all.Count > 0 ? all : throw given.Refuse("catalog.missing", "the list holds no catalog.");
    }

    private string OnlyPlan()
    {
        using var catalog = ParsedDocument.Of(_catalogs[0].Json);
        var plans = new DocumentNode(catalog.RootElement, "catalog").Items("plans").ToList();
        return plans.Count == 1 ? plans[0].Need("key").Text() : throw _root.Refuse("document.member.missing", $"'plan' is missing: the catalog has {plans.Count} plans.");
    }

    private SubscriptionEntry EntryOf(int place) => _book.Tenant(Tenant)!.Subscriptions[_subscriptions[place].Id];

    // Brings the book to what is known on a day.
    private void Know(LocalDate? known, bool withAccount)
    {
        var account = _root.Maybe("account") is { } given ? WithId(given) : """{"id":"quote"}""";
        var subjects = string.Join(',', _subscriptions.Select(one => $$"""{"subject":{{JsonSerializer.Serialize(one.Id)}},"subscription":{{JsonSerializer.Serialize(one.Id)}},"from":"1900-01-01T00:00:00Z"}"""));
        Apply(
            $$"""{"kind":"parties","accounts":[{{(withAccount ? account : "")}}],"subscriptions":[{{string.Join(',', _subscriptions.Where(one => !(one.Start > known)).Select(one => one.Document(known)))}}],"subjects":[{{(withAccount ? subjects : "")}}]}""",
            where => where.StartsWith("accounts[0]", StringComparison.Ordinal) ? "account" + where[11..] : _isOfOne && where.StartsWith("subscriptions[0]", StringComparison.Ordinal) ? where[16..].TrimStart('.') : where);
    }

    private static string WithId(DocumentNode account)
    {
        account.Object([.. AgreementReader.OfAccount]);
        return $$"""{"id":"quote"{{string.Concat(account.Members().Select(member => $",{JsonSerializer.Serialize(member.Name)}:{member.Value.Element.GetRawText()}"))}}}""";
    }

    // Told in the terms of the request.
    private void Apply(string change, Func<string, string> place)
    {
        try
        {
            _book.Apply(new BookChange(_book.Sequence + 1, Tenant, Instant.MinValue, change));
        }
        catch (Refused wrong)
        {
            var told = place(wrong.Where);
            throw new Refused(wrong.Code, wrong.Where.Length == 0 ? wrong.Message : wrong.Message.Replace(wrong.Where, told.Length == 0 ? "The document" : told, StringComparison.Ordinal)) { Where = told };
        }
    }
}
