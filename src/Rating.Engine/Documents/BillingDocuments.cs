using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Views;

namespace Rating.Engine.Documents;

/// <summary>Snapshots, invoices and balances as JSON (docs/formats.md): written once, read back exactly.</summary>
public static class BillingDocuments
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of a snapshot's kind in documents and keys.</summary>
    public static string NameOf(Snapshot snapshot) => NameOf(snapshot.Kind, snapshot.Step);

    private static string NameOf(SnapshotKind kind, int step) => kind switch
    {
        SnapshotKind.Period => "period",
        SnapshotKind.Activation => "activation",
        SnapshotKind.Progress => string.Create(CultureInfo.InvariantCulture, $"progress/{step}"),
        _ => "supplementary",
    };

    /// <summary>A snapshot as JSON.</summary>
    public static string Write(Snapshot snapshot) => Write(json =>
    {
        json.WriteString("tenant", snapshot.Tenant.Value);
        json.WriteString("subscription", snapshot.Subscription.Value);
        json.WriteString("account", snapshot.Account.Value);
        json.WriteString("kind", NameOf(snapshot));
        if (snapshot.Day is { } day) json.WriteString("day", Text(day));
        Write(json, "period", snapshot.Period);
        json.WriteNumber("bookSequence", snapshot.BookSequence);
        json.WriteString("currency", snapshot.Currency.Code);
        Write(json, snapshot.Lines);
        json.WriteString("total", snapshot.Total.ToText());
        json.WritePropertyName("usage");
        Write(json, snapshot.Usage, snapshot.Currency);
        json.WriteStartArray("lateUsage");
        foreach (var (period, usage) in snapshot.LateUsage.OrderBy(pair => pair.Key))
        {
            json.WriteStartObject();
            json.WriteStartObject("period");
            json.WriteNumber("number", period);
            json.WriteEndObject();
            json.WritePropertyName("usage");
            Write(json, usage, snapshot.Currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>An invoice as JSON, its sections left empty: <see cref="BillRuns.InvoiceSections"/> puts them in.</summary>
    public static string Write(Invoice invoice) => Write(json =>
    {
        json.WriteString("tenant", invoice.Tenant.Value);
        json.WriteString("number", invoice.Number);
        json.WriteString("account", invoice.Account.Value);
        json.WriteString("cycle", invoice.Cycle);
        json.WriteString("date", Text(invoice.Date));
        json.WriteString("currency", invoice.Currency.Code);
        if (invoice.BookSequence is { } sequence) json.WriteNumber("bookSequence", sequence);
        json.WriteStartArray("sections");
        json.WriteEndArray();
        WriteAccountPart(json, invoice);
    });

    // What an invoice has beside its sections; without any of it, only the total.
    private static void WriteAccountPart(Utf8JsonWriter json, Invoice invoice)
    {
        if (invoice.AccountLines.Count > 0)
        {
            json.WriteStartArray("accountLines");
            foreach (var line in invoice.AccountLines) Write(json, line.Line, line.Subscription);
            json.WriteEndArray();
        }

        if (invoice.Pools.Count > 0)
        {
            json.WriteStartArray("pools");
            foreach (var pool in invoice.Pools)
            {
                json.WriteStartObject();
                json.WriteString("allowance", pool.Allowance);
                json.WriteString("granted", pool.Granted.ToString());
                json.WriteString("left", pool.Left.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (invoice.Taxes is { } taxes)
        {
            json.WriteString("net", (invoice.Total - invoice.Tax).ToText());
            json.WriteStartArray("taxes");
            foreach (var tax in taxes.Lines)
            {
                json.WriteStartObject();
                json.WriteString("rule", tax.Rule);
                json.WriteString("name", tax.Name);
                json.WriteString("type", tax.Type);
                json.WriteString("jurisdiction", tax.Jurisdiction);
                json.WriteString("percent", tax.Percent);
                json.WriteString("base", tax.Base.ToText());
                json.WriteString("amount", tax.Amount.ToText());
                json.WriteString("note", tax.Note);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("tax", invoice.Tax.ToText());
        }

        json.WriteString("total", invoice.Total.ToText());
        if (invoice.Credits.Count == 0) return;
        json.WriteStartArray("credits");
        foreach (var credit in invoice.Credits)
        {
            json.WriteStartObject();
            json.WriteString("credit", credit.Credit);
            json.WriteString("apply", credit.IsBeforeTax ? "beforeTax" : "afterTax");
            json.WriteString("amount", credit.Amount.ToText());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("due", invoice.Due.ToText());
    }

    /// <summary>What a quote shows of an invoice, as JSON: of one subscription its period and lines, of several a section for each.</summary>
    public static string WritePreview(Invoice invoice, IReadOnlyList<BillingPeriod> periods, bool isOfOne) => Write(json =>
    {
        if (isOfOne)
        {
            Write(json, "period", periods[0]);
            Write(json, invoice.Sections[0].Lines);
        }
        else
        {
            json.WriteString("cycle", invoice.Cycle);
            json.WriteString("date", Text(invoice.Date));
            json.WriteStartArray("sections");
            for (var i = 0; i < invoice.Sections.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("subscription", invoice.Sections[i].Subscription.Value);
                json.WriteString("kind", NameOf(invoice.Sections[i].Kind, invoice.Sections[i].Step));
                Write(json, "period", periods[i]);
                Write(json, invoice.Sections[i].Lines);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WriteAccountPart(json, invoice);
    });

    /// <summary>What a close did, as JSON.</summary>
    public static string Write(CloseOutcome outcome) => Write(json =>
    {
        json.WriteNumber("snapshotCount", outcome.SnapshotCount);
        json.WriteStartArray("snapshots");
        foreach (var snapshot in outcome.Snapshots)
        {
            json.WriteStartObject();
            json.WriteString("subscription", snapshot.Subscription.Value);
            json.WriteString("kind", NameOf(snapshot));
            json.WriteStartObject("period");
            json.WriteNumber("number", snapshot.Period.Number);
            json.WriteString("start", Text(snapshot.Period.Start));
            json.WriteString("end", Text(snapshot.Period.End));
            json.WriteEndObject();
            json.WriteString("total", snapshot.Total.ToText());
            json.WriteString("currency", snapshot.Currency.Code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("invoices");
        foreach (var invoice in outcome.Invoices)
        {
            json.WriteStartObject();
            json.WriteString("number", invoice.Number);
            json.WriteString("account", invoice.Account);
            json.WriteString("cycle", invoice.Cycle);
            json.WriteString("date", invoice.Date);
            json.WriteString("total", invoice.Total);
            json.WriteString("currency", invoice.Currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("parked");
        foreach (var (subscription, why) in outcome.Parked)
        {
            json.WriteStartObject();
            json.WriteString("subscription", subscription);
            json.WriteString("why", why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A balance as JSON.</summary>
    public static string Write(BalanceView balance) => Write(json =>
    {
        json.WriteString("subscription", balance.Subscription.Value);
        json.WriteString("account", balance.Account.Value);
        json.WriteString("plan", balance.Plan);
        json.WriteString("currency", balance.Currency.Code);
        json.WriteString("charge", balance.Charge.ToText());
        json.WriteString("asOf", Text(balance.AsOf));
        if (balance.LatestEventTime is { } latest) json.WriteString("latestEventTime", InstantPattern.ExtendedIso.Format(latest));
        else json.WriteNull("latestEventTime");
        json.WriteNumber("lagRecords", balance.LagRecords);
        json.WriteStartArray("periods");
        foreach (var open in balance.Periods)
        {
            json.WriteStartObject();
            Write(json, "period", open.Period);
            Write(json, open.Lines);
            json.WritePropertyName("usage");
            Write(json, open.Usage, balance.Currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>Reads a snapshot back.</summary>
    public static Snapshot ReadSnapshot(string document)
    {
        using var parsed = JsonDocument.Parse(document);
        var root = parsed.RootElement;
        var currency = Currency.Of(root.GetProperty("currency").GetString()!);
        return new Snapshot
        {
            Tenant = new TenantId(root.GetProperty("tenant").GetString()!), Subscription = new SubscriptionId(root.GetProperty("subscription").GetString()!), Account = new AccountId(root.GetProperty("account").GetString()!),
            Kind = KindOf(root.GetProperty("kind").GetString()!), Step = StepOf(root.GetProperty("kind").GetString()!), Day = root.TryGetProperty("day", out var day) ? Date(day) : null, Period = ReadPeriod(root.GetProperty("period")), BookSequence = root.GetProperty("bookSequence").GetInt64(), Currency = currency,
            Lines = ReadLines(root.GetProperty("lines"), currency), Usage = ReadUsage(root.GetProperty("usage"), currency),
            LateUsage = root.GetProperty("lateUsage").EnumerateArray().ToDictionary(late => late.GetProperty("period").GetProperty("number").GetInt32(), late => ReadUsage(late.GetProperty("usage"), currency)),
        };
    }

    /// <summary>A document as all of them are written: one object, its text as it is.</summary>
    internal static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, BillingPeriod period)
    {
        json.WriteStartObject(name);
        json.WriteNumber("number", period.Number);
        json.WriteString("start", Text(period.Start));
        json.WriteString("end", Text(period.End));
        json.WriteString("startInstant", InstantPattern.ExtendedIso.Format(period.StartInstant));
        json.WriteString("endInstant", InstantPattern.ExtendedIso.Format(period.EndInstant));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<PricedLine> lines)
    {
        json.WriteStartArray("lines");
        foreach (var line in lines) Write(json, line, null);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, PricedLine line, string? subscription)
    {
        json.WriteStartObject();
        if (subscription is not null) json.WriteString("subscription", subscription);
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(line.Kind.ToString()));
        json.WriteString("charge", line.Charge);
        json.WriteString("name", line.Name);
        json.WriteString("detail", line.Detail);
        json.WriteString("from", Text(line.From));
        json.WriteString("to", Text(line.To));
        json.WriteString("quantity", line.Quantity.ToString());
        json.WriteString("unit", line.Unit);
        json.WriteString("amount", line.Amount.ToText());
        if (line.Cost is { } cost)
        {
            json.WriteString("cost", cost.ToText());
            json.WriteString("margin", (line.Amount - cost).ToText());
            if (line.Uncosted != 0) json.WriteNumber("uncosted", line.Uncosted);
        }

        json.WriteString("explanation", line.Explanation);
        if (line.TaxCode != PricedLine.StandardTaxCode) json.WriteString("taxCode", line.TaxCode);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PeriodUsage usage, Currency currency)
    {
        json.WriteStartObject();
        json.WriteStartArray("meters");
        foreach (var (key, total) in usage.Meters)
        {
            json.WriteStartObject();
            json.WriteNumber("revision", key.Revision);
            json.WriteString("meter", key.Meter);
            json.WriteString("aggregation", JsonNamingPolicy.CamelCase.ConvertName(key.Aggregation.ToString()));
            json.WriteString("dimensions", key.Dimensions);
            json.WriteNumber("count", total.Count);
            json.WriteString("figure", total.Figure(key.Aggregation).ToString());
            if (total.More is HashSet<string> unique)
            {
                json.WriteStartArray("unique");
                foreach (var text in unique.Order(StringComparer.Ordinal)) json.WriteStringValue(text);
                json.WriteEndArray();
            }
            else if (total.More is LatestStamp latest)
            {
                json.WriteNumber("latestTicks", latest.EventTime.ToUnixTimeTicks());
                json.WriteString("latestSource", latest.Source);
                json.WriteString("latestId", latest.Id);
            }
            else if (total.More is UsageRun run)
            {
                json.WriteStartArray("events");
                foreach (var entry in run.Entries)
                {
                    json.WriteStartArray();
                    json.WriteNumberValue(entry.EventTime.ToUnixTimeTicks());
                    json.WriteStringValue(entry.Source);
                    json.WriteStringValue(entry.Id);
                    json.WriteStringValue(new Quantity(entry.Nano).ToString());
                    if (key.Aggregation == Aggregation.Calls) json.WriteStringValue(Money.FromScaled(entry.Scaled, currency).ToText());
                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }
            else if (key.Aggregation == Aggregation.Average) json.WriteString("sum", new Quantity(total.Nano).ToString());

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("calls");
        foreach (var (key, total) in usage.Calls)
        {
            json.WriteStartObject();
            json.WriteNumber("revision", key.Revision);
            json.WriteString("charge", key.Charge);
            json.WriteString("destination", key.Destination);
            json.WriteNumber("calls", total.Calls);
            json.WriteNumber("seconds", total.Seconds);
            json.WriteNumber("billedSeconds", total.BilledSeconds);
            json.WriteString("amount", Money.FromScaled(total.Scaled, currency).ToText());
            if (total.HasCost)
            {
                json.WriteString("cost", Money.FromScaled(total.CostScaled, currency).ToText());
                if (total.Uncosted > 0) json.WriteNumber("uncosted", total.Uncosted);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static PeriodUsage ReadUsage(JsonElement json, Currency currency)
    {
        var usage = new PeriodUsage();
        foreach (var item in json.GetProperty("meters").EnumerateArray())
        {
            var aggregation = Enum.Parse<Aggregation>(item.GetProperty("aggregation").GetString()!, ignoreCase: true);
            var total = new MeterTotal { Count = item.GetProperty("count").GetUInt32() };
            if (aggregation == Aggregation.Unique) total.More = item.GetProperty("unique").EnumerateArray().Select(text => text.GetString()!).ToHashSet(StringComparer.Ordinal);
            else if (aggregation != Aggregation.Count) total.Nano = ReadTotal(item.GetProperty("figure").GetString()!);
            if (aggregation == Aggregation.Average) total.Nano = ReadTotal(item.GetProperty("sum").GetString()!);
            if (item.TryGetProperty("events", out var events))
            {
                var run = new UsageRun();
                foreach (var entry in events.EnumerateArray()) run.Add(new RunEntry(Instant.FromUnixTimeTicks(entry[0].GetInt64()), entry[1].GetString()!, entry[2].GetString()!, ReadTotal(entry[3].GetString()!),
                        aggregation == Aggregation.Calls ? Money.Parse(entry[4].GetString()!, currency).Scaled : default));
                total.More = run;
            }

            if (aggregation == Aggregation.Latest)
                total.More = new LatestStamp(Instant.FromUnixTimeTicks(item.GetProperty("latestTicks").GetInt64()), item.GetProperty("latestSource").GetString()!, item.GetProperty("latestId").GetString()!);
            var key = new MeterKey(item.GetProperty("revision").GetInt32(), item.GetProperty("meter").GetString()!, aggregation, item.GetProperty("dimensions").GetString()!);
            usage.Meters[key] = total;
        }

        foreach (var item in json.GetProperty("calls").EnumerateArray())
            usage.Calls[new CallKey(item.GetProperty("revision").GetInt32(), item.GetProperty("charge").GetString()!, item.GetProperty("destination").GetString()!)] = new CallTotal
            {
                Calls = item.GetProperty("calls").GetUInt32(), Seconds = item.GetProperty("seconds").GetInt64(), BilledSeconds = item.GetProperty("billedSeconds").GetInt64(),
                Scaled = Money.Parse(item.GetProperty("amount").GetString()!, currency).Scaled,
                CostScaled = item.TryGetProperty("cost", out var cost) ? Money.Parse(cost.GetString()!, currency).Scaled : 0,
                Uncosted = item.TryGetProperty("uncosted", out var uncosted) ? uncosted.GetUInt32() : 0,
                Costed = item.TryGetProperty("cost", out _) ? item.GetProperty("calls").GetUInt32() - (item.TryGetProperty("uncosted", out var without) ? without.GetUInt32() : 0) : 0,
            };
        return usage;
    }

    // A total may be larger than one event's quantity may be.
    private static Int128 ReadTotal(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : string.Concat(text.AsSpan(0, point), text.AsSpan(point + 1));
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        return Int128.Parse(digits + new string('0', Limits.QuantityDecimals - decimals), CultureInfo.InvariantCulture);
    }

    private static List<PricedLine> ReadLines(JsonElement json, Currency currency) => [.. json.EnumerateArray().Select(line => new PricedLine
    {
        Kind = Enum.Parse<LineKind>(line.GetProperty("kind").GetString()!, ignoreCase: true), Charge = line.GetProperty("charge").GetString()!, Name = line.GetProperty("name").GetString()!,
        Detail = line.GetProperty("detail").GetString()!, From = Date(line.GetProperty("from")), To = Date(line.GetProperty("to")), Quantity = new Quantity(ReadTotal(line.GetProperty("quantity").GetString()!)),
        Unit = line.GetProperty("unit").GetString()!, Amount = Money.Parse(line.GetProperty("amount").GetString()!, currency), Cost = line.TryGetProperty("cost", out var cost) ? Money.Parse(cost.GetString()!, currency) : null,
        Uncosted = line.TryGetProperty("uncosted", out var uncosted) ? uncosted.GetInt64() : 0, Explanation = line.GetProperty("explanation").GetString()!,
        TaxCode = line.TryGetProperty("taxCode", out var code) ? code.GetString()! : PricedLine.StandardTaxCode,
    })];

    private static BillingPeriod ReadPeriod(JsonElement json) => new(
        json.GetProperty("number").GetInt32(), Date(json.GetProperty("start")), Date(json.GetProperty("end")),
        InstantPattern.ExtendedIso.Parse(json.GetProperty("startInstant").GetString()!).Value, InstantPattern.ExtendedIso.Parse(json.GetProperty("endInstant").GetString()!).Value);

    private static SnapshotKind KindOf(string name) => name switch { "period" => SnapshotKind.Period, "activation" => SnapshotKind.Activation, "supplementary" => SnapshotKind.Supplementary, _ => SnapshotKind.Progress };

    private static int StepOf(string name) => name.StartsWith("progress/", StringComparison.Ordinal) ? int.Parse(name.AsSpan(9), CultureInfo.InvariantCulture) : 0;

    private static LocalDate Date(JsonElement json) => LocalDatePattern.Iso.Parse(json.GetString()!).Value;

    private static string Text(LocalDate date) => LocalDatePattern.Iso.Format(date);
}
