using Rating.Audit;
using static Rating.Tests.Audit.OracleBook;

namespace Rating.Tests.Audit;

/// <summary>Rate decks, worked by hand.</summary>
public sealed class OracleDeckTests
{
    private const string Charge = """{ "key": "calls", "model": "rateDeck", "meter": "m", "deck": "d" }""";
    private const string Meter = """{ "key": "m", "event": "x", "value": "seconds" }""";

    private static OracleResult Rate(string bands, string rates, params string[] events) =>
        new Oracle(Catalog(Charge, Meter, $$"""{ "key": "d", "number": "called", "timeZone": "Europe/Berlin", "rounding": { "decimals": 4, "mode": "halfUp" }, "bands": [{{bands}}], "rates": [{{rates}}] }"""), Subscription("2026-01-01"))
            .Price(March, events);

    private static string Call(string time, string seconds, string called = "4930123456", string id = "1") => Event(id, time, $$"""{ "seconds": {{seconds}}, "called": "{{called}}" }""");

    [Theory]
    // perMinute 0.60, so a second costs 0.01
    [InlineData(60, 60, "61", "120", "1.2")]
    [InlineData(60, 60, "60", "60", "0.6")]
    [InlineData(60, 60, "1", "60", "0.6")]
    [InlineData(6, 6, "61", "66", "0.66")]
    [InlineData(6, 6, "6", "6", "0.06")]
    [InlineData(30, 6, "30", "30", "0.3")]
    [InlineData(30, 6, "31", "36", "0.36")]
    [InlineData(30, 6, "36.1", "42", "0.42")]     // 36.1 s are 37 whole seconds: 30 + 2 * 6
    [InlineData(1, 1, "2678400", "2678400", "26784")]  // 31 days
    public void Increments(int initial, int increment, string seconds, string billed, string amount)
    {
        var line = Rate("", $$"""{ "prefix": "49", "destination": "Germany", "perMinute": "0.60", "initialSeconds": {{initial}}, "incrementSeconds": {{increment}} }""", Call("2026-03-02T12:00:00Z", seconds)).Lines.Single();
        Assert.Equal(("Germany", billed, amount), (line.Detail, line.Quantity.ToString(), line.Amount.ToString()));
    }

    [Theory]
    [InlineData("0.05", "0", "60", "0.07")]      // 0.05 + 0.02
    [InlineData("0", "0.10", "60", "0.1")]       // 0.02 is less than the minimum
    [InlineData("0.05", "0.10", "300", "0.15")]  // 0.05 + 5 * 0.02 is more
    [InlineData("0.05", "0.10", "0", null)]      // nothing for a call of 0 seconds
    public void Connection_fee_and_minimum_charge(string fee, string minimum, string seconds, string? amount) =>
        Assert.Equal(amount, Rate("", $$"""{ "prefix": "49", "destination": "Germany", "perMinute": "0.02", "connectionFee": "{{fee}}", "minimumCharge": "{{minimum}}" }""", Call("2026-03-02T12:00:00Z", seconds))
            .Lines.SingleOrDefault()?.Amount.ToString());

    [Fact]
    public void Calls_are_rounded_one_by_one_and_their_sum_again()
    {
        // 1 s at 0.01 a minute: 0.000166... rounds to 0.0002; three of them 0.0006; the line rounds to 0.00, but has billed seconds
        var rate = """{ "prefix": "49", "destination": "Germany", "perMinute": "0.01", "initialSeconds": 1, "incrementSeconds": 1 }""";
        Assert.Equal(["calls calls Germany 03-01..04-01 3 0"], Rate("", rate, [.. Enumerable.Range(1, 3).Select(i => Call("2026-03-02T12:00:00Z", "1", id: $"{i}"))]).Written());
        // 25 of them are 0.0050: one cent, though exactly 0.00416... would be none
        Assert.Equal(["calls calls Germany 03-01..04-01 25 0.01"], Rate("", rate, [.. Enumerable.Range(1, 25).Select(i => Call("2026-03-02T12:00:00Z", "1", id: $"{i}"))]).Written());
    }

    private const string PeakBands = """{ "name": "peak", "days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00" }, { "name": "off" }""";
    private const string PeakRates = """{ "prefix": "49", "destination": "Germany", "band": "peak", "perMinute": "6", "initialSeconds": 1, "incrementSeconds": 1 }, { "prefix": "49", "destination": "Germany", "perMinute": "3", "initialSeconds": 1, "incrementSeconds": 1 }""";

    [Theory]
    // a peak second costs 0.10, another one 0.05; 2 March 2026 is a Monday
    [InlineData("2026-03-02T17:59:30+01:00", "60", "4.5")]     // 30 * 0.10 + 30 * 0.05
    [InlineData("2026-03-02T07:59:59.5+01:00", "2", "0.15")]   // the first second begins before eight, the second after
    [InlineData("2026-03-02T18:00:00+01:00", "1", "0.05")]
    [InlineData("2026-03-02T08:00:00+01:00", "1", "0.1")]
    [InlineData("2026-03-07T12:00:00+01:00", "10", "0.5")]     // a Saturday
    public void A_call_is_split_at_the_change_of_bands(string time, string seconds, string amount) =>
        Assert.Equal(amount, Rate(PeakBands, PeakRates, Call(time, seconds)).Lines.Single().Amount.ToString());

    [Fact]
    public void Each_billed_second_counts_not_only_the_talked_ones() =>
        // 17:59:30, one second talked, 60 billed: 30 * 0.10 + 30 * 0.05
        Assert.Equal("4.5", Rate(PeakBands, PeakRates.Replace("\"initialSeconds\": 1,", "\"initialSeconds\": 60,", StringComparison.Ordinal), Call("2026-03-02T17:59:30+01:00", "1")).Lines.Single().Amount.ToString());

    [Fact]
    public void Clock_changes_count()
    {
        const string bands = """{ "name": "night", "days": ["mon","tue","wed","thu","fri","sat","sun"], "from": "00:00", "to": "02:30" }, { "name": "day" }""";
        const string rates = """{ "prefix": "49", "destination": "Germany", "band": "night", "perMinute": "0.60", "initialSeconds": 1, "incrementSeconds": 1 }, { "prefix": "49", "destination": "Germany", "band": "day", "perMinute": "6", "initialSeconds": 1, "incrementSeconds": 1 }""";
        // 29 March 2026: 01:59:30 in Berlin, 30 s later it is 03:00: 30 * 0.01 + 30 * 0.10
        Assert.Equal("3.3", Rate(bands, rates, Call("2026-03-29T00:59:30Z", "60")).Lines.Single().Amount.ToString());
        // 25 October 2026 (period 321): 02:29:30 summer time, the day band from 02:30 to 03:00, then 02:00 to 02:30 of winter time is night again:
        // 30 s night, 1800 s day, 1800 s night, 30 s day = 1830 * 0.01 + 1830 * 0.10 = 201.30
        var deck = $$"""{ "key": "d", "number": "called", "timeZone": "Europe/Berlin", "bands": [{{bands}}], "rates": [{{rates}}] }""";
        var october = new Oracle(Catalog(Charge, Meter, deck), Subscription("2026-01-01")).Price(321, [Call("2026-10-25T00:29:30Z", "3660")]);
        Assert.Equal("201.3", october.Total.ToString());
    }

    [Theory]
    [InlineData("2026-03-06T21:59:59+01:00", "day")]     // Friday
    [InlineData("2026-03-06T22:00:00+01:00", "night")]
    [InlineData("2026-03-07T05:59:59+01:00", "night")]   // Friday's night, on Saturday
    [InlineData("2026-03-07T06:00:00+01:00", "day")]
    [InlineData("2026-03-07T22:00:00+01:00", "day")]     // Saturday has none
    public void A_band_that_ends_on_the_next_day(string time, string destination) =>
        Assert.Equal(destination, Rate(
            """{ "name": "n", "days": ["fri"], "from": "22:00", "to": "06:00" }, { "name": "d" }""",
            """{ "prefix": "49", "destination": "night", "band": "n", "perMinute": "1", "initialSeconds": 1, "incrementSeconds": 1 }, { "prefix": "49", "destination": "day", "band": "d", "perMinute": "1", "initialSeconds": 1, "incrementSeconds": 1 }""",
            Call(time, "1")).Lines.Single().Detail);

    private const string Dated = """
        { "prefix": "4", "destination": "Zone 4", "perMinute": "1" }, { "prefix": "49", "destination": "Germany", "perMinute": "1" },
        { "prefix": "4915", "destination": "Mobile old", "perMinute": "1", "to": "2026-03-15" }, { "prefix": "4915", "destination": "Mobile new", "perMinute": "1", "from": "2026-03-15", "to": "2026-03-20" },
        { "prefix": "49151", "destination": "Peak only", "band": "peak", "perMinute": "1" }
        """;

    [Theory]
    [InlineData("2026-03-14T22:59:59Z", "4915712", "Mobile old")]   // 23:59:59 in Berlin
    [InlineData("2026-03-14T23:00:00Z", "4915712", "Mobile new")]   // the 15th in Berlin
    [InlineData("2026-03-20T12:00:00Z", "4915712", "Germany")]      // the longest prefix has no rate on that day
    [InlineData("2026-03-02T12:00:00Z", "49151999", "Peak only")]   // 13:00 on a Monday
    [InlineData("2026-03-02T20:00:00Z", "49151999", "Mobile old")]  // no rate of that prefix for the band at the answer
    [InlineData("2026-03-02T12:00:00Z", "+4 (9) 3-0/1.2", "Germany")]
    [InlineData("2026-03-02T12:00:00Z", "48;4930", "Zone 4")]       // reading stops at the semicolon
    public void The_longest_prefix_with_a_rate_on_the_day_wins(string time, string called, string destination) =>
        Assert.Equal(destination, Rate(PeakBands, Dated, Call(time, "60", called)).Lines.Single().Detail);

    [Theory]
    [InlineData("""{ "seconds": 60, "called": "33" }""", AuditVerdict.Suspended, AuditReason.NoPrice)]
    [InlineData("""{ "seconds": 60, "called": "sip:49" }""", AuditVerdict.Rated, AuditReason.None)]      // the scheme is passed over
    [InlineData("""{ "seconds": 60, "called": "fax:49" }""", AuditVerdict.Suspended, AuditReason.NoPrice)] // this one is no scheme of calls
    [InlineData("""{ "seconds": 60 }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "seconds": 2678400.1, "called": "49" }""", AuditVerdict.Rejected, AuditReason.BadValue)]
    [InlineData("""{ "seconds": 2678400, "called": "49" }""", AuditVerdict.Rated, AuditReason.None)]
    public void Calls_that_cannot_be_rated(string data, AuditVerdict verdict, AuditReason reason) =>
        Assert.Equal((verdict, reason), Rate("", """{ "prefix": "49", "destination": "Germany", "perMinute": "0.01" }""", Event("1", "2026-03-02T12:00:00Z", data)).Verdicts.Single());
}
