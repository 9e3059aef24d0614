using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>One version of a tenant's price book.</summary>
internal sealed class Catalog
{
    public Catalog(JsonElement json, long sequence, LocalDate effectiveFrom)
    {
        Sequence = sequence;
        EffectiveFrom = effectiveFrom;
        Currency = json.Text("currency");
        LineRounding = Pricing.Rule(json.Text("lineRounding", "halfUp"));
        var calendars = json.List("calendars").ToDictionary(c => c.Text("key"));
        foreach (var meter in json.List("meters").Select(m => new Meter(m))) Meters.Add(meter.Key, meter);
        foreach (var deck in json.List("decks").Select(d => RateDeck.Read(d, calendars))) Decks.Add(deck.Key, deck);
        foreach (var plan in json.List("plans").Select(p => new Plan(p, this))) Plans.Add(plan);
        Taxes = json.Member("taxes") is { } taxes ? new TaxTable(taxes) : null;
    }

    /// <summary>The book sequence that brought this version.</summary>
    public long Sequence { get; }
    public LocalDate EffectiveFrom { get; }
    public string Currency { get; }
    public int Decimals => Currencies.Decimals(Currency);
    public RoundingRule LineRounding { get; }
    public Dictionary<string, Meter> Meters { get; } = [];
    public Dictionary<string, RateDeck> Decks { get; } = [];
    public List<Plan> Plans { get; } = [];

    /// <summary>Plans with add-ons, by their keys.</summary>
    public Dictionary<string, Plan> Combinations { get; } = [];
    public TaxTable? Taxes { get; }

    public Plan? Plan(string key) => Plans.Find(p => p.Key == key);

    /// <summary>The amount of a line: rounded once to the minor unit.</summary>
    public Fraction Line(Fraction amount) => amount.Round(Decimals, LineRounding);
}
