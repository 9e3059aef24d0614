using NodaTime;
using Rating.Audit;
using static Rating.Tests.Audit.OracleBook;

namespace Rating.Tests.Audit;

/// <summary>Periods, anchors, proration and spans, worked by hand.</summary>
public sealed class OraclePeriodTests
{
    private const string Seat = """{ "key": "seat", "model": "recurring", "timing": "arrears", "price": "12.50", "quantity": "seats" }""";

    [Fact]
    public void A_first_stub_period_is_prorated_over_the_whole_schedule_period() =>
        // 11 to 31 March are 21 days of 31: 25 * 12.50 * 21/31 = 211.6935...
        Assert.Equal(["arrears seat 03-11..04-01 25 211.69"], new Oracle(Catalog(Seat), Subscription("2026-03-11")).Price(March, []).Written());

    [Fact]
    public void A_last_period_is_cut_at_the_end_day_which_does_not_count() =>
        // 1 to 10 March are 10 days of 31: 312.50 * 10/31 = 100.8064...
        Assert.Equal(["arrears seat 03-01..03-11 25 100.81"], new Oracle(Catalog(Seat), Subscription("2026-01-01", "2026-03-11")).Price(March, []).Written());

    [Theory]
    [InlineData("2026-02-15", 313, "156.25")]   // 14 of 28 days: half of 312.50
    [InlineData("2028-02-15", 337, "161.64")]   // 15 of 29 days: 312.50 * 15/29 = 161.6379...; 28 * 12 + 1 = 337
    public void February(string start, int period, string expected) =>
        Assert.Equal(expected, new Oracle(Catalog(Seat), Subscription(start)).Price(period, []).Total.ToString());

    [Theory]
    [InlineData("2026-01-31", 312, "2026-01-31", "2026-02-28")]
    [InlineData("2026-02-27", 312, "2026-01-31", "2026-02-28")]
    [InlineData("2026-02-28", 313, "2026-02-28", "2026-03-31")]
    [InlineData("2026-03-30", 313, "2026-02-28", "2026-03-31")]
    [InlineData("2026-03-31", 314, "2026-03-31", "2026-04-30")]
    [InlineData("2028-02-29", 337, "2028-02-29", "2028-03-31")]
    public void The_31st_anchor_falls_on_the_last_day_of_shorter_months(string day, int number, string start, string end)
    {
        var oracle = new Oracle(Catalog(Seat), Subscription("2026-01-01", anchorDay: 31));
        Assert.Equal(number, oracle.PeriodOf(Date(day)));
        Assert.Equal((Date(start), Date(end)), oracle.Period(number));
    }

    [Theory]
    [InlineData("month", 1, 1, "2000-01-01", 0)]
    [InlineData("month", 15, 1, "2000-01-14", -1)]
    [InlineData("quarter", 1, 2, "2000-02-01", 0)]     // quarters from February
    [InlineData("quarter", 1, 2, "2000-01-31", -1)]
    [InlineData("quarter", 1, 2, "2026-05-01", 105)]   // 26 * 4 + 1
    [InlineData("year", 1, 7, "2026-06-30", 25)]       // years from July
    [InlineData("year", 1, 7, "2026-07-01", 26)]
    [InlineData("week", 1, 1, "2000-01-03", 0)]        // a Monday
    [InlineData("week", 7, 1, "2000-01-09", 0)]        // the first Sunday on or after it
    [InlineData("week", 7, 1, "2000-01-08", -1)]
    [InlineData("week", 1, 1, "2000-01-17", 2)]
    public void Periods_are_numbered_from_2000(string interval, int anchorDay, int anchorMonth, string day, int number) =>
        Assert.Equal(number, new Oracle(Catalog(Seat, interval: interval), Subscription("1999-01-01", anchorDay: anchorDay, anchorMonth: anchorMonth)).PeriodOf(Date(day)));

    [Fact]
    public void A_change_of_quantities_splits_recurring_lines_but_not_usage()
    {
        const string changes = """{ "from": "2026-01-01", "plan": "p", "quantities": { "seats": "25" } }, { "from": "2026-03-16", "plan": "p", "quantities": { "seats": "30" } }""";
        var result = new Oracle(Catalog(Seat + """, { "key": "c", "model": "perUnit", "meter": "m", "price": "1" }"""), Subscription(changes: changes)).Price(March, Values("1", "2"));
        // 25 * 12.50 * 15/31 = 151.2096...; 30 * 12.50 * 16/31 = 193.5483...
        Assert.Equal(["usage c 03-01..04-01 3 3", "arrears seat 03-01..03-16 25 151.21", "arrears seat 03-16..04-01 30 193.55"], result.Written());
    }

    [Fact]
    public void Without_proration_the_full_price_is_due_once_in_the_first_span()
    {
        const string changes = """{ "from": "2026-01-01", "plan": "p", "quantities": { "seats": "2" } }, { "from": "2026-03-16", "plan": "p", "quantities": { "seats": "3" } }""";
        var charge = """{ "key": "fee", "model": "recurring", "price": "10", "quantity": "seats", "proration": "none" }""";
        Assert.Equal(["arrears fee 03-11..03-16 2 20"], new Oracle(Catalog(charge), Subscription("2026-03-11", changes: changes)).Price(March, []).Written()); // 10 * 2
    }

    [Fact]
    public void One_offs_are_due_in_the_first_period_only_and_an_unknown_quantity_is_none()
    {
        var oracle = new Oracle(Catalog("""{ "key": "setup", "model": "oneOff", "price": "99.00" }, { "key": "rack", "model": "oneOff", "price": "5", "quantity": "racks" }"""), Subscription("2026-03-11"));
        Assert.Equal(["oneOff setup 03-11..03-12 1 99"], oracle.Price(March, []).Written());
        Assert.Empty(oracle.Price(March + 1, []).Lines);
    }

    [Fact]
    public void A_new_price_in_the_middle_of_a_period_makes_a_new_revision_with_its_own_line()
    {
        static string Version(string from, string price) => Catalog($$"""{ "key": "c", "model": "perUnit", "meter": "m", "price": "{{price}}" }""").Replace("2026-01-01", from, StringComparison.Ordinal);
        var oracle = new Oracle([Version("2026-01-01", "1"), Version("2026-03-04", "2.0"), Version("2026-03-04", "2")], Subscription());
        // 2, 3 March at 1; from 4 March at 2 (the third version says the same as the second: no new span)
        Assert.Equal(["usage c 03-01..03-04 3 3", "usage c 03-04..04-01 7 14"], oracle.Price(March, Values("1", "2", "3", "4")).Written());
    }

    [Fact]
    public void An_event_belongs_to_the_local_day_of_its_subscription()
    {
        var oracle = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1" }"""), Subscription());
        // midnight in Berlin is 23:00Z on 28 February (winter) and 22:00Z on 31 March (summer)
        var result = oracle.Price(March, [
            Event("1", "2026-02-28T22:59:59.9999999Z", """{ "v": 1 }"""), Event("2", "2026-02-28T23:00:00Z", """{ "v": 2 }"""),
            Event("3", "2026-03-31T21:59:59Z", """{ "v": 4 }"""), Event("4", "2026-04-01T00:00:00+02:00", """{ "v": 8 }""")]);
        Assert.Equal("6", result.Total.ToString());
        // before the start the subscription is not active; after the period it is another period
        Assert.Equal([AuditVerdict.Suspended, AuditVerdict.Rated, AuditVerdict.Rated, AuditVerdict.None], result.Verdicts.Select(v => v.Verdict));
    }

    [Fact]
    public void The_same_id_with_other_content_is_a_conflict_and_counts_once()
    {
        var oracle = new Oracle(Catalog("""{ "key": "c", "model": "perUnit", "meter": "m", "price": "1" }"""), Subscription());
        var result = oracle.Price(March, [
            Event("1", "2026-03-02T12:00:00Z", """{ "v": 1, "w": 2 }"""), Event("1", "2026-03-02T12:00:00Z", """{ "w": 2, "v": 1 }"""), Event("1", "2026-03-02T12:00:00Z", """{ "v": 1.0, "w": 2 }""")]);
        Assert.Equal([AuditVerdict.Rated, AuditVerdict.Duplicate, AuditVerdict.Suspended], result.Verdicts.Select(v => v.Verdict));
        Assert.Equal("1", result.Total.ToString());
    }
}
