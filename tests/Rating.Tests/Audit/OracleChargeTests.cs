using Rating.Audit;
using static Rating.Tests.Audit.OracleBook;

namespace Rating.Tests.Audit;

/// <summary>Each charge model at its bounds, worked by hand.</summary>
public sealed class OracleChargeTests
{
    private static string? Amount(string charge, params string[] values) => Price(charge, values).Lines.SingleOrDefault()?.Amount.ToString();

    [Theory]
    [InlineData("10", "1.2")]        // 10 * 0.12
    [InlineData("0.5", "0.06")]      // 0.5 * 0.12
    [InlineData("0.04", "0")]        // 0.0048 rounds to 0: the line stays because of its figure
    public void Per_unit_is_price_times_figure(string figure, string expected) =>
        Assert.Equal(expected, Amount("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "0.12" }""", figure));

    [Fact]
    public void A_metered_line_without_figure_and_amount_is_left_out() => Assert.Empty(Price("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "0.12" }""").Lines);

    [Theory]
    [InlineData("100", "0")]         // the bound belongs to the free tier
    [InlineData("100.5", "0.04")]    // 0.5 * 0.07 = 0.035
    [InlineData("150", "3.5")]       // 50 * 0.07
    public void Graduated_prices_each_unit_in_its_own_tier(string figure, string expected) =>
        Assert.Equal(expected, Amount("""{ "key": "c", "model": "graduated", "meter": "m", "tiers": [ { "upTo": "100", "price": "0" }, { "price": "0.07" } ] }""", figure));

    [Theory]
    [InlineData(null, "5")]          // the first tier's flat fee is always due
    [InlineData("10", "15")]         // 5 + 10*1
    [InlineData("10.5", "17.25")]    // 15 + 2 + 0.5*0.5
    [InlineData("20", "22")]         // 15 + 2 + 10*0.5
    [InlineData("21", "23.1")]       // 22 + 1 + 1*0.1
    public void Graduated_flat_fees_are_due_above_the_bound_below(string? figure, string expected) =>
        Assert.Equal(expected, Amount(
            """{ "key": "c", "model": "graduated", "meter": "m", "tiers": [ { "upTo": "10", "price": "1", "flatFee": "5" }, { "upTo": "20", "price": "0.5", "flatFee": "2" }, { "price": "0.1", "flatFee": "1" } ] }""",
            figure is null ? [] : [figure]));

    [Theory]
    [InlineData(null, "1")]          // 0 units reach the first tier: its flat fee
    [InlineData("50", "6")]          // 50 * 0.10 + 1
    [InlineData("50.5", "6.04")]     // 50.5 * 0.08 + 2 = 4.04 + 2
    public void Volume_prices_all_units_at_the_tier_reached(string? figure, string expected) =>
        Assert.Equal(expected, Amount("""{ "key": "c", "model": "volume", "meter": "m", "tiers": [ { "upTo": "50", "price": "0.10", "flatFee": "1" }, { "price": "0.08", "flatFee": "2" } ] }""", figure is null ? [] : [figure]));

    [Theory]
    [InlineData("0.000000001", "5")]     // a started block
    [InlineData("100", "5")]             // exactly one
    [InlineData("100.000000001", "10")]  // the second has started
    [InlineData("200", "10")]
    public void Package_counts_started_blocks(string figure, string expected) =>
        Assert.Equal(expected, Amount("""{ "key": "c", "model": "package", "meter": "m", "size": "100", "price": "5.00" }""", figure));

    [Theory]
    [InlineData("sum", "6")]         // 1 + 2 + 3
    [InlineData("count", "3")]
    [InlineData("max", "3")]
    [InlineData("min", "1")]
    [InlineData("unique", "3")]
    [InlineData("latest", "2")]      // the last by time is the 2
    public void Aggregations(string aggregation, string figure)
    {
        var meter = $$"""{ "key": "m", "event": "x", "value": "v", "aggregation": "{{aggregation}}" }""";
        var line = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1" }""", meter), Subscription()).Price(March, Values("1", "3", "2")).Lines.Single();
        Assert.Equal(figure, line.Quantity.ToString());
    }

    [Fact]
    public void Latest_breaks_a_tie_of_time_by_source_then_id()
    {
        var meter = """{ "key": "m", "event": "x", "value": "v", "aggregation": "latest" }""";
        var oracle = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1" }""", meter), Subscription());
        // "b" < "é" by code unit, so the 7 of id "é" is last whatever the order of arrival
        string[] events = [Event("é", "2026-03-02T12:00:00Z", """{ "v": 7 }"""), Event("b", "2026-03-02T12:00:00Z", """{ "v": 9 }""")];
        Assert.Equal("7", oracle.Price(March, events).Lines.Single().Quantity.ToString());
        Assert.Equal("7", oracle.Price(March, events.Reverse()).Lines.Single().Quantity.ToString());
    }

    [Fact]
    public void Where_keeps_only_totals_with_its_dimensions_and_other_usage_has_no_price()
    {
        var meter = """{ "key": "m", "event": "x", "value": "v", "dimensions": ["d"] }""";
        var result = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1", "where": { "d": "out" } }""", meter), Subscription()).Price(March, [
            Event("1", "2026-03-02T12:00:00Z", """{ "v": 5, "d": "out" }"""), Event("2", "2026-03-02T12:00:00Z", """{ "v": 7, "d": "in" }"""), Event("3", "2026-03-02T12:00:00Z", """{ "v": 7 }""")]);
        Assert.Equal(["usage c 03-01..04-01 5 5"], result.Written());
        Assert.Equal([(AuditVerdict.Rated, AuditReason.None), (AuditVerdict.Suspended, AuditReason.NoPrice), (AuditVerdict.Suspended, AuditReason.NoPrice)], result.Verdicts);
    }

    [Theory]
    // 0.125 lies half way between two cents; 0.121 does not
    [InlineData("EUR", "halfUp", "0.125", "0.13")]
    [InlineData("EUR", "halfEven", "0.125", "0.12")]
    [InlineData("EUR", "up", "0.121", "0.13")]
    [InlineData("EUR", "down", "0.129", "0.12")]
    [InlineData("JPY", "halfUp", "1.5", "2")]          // no minor unit
    [InlineData("JPY", "halfEven", "2.5", "2")]
    [InlineData("JPY", "halfUp", "0.4", "0")]
    [InlineData("BHD", "halfUp", "0.0125", "0.013")]   // 1000 fils
    [InlineData("BHD", "halfEven", "0.0125", "0.012")]
    public void A_line_is_rounded_once_to_the_minor_unit(string currency, string rounding, string price, string expected)
    {
        var catalog = Catalog($$"""{ "key": "c", "model": "perUnit", "meter": "m", "price": "{{price}}" }""", currency: currency, lineRounding: rounding);
        Assert.Equal(expected, new Oracle(catalog, Subscription()).Price(March, Values("1")).Lines.Single().Amount.ToString());
    }

    [Theory]
    [InlineData("""{ "v": 1000000000000 }""", AuditVerdict.Rated, AuditReason.None)]
    [InlineData("""{ "v": 1000000000000.1 }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": 1e400 }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": 0.000000001 }""", AuditVerdict.Rated, AuditReason.None)]
    [InlineData("""{ "v": 0.0000000001 }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": -1 }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": true }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": null }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": [1] }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "v": 1, "v": 1 }""", AuditVerdict.Rejected, AuditReason.Malformed)]
    [InlineData("""{ "v": 1, "d": {"a":{"b":{"c":{"d":{"e":{"f":{"g":1}}}}}}} }""", AuditVerdict.Rated, AuditReason.None)]              // data and seven in it: depth 8
    [InlineData("""{ "v": 1, "d": {"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}} }""", AuditVerdict.Rejected, AuditReason.Malformed)]
    public void Bad_values_are_rejected(string data, AuditVerdict verdict, AuditReason reason)
    {
        var result = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1" }"""), Subscription()).Price(March, [Event("1", "2026-03-02T12:00:00Z", data)]);
        Assert.Equal((verdict, reason), result.Verdicts.Single());
    }
}
