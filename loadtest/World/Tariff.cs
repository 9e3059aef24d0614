using System.Text.Json.Nodes;
using Rating.Server.Files;

namespace Rating.Loadtest.World;

/// <summary>The price books of the runs.</summary>
internal static class Tariff
{
    /// <summary>The sample MSP's book, read as <c>rating catalog put</c> reads it, without its alerts: they are work beside rating, once a second for every subscription that used something.</summary>
    public static string Sample()
    {
        var book = JsonNode.Parse(CatalogFile.Read(Path.Combine(AppContext.BaseDirectory, "samples", "price-book.yaml")))!;
        foreach (var plan in book["plans"]!.AsArray()) plan!.AsObject().Remove("alerts");
        return book.ToJsonString();
    }

    /// <summary>The book of row 6: one plan with 5 charges, 3 of them on meters.</summary>
    public const string ThreeMeters = """
        { "name": "Three meters", "currency": "EUR", "effectiveFrom": "2026-01-01",
          "meters": [
            { "key": "seconds", "event": "call", "value": "s", "aggregation": "sum" },
            { "key": "messages", "event": "sms", "aggregation": "count" },
            { "key": "stored", "event": "store", "value": "gb", "aggregation": "max" } ],
          "plans": [ { "key": "team", "interval": "month", "charges": [
            { "key": "seat", "model": "recurring", "timing": "advance", "price": "12.50", "quantity": "seats" },
            { "key": "support", "model": "recurring", "timing": "arrears", "price": "29.00" },
            { "key": "calls", "model": "perUnit", "meter": "seconds", "price": "0.0002" },
            { "key": "sms", "model": "graduated", "meter": "messages", "tiers": [ { "upTo": "10", "price": "0" }, { "price": "0.07" } ] },
            { "key": "gb", "model": "volume", "meter": "stored", "tiers": [ { "upTo": "50", "price": "0.10" }, { "price": "0.08" } ] } ] } ] }
        """;
}
