using Rating.Domain;
using Rating.Server.Files;

namespace Rating.Tests.Server;

/// <summary>Each mistake that a price book can have is refused with its code, place, line and reason.</summary>
public sealed class CatalogMistakeTests
{
    // Line 1 is the currency, 3 the meter, 6 to 9 the deck, 12 the charge.
    private const string Book = """
        currency: EUR
        meters:
          - { key: m, event: e, value: v, dimensions: [region] }
        calendars: [ { key: de, holidays: ["12-25"] } ]
        decks:
          - key: d
            timeZone: Europe/Berlin
            rates:
              - { prefix: "49", destination: Germany, perMinute: "0.01" }
        plans:
          - key: p
            charges:
              - { key: c, model: perUnit, meter: m, price: "1" }
        """;

    private const string Charge = """{ key: c, model: perUnit, meter: m, price: "1" }""";
    private const string Meter = "{ key: m, event: e, value: v, dimensions: [region] }";
    private const string Rate = """{ prefix: "49", destination: Germany, perMinute: "0.01" }""";

    [Fact]
    public void The_book_without_a_mistake_is_taken() => Assert.Equal("EUR", Check(Book).Code);

    [Theory]
    [InlineData("currency: EUR", "name: N", "document.member.missing", "", 0, "'currency' is missing")]
    [InlineData("currency: EUR", "currency: EUX", "currency.unknown", "currency", 1, "'EUX'")]
    [InlineData("currency: EUR", "currency: EUR\nlineRounding: nearest", "document.choice", "lineRounding", 2, "halfUp, halfEven, up, down")]
    [InlineData("currency: EUR", "currency: EUR\ncolour: red", "document.member.unknown", "", 0, "'colour' is not known here")]
    [InlineData(Meter, "{ key: m, event: e, value: v, aggregation: median }", "document.choice", "meters[0].aggregation", 3, "timeWeighted")]
    [InlineData(Meter, "{ key: m, event: e, aggregation: sum }", "catalog.meter.value", "meters[0]", 3, "needs 'value'")]
    [InlineData(Meter, "{ key: m, event: e, value: v, compute: v }", "catalog.meter.value", "meters[0]", 3, "keep one of them")]
    [InlineData(Meter, "{ key: m, event: e, compute: 'a + ' }", "expression.invalid", "meters[0].compute", 3, "at character 5: something is missing")]
    [InlineData(Meter, "{ key: m, event: e, compute: 'a > 1' }", "expression.invalid", "meters[0].compute", 3, "a number is needed here, this is a condition")]
    [InlineData(Meter, "{ key: m, event: e, compute: 'sqrt(a)' }", "expression.invalid", "meters[0].compute", 3, "'sqrt' is not a function")]
    [InlineData(Meter, "{ key: m, event: e, compute: 'if(a, 1, 2)' }", "expression.invalid", "meters[0].compute", 3, "a condition is needed here")]
    [InlineData(Meter, "{ key: m, event: e, value: v, level: { per: hour } }", "catalog.meter.level", "meters[0].level", 3, "only a timeWeighted meter")]
    [InlineData(Meter, "{ key: m, event: e, value: v, conversion: { divide: \"0\" } }", "catalog.meter.conversion", "meters[0].conversion", 3, "above 0")]
    [InlineData(Meter, "{ key: m, event: e, value: v, filter: { a: { above: 1, atLeast: 2 } } }", "catalog.filter", "meters[0].filter.a", 3, "not both")]
    [InlineData(Meter, "{ key: m, event: e, value: v, dimensions: [a, a] }", "catalog.dimension.twice", "meters[0].dimensions[1]", 3, "'a' stands twice")]
    [InlineData(Meter, "{ key: m, event: e }\n  - { key: m, event: f }", "catalog.key.twice", "meters[1]", 4, "'m' stands twice")]
    [InlineData("\"12-25\"", "\"12-32\"", "document.date", "calendars[0].holidays[0]", 4, "12-25 for every year")]
    [InlineData("timeZone: Europe/Berlin", "timeZone: Europe/Atlantis", "document.zone", "decks[0].timeZone", 7, "Atlantis")]
    [InlineData("timeZone: Europe/Berlin", "timeZone: Europe/Berlin\n    calendar: at", "catalog.calendar.unknown", "decks[0].calendar", 8, "no calendar 'at'")]
    [InlineData("timeZone: Europe/Berlin", "timeZone: UTC\n    bands: [ { name: peak, days: [mon] } ]", "deck.bands", "decks[0]", 6, "exactly one band without days")]
    [InlineData("timeZone: Europe/Berlin", "timeZone: UTC\n    numbering: { country: \"49\", internal: [ABC] }", "numbering.pattern", "decks[0].numbering.internal[0]", 8, "'ABC'")]
    [InlineData(Rate, """{ prefix: "4x", destination: Germany, perMinute: "0.01" }""", "deck.prefix", "decks[0].rates[0]", 9, "'4x' is not 1 to 20 digits")]
    [InlineData(Rate, """{ prefix: "=112", destination: Emergency, perMinute: "0" }""", "deck.prefix", "decks[0].rates[0]", 9, "without 'numbering'")]
    [InlineData(Rate, """{ prefix: "49", callingPrefix: "43", destination: Germany, perMinute: "0.01" }""", "deck.prefix", "decks[0].rates[0]", 9, "matches 'both'")]
    [InlineData(Rate, Rate + "\n      - " + Rate, "deck.prefix.duplicate", "decks[0].rates[1]", 10, "stands twice for the same days")]
    [InlineData(Rate, """{ prefix: "49", destination: Germany, perMinute: "0.01", band: peak }""", "deck.band.unknown", "decks[0].rates[0]", 9, "no band 'peak'")]
    [InlineData(Rate, """{ prefix: "49", destination: Germany, perMinute: "0.01", from: "2026-03-02", to: "2026-03-02" }""", "deck.dates", "decks[0].rates[0]", 9, "is not after")]
    [InlineData(Rate, """{ prefix: "49", destination: Germany, perMinute: "-0.01" }""", "price.negative", "decks[0].rates[0].perMinute", 9, "not below zero")]
    [InlineData(Rate, """{ prefix: "49", destination: Germany, slots: [ { after: 0, perMinute: "1", incrementSeconds: 60 }, { after: 90, perMinute: "1" } ] }""", "deck.slots", "decks[0].rates[0].slots[1].after", 9, "multiple of its increment")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: n, price: "1" }""", "catalog.meter.unknown", "plans[0].charges[0].meter", 13, "known are m")]
    [InlineData(Charge, """{ key: c, model: perItem, meter: m, price: "1" }""", "catalog.model.unknown", "plans[0].charges[0].model", 13, "choose one of")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: m }""", "document.member.missing", "plans[0].charges[0]", 13, "'price' is missing")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: m, price: "1,5" }""", "price.invalid", "plans[0].charges[0].price", 13, "'1,5' is not a price")]
    [InlineData(Charge, """{ key: c, model: graduated, meter: m, tiers: [ { upTo: "10", price: "1" } ] }""", "catalog.tier.gap", "plans[0].charges[0].tiers", 13, "quantities above 10")]
    [InlineData(Charge, """{ key: c, model: volume, meter: m, tiers: [ { upTo: "10", price: "1" }, { upTo: "10", price: "1" }, { price: "1" } ] }""", "catalog.tier.overlap", "plans[0].charges[0].tiers[1]", 13, "is not above")]
    [InlineData(Charge, """{ key: c, model: stairstep, meter: m, tiers: [ { price: "1" }, { upTo: "10", price: "1" } ] }""", "catalog.tier.overlap", "plans[0].charges[0].tiers[1]", 13, "takes everything")]
    [InlineData(Charge, """{ key: c, model: blocks, meter: m, tiers: [ { size: "10", blocks: 2, price: "1" } ] }""", "catalog.tier.gap", "plans[0].charges[0].tiers", 13, "further blocks")]
    [InlineData(Charge, """{ key: c, model: package, meter: m, size: "0", price: "1" }""", "catalog.package.size", "plans[0].charges[0].size", 13, "more than nothing")]
    [InlineData(Charge, """{ key: c, model: percentage, meter: m, rate: "-1" }""", "percent.invalid", "plans[0].charges[0].rate", 13, "not below zero")]
    [InlineData(Charge, """{ key: c, model: percentage, meter: m, rate: "1", free: apart, freeCount: 2, minimum: "1" }""", "catalog.percentage.apart", "plans[0].charges[0].minimum", 13, "no minimum or maximum")]
    [InlineData(Charge, """{ key: c, model: matrix, meter: m, prices: [] }""", "catalog.matrix.empty", "plans[0].charges[0].prices", 13, "at least one price")]
    [InlineData(Charge, """{ key: c, model: matrix, meter: m, prices: [ { when: { zone: a }, price: "1" } ] }""", "catalog.where.unknown", "plans[0].charges[0].prices[0].when", 13, "no dimension 'zone'")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: m, price: "1", where: { zone: a } }""", "catalog.where.unknown", "plans[0].charges[0].where", 13, "no dimension 'zone'")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: m, price: "1", groupBy: [zone] }""", "catalog.where.unknown", "plans[0].charges[0].groupBy", 13, "no dimension 'zone'")]
    [InlineData(Charge, """{ key: c, model: dynamic, meter: m, amount: a, markup: "-101" }""", "percent.invalid", "plans[0].charges[0].markup", 13, "-100 % or more")]
    [InlineData(Charge, """{ key: c, model: rateDeck, meter: m, deck: e }""", "catalog.deck.unknown", "plans[0].charges[0].deck", 13, "no deck 'e'; known are d")]
    [InlineData(Charge, """{ key: c, model: rateDeck, meter: m, deck: d, cost: { deck: d, price: "1" } }""", "catalog.cost", "plans[0].charges[0].cost", 13, "in one way")]
    [InlineData(Charge, """{ key: c, model: perUnit, meter: m, price: "1", cost: { deck: d } }""", "document.member.unknown", "plans[0].charges[0].cost", 13, "known are price")]
    [InlineData(Charge, Charge + "\n      - " + Charge, "catalog.key.twice", "plans[0].charges[1]", 14, "'c' stands twice")]
    [InlineData("  - key: p\n", "  - key: p\n    existing: stay\n", "document.date", "plans[0].existing", 12, "'stay'")]
    public void A_mistake_is_refused_with_its_line_and_reason(string right, string wrong, string code, string where, int line, string reason)
    {
        Assert.Contains(right, Book, StringComparison.Ordinal);
        var refused = Assert.Throws<Refused>(() => Check(Book.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal((code, where), (refused.Code, refused.Where));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.True(line == 0 ? !refused.Message.StartsWith("line", StringComparison.Ordinal) : refused.Message.StartsWith($"line {line}: ", StringComparison.Ordinal), refused.Message);
    }

    [Theory]
    [InlineData("prefix,destination\n49,Germany\n", "line 1, column per_minute: this column is missing.")]
    [InlineData("prefix,destination,per_minute,colour\n", "line 1, column colour: this column is not known")]
    [InlineData("prefix,destination,per_minute\n49,Germany,0.01\n43,Austria\n", "line 3: this row has 2 cells, the header 3.")]
    [InlineData("prefix,destination,per_minute\n49,Germany,free\n", "line 2, column per_minute: 'free' is not a price")]
    [InlineData("prefix,destination,per_minute\r\n49,\"Germany, fixed\",0.01\r\n43,Austria,0.02\r\n49,\"Again\",0.03\r\n", "line 4: Deck 'd', prefix 49: the prefix stands twice for the same days (Germany, fixed, Again).")]
    [InlineData("prefix,destination,per_minute\n49,\"Germany,0.01\n", "line 2: a quote has no end.")]
    public void A_mistake_in_a_decks_rows_is_refused_with_its_row(string csv, string reason)
    {
        var book = Book.Replace("rates:\n      - " + Rate, $"ratesCsv: {System.Text.Json.JsonSerializer.Serialize(csv)}", StringComparison.Ordinal);
        var refused = Assert.Throws<Refused>(() => Check(book));
        Assert.Equal("decks[0].ratesCsv", refused.Where);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static Currency Check(string yaml) => CatalogFile.AtLine(yaml, () => CatalogFile.Check(YamlToJson.Convert(yaml))).Catalog.Currency;
}
