using System.Buffers;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Intake;
using Rating.Engine.Partitions;
using Rating.Engine.Store;

namespace Rating.Engine.Quotes;

/// <summary>A preview of a subscription's invoices: catalog, history and usage in, invoices out (docs/quotes.md). The code that prices real ones; stores nothing, needs no server, gives the same answer every time.</summary>
public sealed class Quote
{
    private const string Subject = "quote";
    private const int PeriodsMax = 1_200;
    private const int UsageMax = 100_000;
    private static readonly TenantId Tenant = new("quote");
    private static readonly string[] ScheduleMembers = ["timeZone", "anchorDay", "anchorMonth"];
    private readonly DocumentNode _root;
    private readonly string _catalog;

    private Quote(DocumentNode root, string catalog) => (_root, _catalog) = (root, catalog);

    /// <summary>Makes the invoices of all periods from the first up to the one asked for.</summary>
    /// <param name="request">What to quote, JSON.</param>
    /// <param name="currentCatalog">The catalog for a request that brings none; null when there is none.</param>
    /// <exception cref="Refused">Something in it is wrong; the place is named.</exception>
    public static IReadOnlyList<Snapshot> Make(string request, string? currentCatalog)
    {
        using var document = ParsedDocument.Of(request);
        var root = new DocumentNode(document.RootElement, "").Object("catalog", "plan", "quantities", "start", "end", "timeZone", "anchorDay", "anchorMonth", "changes", "period", "usage");
        var catalog = root.Maybe("catalog")?.Element.GetRawText() ?? currentCatalog ?? throw root.Refuse("catalog.missing", "'catalog' is missing, and there is no current one.");
        return new Quote(root, catalog).Snapshots();
    }

    /// <summary>The invoices as one JSON document.</summary>
    public static string Write(IReadOnlyList<Snapshot> snapshots)
    {
        var total = snapshots.Aggregate(Money.Zero(snapshots[0].Currency), (sum, snapshot) => sum + snapshot.Total);
        return $$"""{"currency":"{{snapshots[0].Currency.Code}}","invoices":[{{string.Join(',', snapshots.Select(BillingDocuments.WritePreview))}}],"total":"{{total.ToText()}}"}""";
    }

    private List<Snapshot> Snapshots()
    {
        var start = _root.Need("start").Date();
        var changes = Changes(start);
        using var whole = BookOf(start, _root.Maybe("end")?.Date(), changes);
        var schedule = EntryOf(whole).Subscription.Schedule;
        var first = EntryOf(whole).Subscription.FirstPeriod;
        var last = schedule.NumberOf(_root.Maybe("period")?.Date() ?? start);
        if (last < first) throw _root.Need("period").Refuse("quote.period", "'period' is a day of the period to quote; it lies before 'start'.");
        if (EntryOf(whole).Subscription.LastPeriod is { } end && last > end) throw _root.Need("period").Refuse("quote.period", "'period' is a day of the period to quote; it lies after 'end'.");
        if (last - first >= PeriodsMax) throw _root.Need("period").Refuse("quote.period", $"at most {PeriodsMax} periods are quoted.");
        var usage = Usage(whole, schedule, first, last);
        var made = new List<Snapshot>();
        for (var number = first; number <= last; number++)
        {
            // An invoice knows the changes that have happened when it is made: later ones adjust the next.
            var known = schedule.Period(number).End;
            using var book = BookOf(start, _root.Maybe("end")?.Date() is { } ends && ends <= known ? ends : null, [.. changes.Where(change => change.From <= known)]);
            var entry = EntryOf(book);
            made.Add(book.Read(_ => SnapshotMaker.OfPeriod(entry, number, book.Sequence, new Dictionary<int, PeriodUsage> { [number] = usage[number - first] }, made)));
        }

        return made;
    }

    private List<(LocalDate From, string Json)> Changes(LocalDate start)
    {
        if (_root.Maybe("changes") is not { } list)
        {
            var plan = _root.Maybe("plan")?.Text() ?? OnlyPlan();
            return [(start, $$"""{"from":"{{LocalDatePattern.Iso.Format(start)}}","plan":{{JsonSerializer.Serialize(plan)}},"quantities":{{_root.Maybe("quantities")?.Element.GetRawText() ?? "{}"}}}""")];
        }

        if (_root.Maybe("plan") is not null || _root.Maybe("quantities") is not null) throw list.Refuse("quote.changes", "give either 'plan' with 'quantities', or 'changes'.");
        return [.. list.Items().Select(item => (item.Maybe("from")?.Date() ?? start, item.Element.GetRawText()))];
    }

    private string OnlyPlan()
    {
        using var catalog = ParsedDocument.Of(_catalog);
        var plans = new DocumentNode(catalog.RootElement, "catalog").Items("plans").ToList();
        return plans.Count == 1 ? plans[0].Need("key").Text() : throw _root.Refuse("document.member.missing", $"'plan' is missing: the catalog has {plans.Count} plans.");
    }

    private Book BookOf(LocalDate start, LocalDate? end, IReadOnlyList<(LocalDate From, string Json)> changes)
    {
        var book = new Book();
        try
        {
            book.Apply(new BookChange(1, Tenant, Instant.MinValue, $$"""{"kind":"catalog","version":1,"effectiveFrom":"2000-01-01","catalog":{{_catalog}}}"""));
            var members = ScheduleMembers.Where(name => _root.Maybe(name) is not null).Select(name => $"\"{name}\":{_root.Need(name).Element.GetRawText()},");
            var endText = end is { } day ? $"\"{LocalDatePattern.Iso.Format(day)}\"" : "null";
            book.Apply(new BookChange(2, Tenant, Instant.MinValue, $$"""
                {"kind":"parties","accounts":[{"id":"quote"}],
                 "subscriptions":[{"id":"quote","account":"quote",{{string.Concat(members)}}"start":"{{LocalDatePattern.Iso.Format(start)}}","end":{{endText}},"changes":[{{string.Join(',', changes.Select(change => change.Json))}}]}],
                 "subjects":[{"subject":"{{Subject}}","subscription":"quote","from":"1900-01-01T00:00:00Z"}]}
                """));
            return book;
        }
        catch (Refused wrong)
        {
            book.Dispose();
            throw new Refused(wrong.Code, wrong.Message.Replace("subscriptions[0]: ", "", StringComparison.Ordinal).Replace("subscriptions[0].", "", StringComparison.Ordinal))
            {
                Where = wrong.Where.Replace("subscriptions[0]", "", StringComparison.Ordinal).TrimStart('.'),
            };
        }
    }

    private static SubscriptionEntry EntryOf(Book book) => book.Read(all => all.Tenant(Tenant)!.Subscriptions["quote"]);

    private List<PeriodUsage> Usage(Book book, BillingSchedule schedule, int first, int last)
    {
        var entry = EntryOf(book);
        var usage = Enumerable.Range(first, last - first + 1).Select(_ => new PeriodUsage()).ToList();
        var rater = new Rater(new RatingSettings());
        var decoder = new EventDecoder();
        var count = 0;
        foreach (var item in _root.Items("usage"))
        {
            if (++count > UsageMax) throw item.Refuse("quote.usage", $"at most {UsageMax} items of usage are quoted.");
            if (item.Element.ValueKind == JsonValueKind.Object && item.Maybe("meter") is not null) book.Read(_ => AddQuantity(entry, schedule, item, first, last, usage));
            else book.Read(_ => AddEvent(book, rater, decoder, item, first, last, usage, count));
        }

        return usage;
    }

    // A period's figure, or a part of it: no single events behind it.
    private static int AddQuantity(SubscriptionEntry entry, BillingSchedule schedule, DocumentNode item, int first, int last, List<PeriodUsage> usage)
    {
        item.Object("meter", "quantity", "dimensions", "on");
        var day = item.Maybe("on")?.Date();
        var number = day is { } on ? schedule.NumberOf(on) : last;
        if (number < first || number > last) throw item.Need("on").Refuse("quote.usage", "'on' is a day of a period that is quoted.");
        var spans = entry.Tenant.Terms(entry, number).Spans;
        var span = (day is { } moment ? spans.FirstOrDefault(one => moment >= one.From && moment < one.To) : spans.Count == 0 ? null : spans[^1]) ?? throw item.Refuse("quote.usage", "the subscription is not active then.");
        var key = item.Need("meter");
        var charges = span.Revision.Charges.OfType<UsageCharge>().Where(charge => string.Equals(charge.Meter.Key, key.Text(), StringComparison.Ordinal)).ToList();
        if (charges.Count == 0) throw key.Refuse("meter.unknown", $"plan '{span.Revision.Plan}' charges nothing for a meter '{key.Text()}'.");
        if (charges.Exists(charge => charge is RateDeckCharge)) throw key.Refuse("quote.events", $"meter '{key.Text()}' is priced call by call; give events, not a quantity.");
        var meter = charges[0].Meter;
        if (charges.Exists(charge => charge is Dynamic || charge.NeedsEvents) || meter.Aggregation == Aggregation.TimeWeighted) throw key.Refuse("quote.events", $"meter '{key.Text()}' is priced event by event; give events, not a quantity.");
        var dimensions = item.Maybe("dimensions")?.Members().ToDictionary(member => member.Name, member => member.Value.Text(), StringComparer.Ordinal) ?? [];
        foreach (var name in dimensions.Keys)
            if (!meter.Dimensions.Contains(name, StringComparer.Ordinal)) throw item.Need("dimensions").Refuse("quote.dimension", $"meter '{meter.Key}' has no dimension '{name}'.");
        var text = string.Join(';', meter.Dimensions.Select(name => Meter.Dimension(name, dimensions.GetValueOrDefault(name) ?? "")));
        var quantity = item.Need("quantity").Quantity();
        if (quantity < Quantity.Zero && !meter.AllowNegative) throw item.Need("quantity").Refuse("quantity.negative", $"meter '{meter.Key}' takes nothing below zero.");
        usage[number - first].Add(new MeterKey(span.Revision.Id, meter.Key, meter.Aggregation, text), meter.Aggregation, Total(meter, quantity, item));
        return 0;
    }

    private static MeterTotal Total(Meter meter, Quantity quantity, DocumentNode item)
    {
        var whole = (long)(quantity.Nano / Quantity.One.Nano);
        if (meter.Aggregation is not (Aggregation.Count or Aggregation.Unique)) return new MeterTotal { Count = 1, Nano = quantity.Nano, More = meter.Aggregation == Aggregation.Latest ? new LatestStamp(Instant.MinValue, "", "") : null };
        if (Quantity.Of(whole) != quantity || whole > (meter.Aggregation == Aggregation.Unique ? UsageMax : uint.MaxValue)) throw item.Need("quantity").Refuse("quote.quantity", $"meter '{meter.Key}' counts: give a whole number.");
        return new MeterTotal
        {
            Count = (uint)whole,
            More = meter.Aggregation == Aggregation.Unique ? Enumerable.Range(0, (int)whole).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToHashSet(StringComparer.Ordinal) : null,
        };
    }

    private static int AddEvent(Book book, Rater rater, EventDecoder decoder, DocumentNode item, int first, int last, List<PeriodUsage> usage, int count)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in item.Members())
            {
                if (name is "subject" or "specversion" or "id" or "source") continue;
                writer.WritePropertyName(name);
                value.Element.WriteTo(writer);
            }

            writer.WriteString("specversion", "1.0");
            writer.WriteString("source", Subject);
            writer.WriteString("subject", Subject);
            writer.WriteString("id", item.Maybe("id")?.Text() ?? count.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        if (item.Maybe("time") is null) throw item.Refuse("document.member.missing", "'time' is missing: an event is priced in the period of its time.");
        var record = decoder.Decode(json.WrittenSpan, Tenant, Instant.FromUtc(2199, 1, 1, 0, 0), out var problem) ?? throw item.Refuse("quote.event", problem);
        rater.Rate(book, record, _ => int.MinValue);
        if (rater.Verdict != Verdict.Rated) throw item.Refuse($"quote.{JsonNamingPolicy.CamelCase.ConvertName(rater.Reason.ToString())}", $"it cannot be rated: {rater.Detail}");
        var number = rater.Span!.Period;
        if (number < first || number > last) throw item.Need("time").Refuse("quote.usage", "the time lies in no period that is quoted.");
        foreach (var addition in rater.Meters)
        {
            var total = default(MeterTotal);
            total.Add(addition.Meter.Aggregation, addition.Value, record, addition.UniqueText);
            usage[number - first].Add(new MeterKey(rater.Span.Revision.Id, addition.Meter.Key, addition.Meter.Aggregation, addition.Dimensions), addition.Meter.Aggregation, total);
        }

        foreach (var call in rater.Calls)
        {
            var total = default(CallTotal);
            total.Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount, call.Cost);
            usage[number - first].Add(new CallKey(rater.Span.Revision.Id, call.Charge, call.Call.Destination), total);
        }

        return 0;
    }
}
