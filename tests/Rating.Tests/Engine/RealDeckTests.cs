using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodaTime;
using Rating.Domain.Pricing;
using Rating.Server.Files;
using Rating.Tests.Cdr;

namespace Rating.Tests.Engine;

/// <summary>Rate decks of real systems, read in place: every prefix is found, and the longest one wins, as a naive search says.</summary>
public sealed class RealDeckTests
{
    private static readonly Instant Answered = Instant.FromUtc(2026, 3, 2, 12, 0);

    [Theory]
    [InlineData("asterisell/international_call_rates_example.csv", """^"(?<name>[^"]*)",(?<prefix>\d+),"(?<price>[\d,]+)"$""", 100)]
    [InlineData("asterisell/world_prefix_table.csv", """^"(?<prefix>\d+)", "(?<name>[^"]*)",""", 5_000)]
    public void The_longest_prefix_of_a_real_deck_wins(string file, string row, int rowsAtLeast)
    {
        if (Path(file) is not { } path) return;
        var rates = new SortedDictionary<string, (string Name, string Price)>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
            if (Regex.Match(line.TrimEnd(), row, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } match && match.Groups["prefix"].Length <= 20)
                rates[match.Groups["prefix"].Value] = (match.Groups["name"].Value, match.Groups["price"].Success ? match.Groups["price"].Value.Replace(',', '.') : $"0.{match.Groups["prefix"].Length}");
        Assert.True(rates.Count >= rowsAtLeast, $"{file}: {rates.Count} rows were read");
        var csv = new StringBuilder("prefix,destination,per_minute,initial_seconds\n");
        foreach (var (prefix, (name, price)) in rates) csv.Append(prefix).Append(",\"").Append(name.Length == 0 ? "unnamed" : name).Append("\",").Append(price).Append(",60\n");
        var deck = Deck(csv.ToString());
        Assert.Equal(rates.Count, deck.Rates);
        foreach (var number in rates.Keys.SelectMany(prefix => new[] { prefix, prefix + "0", prefix + "987654321" }))
        {
            var longest = Enumerable.Range(1, number.Length).Select(length => number[..length]).Where(rates.ContainsKey).Last();
            Assert.True(deck.TryRate(number, Answered, 60, out var call), $"{file}: {number}");
            Assert.True(call.Amount.ToText() == Rating.Domain.Money.Parse(rates[longest].Price, deck.Currency).ToText(), $"{file}: {number} costs {call.Amount}, prefix {longest} says {rates[longest].Price}");
        }
    }

    // README of that tutorial: 40 cents to connect, 20 cents for the first minute, then 10 cents a minute by the second.
    [Theory]
    [InlineData("RT_20CNT", 1, "0.60")]
    [InlineData("RT_20CNT", 60, "0.60")]
    [InlineData("RT_20CNT", 90, "0.65")]
    [InlineData("RT_10CNT", 120, "0.35")]
    [InlineData("RT_40CNT", 61, "1.2334")]
    public void Rates_with_slots_of_a_real_system_cost_what_its_readme_says(string rate, int seconds, string amount)
    {
        if (Path("cgrates/oldtutorial/Rates.csv") is not { } path) return;
        var rows = File.ReadLines(path).Select(line => line.Split(',')).Where(cells => cells[0] == rate).ToList();
        var slots = rows.Select(cells => $$"""{"after":{{Seconds(cells[5])}},"perMinute":"{{decimal.Parse(cells[2], CultureInfo.InvariantCulture) * 60 / Seconds(cells[3])}}","incrementSeconds":{{Seconds(cells[4])}}}""");
        var deck = Deck(null, $$"""[{"prefix":"1002","destination":"DST_1002","connectionFee":"{{rows[0][1]}}","slots":[{{string.Join(',', slots)}}]}]""");
        Assert.True(deck.TryRate("1002", Answered, seconds, out var call));
        Assert.Equal(amount, call.Amount.ToText());
    }

    private static int Seconds(string text) => int.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture);

    private static string? Path(string file) => SharedData.Folder is { } folder && System.IO.Path.Combine(folder, "rates", file) is var path && File.Exists(path) ? path : null;

    private static RateDeck Deck(string? csv, string rates = "[]") => Assert.IsType<RateDeckCharge>(Assert.Single(CatalogFile.Check($$"""
        {"currency":"EUR","meters":[{"key":"m","event":"e","value":"v"}],
         "decks":[{"key":"d","timeZone":"UTC","rounding":{"decimals":4,"mode":"up"},{{(csv is null ? $"\"rates\":{rates}" : $"\"ratesCsv\":{JsonSerializer.Serialize(csv)}")}}}],
         "plans":[{"key":"p","charges":[{"key":"c","model":"rateDeck","meter":"m","deck":"d"}]}]}
        """).Catalog.Plans["p"].Charges)).Deck;
}
