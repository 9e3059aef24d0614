using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>What must hold whatever the prices are: properties of amounts that engine and oracle agree on. The seed is the test's argument.</summary>
public sealed class PricingPropertyTests
{
    private static readonly Fraction Cent = Fraction.Parse("0.01");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Tiers(Random random, bool flatFees, out decimal highest)
    {
        var prices = Enumerable.Range(0, 3).Select(_ => random.Next(0, 500) / 100m).ToArray();
        highest = prices.Max();
        string Fee() => flatFees ? $", \"flatFee\": \"{Text(random.Next(0, 5000) / 100m)}\"" : "";
        return $$"""[ { "upTo": "{{random.Next(5, 50)}}", "price": "{{Text(prices[0])}}"{{Fee()}} }, { "upTo": "{{random.Next(51, 100)}}.5", "price": "{{Text(prices[1])}}"{{Fee()}} }, { "price": "{{Text(prices[2])}}"{{Fee()}} } ]""";
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Graduated_never_falls_and_has_no_jump_without_flat_fees(int seed)
    {
        var random = new Random(seed);
        var charge = "\"model\": \"graduated\", \"tiers\": " + Tiers(random, flatFees: false, out var highest);
        var (amount, figure) = (Fraction.Zero, 0m);
        for (var step = 0; step < 12; step++)
        {
            var by = random.Next(1, 2000) / 100m;
            var next = Quoted.Total(Quoted.Usage(charge, Quoted.Figure(Text(figure += by))));
            Assert.True(next >= amount, $"seed {seed}: {figure} costs {next}, less than {amount}");
            Assert.True(next - amount <= Fraction.Parse(Text(by * highest)) + Cent, $"seed {seed}: {by} more units cost {next - amount}");
            amount = next;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Volume_charges_the_one_tier_that_the_figure_reaches(int seed)
    {
        var random = new Random(seed);
        var bounds = new[] { random.Next(5, 50), random.Next(51, 100) };
        var prices = Enumerable.Range(0, 3).Select(_ => random.Next(0, 500) / 100m).ToArray();
        var fees = Enumerable.Range(0, 3).Select(_ => random.Next(0, 5000) / 100m).ToArray();
        var tiers = string.Join(',', Enumerable.Range(0, 3).Select(i => $$"""{ {{(i < 2 ? $"\"upTo\": {bounds[i]}," : "")}} "price": "{{Text(prices[i])}}", "flatFee": "{{Text(fees[i])}}" }"""));
        foreach (var figure in new[] { 0.01m, bounds[0], bounds[0] + 0.5m, bounds[1], bounds[1] + 0.001m, 1000 })
        {
            var tier = figure <= bounds[0] ? 0 : figure <= bounds[1] ? 1 : 2;
            var expected = decimal.Round((figure * prices[tier]) + fees[tier], 2, MidpointRounding.AwayFromZero);
            Assert.Equal(Fraction.Parse(Text(expected)), Quoted.Total(Quoted.Usage($"\"model\": \"volume\", \"tiers\": [ {tiers} ]", Quoted.Figure(Text(figure)))));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_quantity_costs_the_same_in_one_event_or_in_many(int seed)
    {
        var random = new Random(seed);
        var tiers = Tiers(random, flatFees: true, out _);
        string[] models = [
            "\"model\": \"perUnit\", \"price\": \"0.037\", \"freeUnits\": 7", "\"model\": \"graduated\", \"tiers\": " + tiers, "\"model\": \"volume\", \"tiers\": " + tiers, "\"model\": \"package\", \"size\": 7, \"price\": \"1.10\"",
            "\"model\": \"stairstep\", \"tiers\": [ { \"upTo\": 30, \"price\": 5 }, { \"upTo\": 80, \"price\": 9 }, { \"price\": 11 } ]",
            "\"model\": \"blocks\", \"tiers\": [ { \"size\": 10, \"price\": 3, \"blocks\": 4 }, { \"size\": 25, \"price\": 5 } ]", "\"model\": \"percentage\", \"rate\": \"1.5\""];
        foreach (var model in models)
        {
            var parts = Enumerable.Range(0, 2 + random.Next(40)).Select(_ => random.Next(1, 500) / 100m).ToList();
            var one = Quoted.Total(Quoted.Usage(model, Quoted.Event(0, Text(parts.Sum()))));
            var many = Quoted.Total(Quoted.Usage(model, string.Join(',', parts.Select((part, i) => Quoted.Event(i, Text(part))))));
            Assert.True(one == many, $"seed {seed}: {model}: {one} in one event, {many} in {parts.Count}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_order_in_which_events_come_does_not_matter(int seed)
    {
        var random = new Random(seed);
        (string Meter, string Charge)[] charges = [
            ("\"value\": \"v\", \"aggregation\": \"latest\"", "\"model\": \"perUnit\", \"price\": \"1.01\""), ("\"value\": \"v\", \"aggregation\": \"average\"", "\"model\": \"perUnit\", \"price\": \"1.01\""),
            ("\"value\": \"v\"", "\"model\": \"percentage\", \"rate\": \"2.9\", \"fee\": \"0.30\", \"freeCount\": 3, \"freeAmount\": 8, \"minimum\": \"0.35\""),
            ("\"value\": \"v\", \"aggregation\": \"timeWeighted\"", "\"model\": \"perUnit\", \"price\": \"0.01\""), ("\"value\": \"v\", \"aggregation\": \"unique\"", "\"model\": \"perUnit\", \"price\": \"1.01\"")];
        foreach (var (meter, charge) in charges)
        {
            var events = Enumerable.Range(0, 25).Select(i => Quoted.Event(i * 7, Text(random.Next(1, 900) / 100m))).ToArray(); // no two at one time
            var straight = Quoted.Total(Quoted.Usage(charge, string.Join(',', events), meter: meter));
            random.Shuffle(events);
            Assert.True(straight == Quoted.Total(Quoted.Usage(charge, string.Join(',', events), meter: meter)), $"seed {seed}: {meter}, {charge}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Consecutive_parts_of_a_period_add_up_to_the_whole_within_their_rounding(int seed)
    {
        var random = new Random(seed);
        foreach (var proration in new[] { "day", "second", "fixed30" })
        {
            var start = new LocalDate(2026 + random.Next(3), 1 + random.Next(12), 1);
            var days = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => start.PlusDays(1 + random.Next(26))).Distinct().Order().ToList();
            // Another quantity changes: each part is priced at 1.
            var changes = days.Prepend(start).Select((day, i) => $$"""{ "from": "{{LocalDatePattern.Iso.Format(day)}}", "plan": "p", "quantities": { "n": 1, "x": {{i}} }, "at": "{{(i == 0 ? 0 : random.Next(24)):00}}:00:00" }""");
            var price = Text(random.Next(1, 99_999) / 100m);
            var request = $$"""{ "catalog": { "currency": "EUR", "plans": [ { "key": "p", "charges": [ { "key": "c", "model": "recurring", "price": "{{price}}", "quantity": "n", "proration": "{{proration}}" } ] } ] }, "timeZone": "{{(random.Next(2) == 0 ? "Europe/Berlin" : "Pacific/Kiritimati")}}", "start": "{{LocalDatePattern.Iso.Format(start)}}", "changes": [ {{string.Join(',', changes)}} ] }""";
            var amounts = Quoted.Amounts(request);
            Assert.Equal(days.Count + 1, amounts.Count);
            var difference = amounts.Aggregate(Fraction.Zero, (sum, a) => sum + a) - Fraction.Parse(price);
            Assert.True((difference.Sign < 0 ? -difference : difference) <= Cent * amounts.Count / 2, $"seed {seed}: {proration}, {string.Join(" + ", amounts)} is not {price}");
        }
    }

    // A price of 1 per hour of the month, so a day costs its hours; the month with a clock change has one more or one less.
    [Theory]
    [InlineData("Europe/Berlin", "2026-03-29", "743", "23")]        // the clock goes forward
    [InlineData("Europe/Berlin", "2026-10-25", "745", "25")]        // and back
    [InlineData("Australia/Lord_Howe", "2026-10-04", "743.5", "23.5")]
    [InlineData("Australia/Lord_Howe", "2026-04-05", "720.5", "24.5")]
    [InlineData("Pacific/Kiritimati", "2026-03-29", "744", "24")]   // UTC+14
    [InlineData("Pacific/Pago_Pago", "2026-03-29", "744", "24")]    // UTC-11
    [InlineData("UTC", "2028-02-29", "696", "24")]                  // the leap day
    public void A_day_by_the_second_has_the_hours_of_its_clock(string zone, string day, string hoursOfTheMonth, string expected)
    {
        var from = LocalDatePattern.Iso.Parse(day).Value;
        var request = $$"""{ "catalog": { "currency": "EUR", "plans": [ { "key": "p", "charges": [ { "key": "c", "model": "recurring", "price": "{{hoursOfTheMonth}}", "proration": "second" } ] } ] }, "timeZone": "{{zone}}", "start": "{{day}}", "end": "{{LocalDatePattern.Iso.Format(from.PlusDays(1))}}" }""";
        Assert.Equal(Fraction.Parse(expected), Quoted.Total(request));
    }

    [Theory]
    [InlineData("2026-02-15", 1, "28", "day", "14")]       // 14 of February's 28 days
    [InlineData("2028-02-15", 1, "29", "day", "15")]       // 15 of 29
    [InlineData("2026-02-15", 1, "30", "fixed30", "16")]   // 30E/360: from the 15th to the 1st are 16 days
    [InlineData("2026-01-31", 31, "28", "day", "28")]      // from the 31st to the 28th
    [InlineData("2026-03-10", 31, "31", "day", "21")]      // from 28 February to the 31st: 21 days are left
    [InlineData("2026-05-31", 31, "30", "day", "30")]      // from the 31st to the 30th of June
    public void A_part_of_a_month_costs_its_days(string start, int anchorDay, string price, string proration, string expected) => Assert.Equal(Fraction.Parse(expected), Quoted.Total(
        $$"""{ "catalog": { "currency": "EUR", "plans": [ { "key": "p", "charges": [ { "key": "c", "model": "recurring", "price": "{{price}}", "proration": "{{proration}}" } ] } ] }, "start": "{{start}}", "anchorDay": {{anchorDay}} }"""));

    [Theory]
    [InlineData("JPY", "100", "3")]           // 100 x 1 / 31 = 3.2258...
    [InlineData("EUR", "100", "3.23")]
    [InlineData("KWD", "100", "3.226")]
    [InlineData("JPY", "46.5", "2")]          // 1.5, half up
    [InlineData("KWD", "0.0155", "0.001")]    // 0.0005, half up
    public void An_amount_has_the_decimals_of_its_currency(string currency, string price, string expected) => Assert.Equal(Fraction.Parse(expected), Quoted.Total(
        $$"""{ "catalog": { "currency": "{{currency}}", "plans": [ { "key": "p", "charges": [ { "key": "c", "model": "recurring", "price": "{{price}}" } ] } ] }, "start": "2026-03-31" }"""));

    // 31 March ends at 10:00 UTC of that day where it is earliest, and at 11:00 UTC of 1 April where it is latest.
    [Theory]
    [InlineData("Pacific/Kiritimati", "2026-03-31T09:59:59Z", "1")]
    [InlineData("Pacific/Pago_Pago", "2026-04-01T10:59:59Z", "1")]
    [InlineData("Europe/Berlin", "2026-03-31T21:59:59Z", "1")]
    public void Usage_belongs_to_the_month_of_its_subscriptions_clock(string zone, string time, string expected)
    {
        var request = Quoted.Usage("\"model\": \"perUnit\", \"price\": 1", $$"""{ "type": "e", "time": "{{time}}", "data": { "v": 1 } }""").Replace("\"start\"", $"\"timeZone\": \"{zone}\", \"start\"", StringComparison.Ordinal);
        Assert.Equal(Fraction.Parse(expected), Quoted.Total(request));
        var later = request.Replace(time, InstantPattern.ExtendedIso.Format(InstantPattern.ExtendedIso.Parse(time).Value + Duration.FromSeconds(1)), StringComparison.Ordinal);
        Assert.Throws<Rating.Domain.Refused>(() => Quoted.Total(later)); // it is of April, and March is quoted
    }
}
