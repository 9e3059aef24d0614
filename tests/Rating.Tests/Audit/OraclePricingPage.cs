using System.Text.Json.Nodes;
using NodaTime.Text;
using Rating.Audit;
using Rating.Server.Files;
using Rating.Tests.Docs;

namespace Rating.Tests.Audit;

/// <summary>One example of docs/pricing.md, priced by the oracle: the page is where both implementations get their expected values from.</summary>
internal sealed class OraclePricingPage
{
    private readonly JsonNode _yaml;
    private readonly string _kind;

    public OraclePricingPage(DocumentPage body)
    {
        _yaml = JsonNode.Parse(YamlToJson.Convert(Assert.Single(body.Blocks()).Content))!;
        var (header, rows) = Assert.Single(body.Tables());
        (_kind, Rows) = (string.Join(" | ", header), rows);
    }

    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>What a row says, and what the oracle says; both null where the oracle has no such kind of table.</summary>
    public (string? Expected, string? Found) Run(int row) => _kind switch
    {
        "figure | amount | why" => (Decimal(Rows[row][1]), Figure(Rows[row][0])),
        "number | answered | seconds | billed | amount | why" => Call(Rows[row]),
        "case | from | to | period | quantity | amount | why" => (Decimal(Rows[row][5]), Span(Rows[row])),
        "events | figure | why" => (Known(Rows[row][1]), Quoted(Rows[row][0], lines => Assert.Single(lines).Quantity)),
        "events | amount | why" => (Known(Rows[row][1]), Quoted(Rows[row][0], lines => lines.Aggregate(Fraction.Zero, (sum, line) => sum + line.Amount))),
        "call amounts | amount | why" => (Decimal(Rows[row][1]), CallLine(Rows[row][0])),
        _ => throw new InvalidDataException($"a table of a kind that this test does not know: {_kind}"),
    };

    private static string Decimal(string text) => text == "none" ? text : Fraction.Parse(text).ToString();

    private static string Only(OracleResult result) => result.Lines.Count == 0 ? "none" : Assert.Single(result.Lines).Amount.ToString();

    // A figure, or the name of a refusal.
    private static string Known(string text) => text.Length > 0 && char.IsAsciiLetter(text[0]) ? text : Decimal(text);

    private string Quoted(string events, Func<IReadOnlyList<OracleLine>, Fraction> what)
    {
        var result = Assert.Single(OracleQuote.Make(EventsExample.Request(_yaml, events)));
        var refused = result.Verdicts.FirstOrDefault(verdict => verdict.Verdict != AuditVerdict.Rated);
        if (refused.Verdict != default) return System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(refused.Reason.ToString());
        return result.Lines.Count == 0 ? "none" : what(result.Lines).ToString();
    }

    private string Figure(string figure)
    {
        var meter = (string)_yaml["charge"]!["meter"]!;
        var oracle = new Oracle(
            OracleBook.Catalog(_yaml["charge"]!.ToJsonString(), $$"""{ "key": "{{meter}}", "event": "x", "value": "v", "allowNegative": true }""", lineRounding: (string?)_yaml["lineRounding"] ?? "halfUp"),
            OracleBook.Subscription());
        return Only(oracle.Price(OracleBook.March, figure == "0" ? [] : OracleBook.Values(figure)));
    }

    private (string Expected, string Found) Call(string[] row)
    {
        var deck = (JsonObject)_yaml["deck"]!.DeepClone();
        deck["key"] = "d";
        var oracle = new Oracle(OracleBook.Catalog("""{ "key": "calls", "model": "rateDeck", "meter": "m", "deck": "d" }""", decks: deck.ToJsonString()), OracleBook.Subscription("2025-01-01"));
        var time = OffsetDateTimePattern.Rfc3339.Parse(row[1]).Value;
        var result = oracle.Price(oracle.PeriodOf(time.InZone(NodaTime.DateTimeZoneProviders.Tzdb["Europe/Berlin"]).Date), [OracleBook.Event("1", row[1], $$"""{ "v": {{row[2]}}, "called": "{{row[0]}}" }""")]);
        // The line is rounded to the cent; the call is what the ledger keeps, so it is asked for.
        var call = oracle.Calls.SingleOrDefault();
        return ($"{row[3]} s, {Decimal(row[4])}", call is null ? "none s, none" : $"{call.BilledSeconds} s, {call.Amount}");
    }

    private string Span(string[] row)
    {
        var interval = (string)_yaml["interval"]!;
        var spans = Rows.Where(other => other[0] == row[0]).ToList();
        var quantity = (string?)_yaml["charge"]!["quantity"];
        var end = spans[^1][2] == row[3].Split("..")[1] ? null : spans[^1][2];
        var changes = string.Join(',', spans.Select(s => $$"""{ "from": "{{s[1]}}", "plan": "p", "quantities": { "{{quantity ?? "none"}}": "{{s[4]}}" } }"""));
        var subscription = OracleBook.Subscription(spans[0][1], end, (int)_yaml["anchorDay"]!, changes, anchorMonth: (int?)_yaml["anchorMonth"] ?? 1);
        if (_yaml["at"] is { } at) subscription = subscription.Replace("\"plan\"", $"\"at\": \"{at}\", \"plan\"", StringComparison.Ordinal);
        var oracle = new Oracle(OracleBook.Catalog(_yaml["charge"]!.ToJsonString(), interval: interval), subscription);
        var lines = oracle.Price(oracle.PeriodOf(OracleBook.Date(row[1])), []).Lines.Where(l => LocalDatePattern.Iso.Format(l.From) == row[1]).ToList();
        return lines.Count == 0 ? "none" : Assert.Single(lines).Amount.ToString();
    }

    private string CallLine(string amounts)
    {
        var texts = amounts.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var deck = (JsonObject)_yaml["deck"]!.DeepClone();
        deck["key"] = "d";
        deck["rates"] = new JsonArray([.. texts.Select((text, i) => (JsonNode)new JsonObject { ["prefix"] = $"{i + 10}", ["destination"] = "Germany", ["perMinute"] = "0", ["connectionFee"] = text })]);
        var oracle = new Oracle(OracleBook.Catalog("""{ "key": "calls", "model": "rateDeck", "meter": "m", "deck": "d" }""", decks: deck.ToJsonString()), OracleBook.Subscription());
        return Only(oracle.Price(OracleBook.March, texts.Select((_, i) => OracleBook.Event($"{i}", $"2026-03-02T12:00:{i:00}Z", $$"""{ "v": 60, "called": "{{i + 10}}" }"""))));
    }
}
