using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Quotes;
using Rating.Engine.Store;
using Rating.Server.Files;

namespace Rating.Tests.Docs;

/// <summary>One example of docs/pricing.md: its charge or deck in a minimal catalog, read and priced by the engine's own code.</summary>
internal sealed class PricingExample
{
    private static readonly TenantId Tenant = new("docs");
    private static readonly LocalDate From = new(2026, 3, 1);
    private readonly JsonNode _yaml;
    private readonly string _kind;

    public PricingExample(string name, DocumentPage body)
    {
        Name = name;
        var block = Assert.Single(body.Blocks());
        if (block.Info != "yaml") throw new InvalidDataException($"example '{name}' has a block of '{block.Info}', not yaml");
        _yaml = JsonNode.Parse(YamlToJson.Convert(block.Content))!;
        var (header, rows) = Assert.Single(body.Tables());
        (_kind, Rows) = (string.Join(" | ", header), rows);
    }

    public string Name { get; }

    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>What a row says, and what the engine says to it; equal when they agree.</summary>
    public (string Expected, string Found) Run(int row) => _kind switch
    {
        "figure | amount | why" => (Rows[row][1], Figure(Rows[row][0])),
        "number | answered | seconds | billed | amount | why" => Call(Rows[row]),
        "case | from | to | period | quantity | amount | why" => (Rows[row][5], Span(Rows[row])),
        "events | figure | why" => (Rows[row][1], Quoted(Rows[row][0], line => line.GetProperty("quantity").GetString()!)),
        "events | amount | why" => (Rows[row][1], Quoted(Rows[row][0], null)),
        "call amounts | amount | why" => (Rows[row][1], CallLine(Rows[row][0])),
        _ => throw new InvalidDataException($"example '{Name}' has a table of a kind that this test does not know: {_kind}"),
    };

    private string Figure(string figure)
    {
        var plan = Catalog([_yaml["charge"]!], "month").Plans["p"];
        var charge = Assert.IsAssignableFrom<MeteredCharge>(Assert.Single(plan.Charges));
        var usage = new PeriodUsage();
        var total = new MeterTotal { Count = 1, Nano = Quantity.Parse(figure).Nano };
        if (total.Nano != 0) usage.Add(new MeterKey(plan.Id, charge.Meter.Key, charge.Meter.Aggregation, ""), charge.Meter.Aggregation, total);
        return Amount(Price.Arrears(Month(plan), usage, From.PlusMonths(1)));
    }

    private (string Expected, string Found) Call(string[] row)
    {
        var deck = Assert.IsType<RateDeckCharge>(Assert.Single(Catalog([DeckCharge()], "month").Plans["p"].Charges)).Deck;
        var answered = OffsetDateTimePattern.Rfc3339.Parse(row[1]).Value.ToInstant();
        var expected = $"{row[3]} s, {row[4]}";
        if (!deck.TryRate(row[0], answered, Quantity.Parse(row[2]).WholeUnitsUp(), out var call)) return (expected, "none s, none");
        // The document writes the decimals of the deck; an amount of that rounding has no others.
        var text = call.Amount.ToText();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        Assert.True(text.Length - point - 1 <= deck.CallDecimals, $"{text} has more than the deck's {deck.CallDecimals} decimals");
        return (expected, $"{call.BilledSeconds} s, {text.PadRight(point + 1 + deck.CallDecimals, '0')}");
    }

    private string Span(string[] row)
    {
        var interval = (string)_yaml["interval"]!;
        var quantityName = (string?)_yaml["charge"]!["quantity"];
        var spans = Rows.Where(other => other[0] == row[0]).ToList();
        using var book = new Book();
        book.Apply(new BookChange(1, Tenant, default, $$"""{"kind":"catalog","version":1,"effectiveFrom":"2000-01-01","catalog":{{CatalogJson([_yaml["charge"]!], interval)}}}"""));
        var periodEnd = row[3].Split("..")[1];
        var subscription = new JsonObject
        {
            ["id"] = "s", ["account"] = "a", ["timeZone"] = "Europe/Berlin", ["anchorDay"] = _yaml["anchorDay"]!.DeepClone(), ["anchorMonth"] = _yaml["anchorMonth"]?.DeepClone() ?? 1,
            ["start"] = spans[0][1], ["end"] = spans[^1][2] == periodEnd ? null : spans[^1][2],
            ["changes"] = new JsonArray([.. spans.Select(span => (JsonNode)new JsonObject
            {
                ["from"] = span[1], ["plan"] = "p", ["quantities"] = quantityName is null ? new JsonObject() : new JsonObject { [quantityName] = span[4] },
            })]),
        };
        if (quantityName is null) Assert.Equal("1", row[4]);
        book.Apply(new BookChange(2, Tenant, default, $$"""{"kind":"parties","accounts":[{"id":"a","name":"A"}],"subscriptions":[{{subscription.ToJsonString()}}]}"""));
        var entry = book.Tenant(Tenant)!.Subscriptions["s"];
        var terms = book.Tenant(Tenant)!.Terms(entry, entry.Subscription.FirstPeriod);
        Assert.Equal(row[3], $"{LocalDatePattern.Iso.Format(terms.Period.Start)}..{LocalDatePattern.Iso.Format(terms.Period.End)}");
        Assert.Equal(spans.Select(span => $"{span[1]}..{span[2]}"), terms.Spans.Select(span => $"{LocalDatePattern.Iso.Format(span.From)}..{LocalDatePattern.Iso.Format(span.To)}"));
        var lines = Price.OneOffs(terms).Concat(Price.Advance(terms)).Concat(Price.Arrears(terms, new PeriodUsage(), terms.Period.End)).ToList();
        var mine = lines.Where(line => LocalDatePattern.Iso.Format(line.From) == row[1]).ToList();
        Assert.All(mine, line => Assert.Equal(row[4], line.Quantity.ToString()));
        return Amount(mine);
    }

    private string CallLine(string amounts)
    {
        var plan = Catalog([DeckCharge()], "month").Plans["p"];
        var total = default(CallTotal);
        foreach (var amount in amounts.Split(' ', StringSplitOptions.RemoveEmptyEntries)) total.Add(60, 60, Money.Parse(amount, Currency.Of("EUR")));
        var usage = new PeriodUsage();
        usage.Add(new CallKey(plan.Id, "calls", "Germany"), total);
        return Amount(Price.Arrears(Month(plan), usage, From.PlusMonths(1)));
    }

    private PeriodTerms Month(PlanRevision plan)
    {
        var period = new BillingSchedule(BillingInterval.Month, 1, 1, DateTimeZoneProviders.Tzdb["Europe/Berlin"]);
        var month = period.Period(period.NumberOf(From));
        return new PeriodTerms(
            new SubscriptionId("s"), month, Currency.Of("EUR"), Catalog(_yaml["charge"] is { } charge ? [charge] : [DeckCharge()], "month").LineRounding,
            [new TermsSpan(month.Start, month.End, plan, new Dictionary<string, Quantity>(StringComparer.Ordinal))]);
    }

    // Events of one period through a quote: the whole way from JSON to the lines.
    private string Quoted(string events, Func<JsonElement, string>? ofLine)
    {
        var request = EventsExample.Request(_yaml, events);
        try
        {
            using var quoted = JsonDocument.Parse(Quote.Write(Quote.Make(request, null)));
            var lines = quoted.RootElement.GetProperty("invoices")[0].GetProperty("lines").EnumerateArray().ToList();
            return lines.Count == 0 ? "none" : ofLine is null ? quoted.RootElement.GetProperty("total").GetString()! : ofLine(Assert.Single(lines));
        }
        catch (Refused wrong) when (wrong.Code.StartsWith("quote.", StringComparison.Ordinal))
        {
            return wrong.Code[6..];
        }
    }

    private static string Amount(IReadOnlyList<PricedLine> lines) => lines.Count == 0 ? "none" : Assert.Single(lines).Amount.ToText();

    private static JsonNode DeckCharge() => JsonNode.Parse("""{"key":"calls","model":"rateDeck","meter":"m","deck":"d"}""")!;

    private Catalog Catalog(JsonNode[] charges, string interval) => CatalogFile.Check(CatalogJson(charges, interval)).Catalog;

    private string CatalogJson(JsonNode[] charges, string interval)
    {
        var meter = (string?)charges[0]["meter"] ?? "m";
        var catalog = new JsonObject
        {
            ["currency"] = "EUR", ["lineRounding"] = _yaml["lineRounding"]?.DeepClone() ?? "halfUp",
            ["meters"] = new JsonArray(new JsonObject { ["key"] = meter, ["event"] = "usage", ["value"] = "value", ["allowNegative"] = true }),
            ["plans"] = new JsonArray(new JsonObject { ["key"] = "p", ["interval"] = interval, ["charges"] = new JsonArray([.. charges.Select(charge => charge.DeepClone())]) }),
        };
        if (_yaml["deck"] is JsonObject written)
        {
            var deck = (JsonObject)written.DeepClone();
            deck["key"] = "d";
            deck.TryAdd("timeZone", "Europe/Berlin");
            if (!deck.ContainsKey("rates")) deck["rates"] = JsonNode.Parse("""[{"prefix":"49","destination":"Germany","perMinute":"1"}]""");
            catalog["decks"] = new JsonArray(deck);
        }

        return catalog.ToJsonString();
    }
}
