using NodaTime;
using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>Small books and events as JSON for hand-worked cases. The default period is March 2026, number 314 = 26 * 12 + 2.</summary>
internal static class OracleBook
{
    public const int March = 314;

    public const string Meter = """{ "key": "m", "name": "Units", "event": "x", "value": "v", "aggregation": "sum" }""";

    public static string Catalog(string charges, string meters = Meter, string decks = "", string currency = "EUR", string lineRounding = "halfUp", string interval = "month") =>
        $$"""{ "name": "Test", "currency": "{{currency}}", "effectiveFrom": "2026-01-01", "lineRounding": "{{lineRounding}}", "meters": [{{meters}}], "decks": [{{decks}}], "plans": [{ "key": "p", "name": "P", "interval": "{{interval}}", "charges": [{{charges}}] }] }""";

    public static string Subscription(string start = "2026-03-01", string? end = null, int anchorDay = 1, string changes = """{ "from": "2026-01-01", "plan": "p", "quantities": { "seats": "25" } }""", string zone = "Europe/Berlin", int anchorMonth = 1) =>
        $$"""{ "id": "s1", "account": "a1", "timeZone": "{{zone}}", "anchorDay": {{anchorDay}}, "anchorMonth": {{anchorMonth}}, "start": "{{start}}", "end": {{(end is null ? "null" : $"\"{end}\"")}}, "changes": [{{changes}}] }""";

    public static string Event(string id, string time, string data, string type = "x") =>
        $$"""{ "specversion": "1.0", "id": "{{id}}", "source": "pbx", "type": "{{type}}", "subject": "n1", "time": "{{time}}", "data": {{data}} }""";

    /// <summary>One event per value, in March 2026.</summary>
    public static string[] Values(params string[] values) => [.. values.Select((v, i) => Event($"e{i}", $"2026-03-{i + 2:00}T12:00:00Z", $$"""{ "v": {{v}} }"""))];

    public static OracleResult Price(string charges, params string[] values) => new Oracle(Catalog(charges), Subscription()).Price(March, Values(values));

    public static LocalDate Date(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;

    public static Fraction Number(string text) => Fraction.Parse(text);

    /// <summary>Lines as <c>kind charge detail from..to quantity amount</c>.</summary>
    public static string[] Written(this OracleResult result) =>
        [.. result.Lines.Select(l => string.Join(' ', new[] { l.Kind, l.Charge, l.Detail, $"{l.From:MM-dd}..{l.To:MM-dd}", l.Quantity.ToString(), l.Amount.ToString() }.Where(t => t.Length > 0)))];
}
