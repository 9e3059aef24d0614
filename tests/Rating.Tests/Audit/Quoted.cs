using System.Text.Json;
using Rating.Audit;
using Rating.Engine.Quotes;

namespace Rating.Tests.Audit;

/// <summary>A request priced by engine and oracle; a test gets only what both say.</summary>
internal static class Quoted
{
    /// <summary>The amounts of all lines, in the order of charge, detail and first day; engine and oracle must agree on them.</summary>
    public static IReadOnlyList<Fraction> Amounts(string request)
    {
        using var engine = JsonDocument.Parse(Quote.Write(Quote.Make(request, null)));
        var found = engine.RootElement.GetProperty("invoices").EnumerateArray().SelectMany(i => i.GetProperty("lines").EnumerateArray())
            .Select(l => (Key: $"{l.GetProperty("charge").GetString()} {l.GetProperty("detail").GetString()} {l.GetProperty("from").GetString()}", Amount: Fraction.Parse(l.GetProperty("amount").GetString()!)))
            .OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        var wanted = OracleQuote.Make(request).SelectMany(i => i.Lines).Select(l => (Key: $"{l.Charge} {l.Detail} {l.From:uuuu-MM-dd}", l.Amount)).OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        Assert.True(wanted.SequenceEqual(found), $"oracle: {string.Join("; ", wanted)}\nengine: {string.Join("; ", found)}\n{request}");
        return found.ConvertAll(l => l.Amount);
    }

    public static Fraction Total(string request) => Amounts(request).Aggregate(Fraction.Zero, (sum, amount) => sum + amount);

    /// <summary>A plan of one charge with one meter, and the usage of March 2026.</summary>
    public static string Usage(string charge, string usage, string currency = "EUR", string meter = "\"value\": \"v\"") =>
        $$"""{ "catalog": { "currency": "{{currency}}", "meters": [ { "key": "m", "event": "e", {{meter}} } ], "plans": [ { "key": "p", "charges": [ { "key": "c", "meter": "m", {{charge}} } ] } ] }, "start": "2026-03-01", "usage": [ {{usage}} ] }""";

    public static string Figure(string figure) => $$"""{ "meter": "m", "quantity": "{{figure}}" }""";

    public static string Event(int number, string value) =>
        $$"""{ "type": "e", "time": "2026-03-{{1 + (number / 60 % 28):00}}T10:{{number % 60:00}}:00Z", "data": { "v": {{value}} } }""";
}
