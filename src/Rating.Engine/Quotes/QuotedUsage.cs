using System.Buffers;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Documents;
using Rating.Engine.Intake;
using Rating.Engine.Partitions;

namespace Rating.Engine.Quotes;

/// <summary>The usage of one subscription that a quote gives, as quantities and as single events, rated as real usage is.</summary>
internal sealed class QuotedUsage(Book book, int first, int last)
{
    private readonly List<PeriodUsage> _periods = [.. Enumerable.Range(first, last - first + 1).Select(_ => new PeriodUsage())];
    // What each item adds, for those who look at usage as it came.
    private readonly List<(int Period, RunEntry Place, List<Action<PeriodUsage>> Adds)> _items = [];
    private readonly Rater _rater = new(new RatingSettings());
    private readonly EventDecoder _decoder = new();

    /// <summary>The usage of a period.</summary>
    public PeriodUsage Of(int period) => _periods[period - first];

    /// <summary>The usage of a period as it grew: after each item in the order of (time, id), all of it so far. A quantity without a day comes last.</summary>
    public IEnumerable<(Instant Time, PeriodUsage SoFar)> Growing(int period)
    {
        var soFar = new PeriodUsage();
        foreach (var (_, place, adds) in _items.Where(item => item.Period == period).OrderBy(item => item.Place))
        {
            foreach (var add in adds) add(soFar);
            yield return (place.EventTime, soFar);
        }
    }

    private void Take(int period, Instant time, string id, List<Action<PeriodUsage>> adds)
    {
        foreach (var add in adds) add(_periods[period - first]);
        _items.Add((period, new RunEntry(time, "", id, 0), adds));
    }

    /// <summary>Takes one item. The book's read lock is held.</summary>
    public void Add(SubscriptionEntry entry, DocumentNode item, int count)
    {
        if (item.Element.ValueKind == JsonValueKind.Object && item.Maybe("meter") is not null) AddQuantity(entry, item);
        else AddEvent(entry, item, count);
    }

    // A period's figure, or a part of it: no single events behind it.
    private void AddQuantity(SubscriptionEntry entry, DocumentNode item)
    {
        item.Object("meter", "quantity", "dimensions", "on", "subscription");
        var schedule = entry.Subscription.Schedule;
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
        var period = schedule.Period(number);
        var total = Total(meter, quantity, item);
        Take(number, day is { } known ? schedule.Zone.StartOf(known) : period.EndInstant - Duration.Epsilon, item.Where, [usage => usage.Add(new MeterKey(span.Revision.Id, meter.Key, meter.Aggregation, text), meter.Aggregation, total.Copy())]);
    }

    private static MeterTotal Total(Meter meter, Quantity quantity, DocumentNode item)
    {
        var whole = (long)(quantity.Nano / Quantity.One.Nano);
        if (meter.Aggregation is not (Aggregation.Count or Aggregation.Unique)) return new MeterTotal { Count = 1, Nano = quantity.Nano, More = meter.Aggregation == Aggregation.Latest ? new LatestStamp(Instant.MinValue, "", "") : null };
        if (Quantity.Of(whole) != quantity || whole > (meter.Aggregation == Aggregation.Unique ? Quote.UsageMax : uint.MaxValue)) throw item.Need("quantity").Refuse("quote.quantity", $"meter '{meter.Key}' counts: give a whole number.");
        return new MeterTotal
        {
            Count = (uint)whole,
            More = meter.Aggregation == Aggregation.Unique ? Enumerable.Range(0, (int)whole).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToHashSet(StringComparer.Ordinal) : null,
        };
    }

    private void AddEvent(SubscriptionEntry entry, DocumentNode item, int count)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in item.Members())
            {
                if (name is "subject" or "subscription" or "specversion" or "id" or "source") continue;
                writer.WritePropertyName(name);
                value.Element.WriteTo(writer);
            }

            writer.WriteString("specversion", "1.0");
            writer.WriteString("source", "quote");
            writer.WriteString("subject", entry.Subscription.Id.Value);
            writer.WriteString("id", item.Maybe("id")?.Text() ?? count.ToString(CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        if (item.Maybe("time") is null) throw item.Refuse("document.member.missing", "'time' is missing: an event is priced in the period of its time.");
        var record = _decoder.Decode(json.WrittenSpan, Quote.Tenant, Instant.FromUtc(2199, 1, 1, 0, 0), out var problem) ?? throw item.Refuse("quote.event", problem);
        _rater.Rate(book, record, _ => int.MinValue);
        if (_rater.Verdict != Verdict.Rated) throw item.Refuse($"quote.{JsonNamingPolicy.CamelCase.ConvertName(_rater.Reason.ToString())}", $"it cannot be rated: {_rater.Detail}");
        var number = _rater.Span!.Period;
        if (number < first || number > last) throw item.Need("time").Refuse("quote.usage", "the time lies in no period that is quoted.");
        var adds = new List<Action<PeriodUsage>>();
        foreach (var addition in _rater.Meters)
        {
            var total = default(MeterTotal);
            total.Add(addition.Meter.Aggregation, addition.Value, record, addition.UniqueText, addition.Scaled);
            var key = new MeterKey(_rater.Span.Revision.Id, addition.Meter.Key, addition.Meter.Aggregation, addition.Dimensions);
            adds.Add(usage => usage.Add(key, key.Aggregation, total.Copy()));
        }

        foreach (var call in _rater.Calls)
        {
            var total = default(CallTotal);
            total.Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount, call.Cost);
            var key = new CallKey(_rater.Span.Revision.Id, call.Charge, call.Call.Destination);
            adds.Add(usage => usage.Add(key, total));
        }

        Take(number, record.EventTime, record.Id, adds);
    }
}
