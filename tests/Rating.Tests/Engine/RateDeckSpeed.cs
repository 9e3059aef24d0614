using System.Diagnostics;
using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Domain.Pricing;
using Rating.Server.Files;
using Xunit.Abstractions;

namespace Rating.Tests.Engine;

/// <summary>How long a deck of 250,000 prefixes takes to load from CSV, and a look-up in it.</summary>
public sealed class RateDeckSpeed(ITestOutputHelper output)
{
    private const int Prefixes = 250_000;
    private const int LookUps = 2_000_000;

    [Measurement]
    public void A_deck_of_250000_prefixes()
    {
        var random = new Random(1);
        var prefixes = new HashSet<string>(StringComparer.Ordinal);
        while (prefixes.Count < Prefixes) prefixes.Add(random.NextInt64(1_000_000_000, 10_000_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture)[..random.Next(2, 10)]);
        var csv = new StringBuilder("prefix,destination,per_minute,connection_fee,initial_seconds,increment_seconds\n");
        foreach (var prefix in prefixes) csv.Append(prefix).Append(",Destination ").Append(prefix.AsSpan(0, 2)).Append(",0.0").Append(random.Next(100, 9999)).Append(",0,60,1\n");
        var catalog = $$"""{"currency":"EUR","meters":[{"key":"m","event":"e","value":"v"}],"decks":[{"key":"d","timeZone":"Europe/Berlin","ratesCsv":{{JsonSerializer.Serialize(csv.ToString())}}}],"plans":[{"key":"p","charges":[{"key":"c","model":"rateDeck","meter":"m","deck":"d"}]}]}""";
        for (var run = 0; run < 3; run++)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            var deck = Assert.IsType<RateDeckCharge>(Assert.Single(CatalogFile.Check(catalog).Catalog.Plans["p"].Charges)).Deck;
            output.WriteLine($"load of {deck.Rates} prefixes, {catalog.Length / 1_000_000.0:0.0} MB of JSON: {clock.Elapsed.TotalMilliseconds:0} ms, {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds:0} ms of CPU");
            var numbers = prefixes.Take(50_000).Select(prefix => Encoding.UTF8.GetBytes(prefix + "5551234")).ToArray();
            var answered = Instant.FromUtc(2026, 3, 2, 12, 0);
            before = Process.GetCurrentProcess().TotalProcessorTime;
            clock.Restart();
            var rated = 0;
            for (var i = 0; i < LookUps; i++)
                if (deck.Rate(numbers[i % numbers.Length], default, answered, 90, out _) == CallOutcome.Rated) rated++;
            output.WriteLine($"{LookUps} calls rated ({rated}): {clock.Elapsed.TotalNanoseconds / LookUps:0} ns each, {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalNanoseconds / LookUps:0} ns of CPU");
        }
    }
}
