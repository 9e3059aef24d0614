using System.Text.Json;
using Rating.Engine.Quotes;
using Rating.Server.Files;

namespace Rating.Tests.Engine;

/// <summary>Cost beside price: lines of charges that say what they cost have cost and margin; amounts are what they are without.</summary>
public sealed class QuoteCostTests
{
    private const string Request = """
        catalog:
          currency: EUR
          meters:
            - { key: s, event: call, value: seconds }
            - { key: gb, event: stored, value: gb }
            - { key: cloud, event: cloud, value: hours }
          decks:
            - { key: sell, timeZone: UTC, rates: [ { prefix: "49", destination: Germany, perMinute: "0.10" }, { prefix: "43", destination: Austria, perMinute: "0.20" } ] }
            - { key: buy, timeZone: UTC, rates: [ { prefix: "49", destination: DE, perMinute: "0.045", initialSeconds: 1, incrementSeconds: 1 } ] }
          plans:
            - key: p
              charges:
                - { key: seat, model: recurring, price: "10", quantity: seats, cost: { price: "4" } }
                - { key: calls, model: rateDeck, meter: s, deck: sell, cost: { deck: buy } }
                - { key: gb, model: graduated, meter: gb, tiers: [ { upTo: "10", price: "0.5" }, { price: "0.4" } ], cost: { price: "0.333" } }
                - { key: cloud, model: dynamic, meter: cloud, amount: paid, markup: "20", cost: { amount: paid } }
        start: 2026-03-17
        quantities: { seats: 2 }
        usage:
          - { type: call, time: "2026-03-20T10:00:00Z", data: { seconds: 30, called: "491" } }
          - { type: call, time: "2026-03-20T10:01:00Z", data: { seconds: 90, called: "492" } }
          - { type: call, time: "2026-03-20T10:02:00Z", data: { seconds: 60, called: "431" } }
          - { type: stored, time: "2026-03-20T10:03:00Z", data: { gb: 15 } }
          - { type: cloud, time: "2026-03-20T10:04:00Z", data: { hours: 1, paid: "1.234" } }
        """;

    [Theory]
    // 20 x 15 / 31 = 9.677..., 8 x 15 / 31 = 3.870...
    [InlineData("seat", "", "9.68", "3.87", "5.81", 0)]
    // 1 + 2 started minutes; bought by the second: 120 s at 0.045.
    [InlineData("calls", "Germany", "0.30", "0.09", "0.21", 0)]
    [InlineData("calls", "Austria", "0.20", "0.00", "0.20", 1)]
    // 5.00 + 2.00; 15 x 0.333 = 4.995.
    [InlineData("gb", "", "7.00", "5.00", "2.00", 0)]
    // 1.4808 and 1.234.
    [InlineData("cloud", "", "1.48", "1.23", "0.25", 0)]
    public void A_line_has_cost_and_margin(string charge, string detail, string amount, string cost, string margin, int uncosted)
    {
        using var quoted = JsonDocument.Parse(Quote.Write(Quote.Make(YamlToJson.Convert(Request), null)));
        var line = Assert.Single(quoted.RootElement.GetProperty("invoices")[0].GetProperty("lines").EnumerateArray().ToList(), line => line.GetProperty("charge").GetString() == charge && line.GetProperty("detail").GetString() == detail);
        Assert.Equal((amount, cost, margin), (line.GetProperty("amount").GetString(), line.GetProperty("cost").GetString(), line.GetProperty("margin").GetString()));
        Assert.Equal(uncosted, line.TryGetProperty("uncosted", out var without) ? without.GetInt32() : 0);
    }

    [Fact]
    public void Without_a_cost_there_is_no_such_member()
    {
        var request = System.Text.RegularExpressions.Regex.Replace(Request, @", cost: \{[^}]*\}", "");
        Assert.DoesNotContain("\"cost\"", Quote.Write(Quote.Make(YamlToJson.Convert(request), null)), StringComparison.Ordinal);
    }
}
