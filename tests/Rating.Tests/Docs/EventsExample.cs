using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Rating.Server.Files;

namespace Rating.Tests.Docs;

/// <summary>An example of docs/pricing.md whose rows are events, as the request for a quote that it stands for. Engine and oracle are asked the same.</summary>
internal static class EventsExample
{
    public static string Request(JsonNode yaml, string events)
    {
        var charges = yaml["charges"] is JsonArray several ? several.Select(charge => charge!).ToArray() : [yaml["charge"] ?? JsonNode.Parse("""{"key":"c","model":"perUnit","meter":"m","price":"1"}""")!];
        var catalog = new JsonObject
        {
            ["currency"] = yaml["currency"]?.DeepClone() ?? "EUR", ["lineRounding"] = yaml["lineRounding"]?.DeepClone() ?? "halfUp", ["meters"] = new JsonArray(yaml["meter"]!.DeepClone()),
            ["plans"] = new JsonArray(new JsonObject { ["key"] = "p", ["charges"] = new JsonArray([.. charges.Select(charge => charge.DeepClone())]) }),
        };
        if (yaml["deck"] is { } deck) catalog["decks"] = new JsonArray(deck.DeepClone());
        if (yaml["decks"] is { } decks) catalog["decks"] = decks.DeepClone();
        if (yaml["calendars"] is { } calendars) catalog["calendars"] = calendars.DeepClone();
        var time = Instant.FromUtc(2026, 3, 2, 10, 0);
        var usage = new JsonArray();
        foreach (var item in JsonNode.Parse(YamlToJson.Convert($"[{events}]"))!.AsArray())
        {
            var data = item is JsonObject given ? (JsonObject)given.DeepClone() : new JsonObject { ["value"] = item!.DeepClone() };
            var at = (string?)data["at"] ?? InstantPattern.ExtendedIso.Format(time += Duration.FromSeconds(1));
            data.Remove("at");
            usage.Add(new JsonObject { ["type"] = "usage", ["time"] = at, ["data"] = data });
        }

        return new JsonObject { ["catalog"] = catalog, ["start"] = "2026-03-01", ["timeZone"] = yaml["timeZone"]?.DeepClone() ?? "UTC", ["usage"] = usage }.ToJsonString();
    }
}
