using System.Numerics;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;

namespace Rating.Tests.Domain;

/// <summary>Proration and splitting, over periods, zones and currencies made from a seed.</summary>
public sealed class ProrationPropertyTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Consecutive_parts_of_a_period_add_up_to_the_whole_exactly_and_their_lines_within_a_rounding_each(int seed)
    {
        var random = new Random(seed);
        var zone = DateTimeZoneProviders.Tzdb[Zones[random.Next(Zones.Length)]];
        var interval = (BillingInterval)random.Next(4);
        var schedule = new BillingSchedule(interval, random.Next(1, interval == BillingInterval.Week ? 8 : 32), random.Next(1, 13), zone);
        var period = schedule.Period(schedule.NumberOf(new LocalDate(2024 + random.Next(6), random.Next(1, 13), random.Next(1, 29))));
        var cuts = new SortedSet<LocalDate> { period.Start, period.End };
        for (var i = random.Next(6); i > 0; i--) cuts.Add(period.Start.PlusDays(random.Next(period.Days)));
        var currency = Currency.Of(new[] { "JPY", "EUR", "KWD" }[random.Next(3)]);
        var proration = new[] { Proration.Day, Proration.Second, Proration.Fixed30 }[random.Next(3)];
        var charge = new RecurringCharge { Key = "c", Name = "c", Price = UnitPrice.Parse((random.Next(1, 1_000_000) / 1000m).ToString(System.Globalization.CultureInfo.InvariantCulture), currency), InAdvance = false, QuantityName = "", Proration = proration };
        var plan = new PlanRevision(1, "p", "p", 1, interval, [charge]);
        var days = cuts.ToList();
        // A time of day only moves seconds from one part to the next.
        var times = days.ConvertAll(day => day == period.Start || day == period.End ? LocalTime.Midnight : new LocalTime(random.Next(24), random.Next(60)));
        var spans = Enumerable.Range(0, days.Count - 1).Select(i => new TermsSpan(days[i], days[i + 1], plan, new Dictionary<string, Quantity>(StringComparer.Ordinal)) { Zone = zone, StartsAt = times[i], EndsAt = times[i + 1] }).ToList();
        var shares = spans.ConvertAll(span => PeriodShare.Of(proration, span, period));
        Assert.True(shares.TrueForAll(share => share.Whole == shares[0].Whole) && shares.Sum(share => share.Part) == shares[0].Whole, $"seed {seed}: {string.Join(", ", shares)} are not the whole of {period} {proration} in {zone.Id}");
        var lines = Price.Arrears(new PeriodTerms(new SubscriptionId("s"), period, currency, RoundingMode.HalfUp, spans), new Rating.Domain.Usage.PeriodUsage(), period.End);
        var whole = (charge.Price * Quantity.One).RoundedToMinorUnit(RoundingMode.HalfUp).Scaled;
        var sum = lines.Aggregate((Int128)0, (total, line) => total + line.Amount.Scaled);
        var unit = (Int128)BigInteger.Pow(10, Money.Decimals - currency.Decimals);
        Assert.True(Int128.Abs(sum - whole) * 2 <= unit * (lines.Count + 1), $"seed {seed}: lines {sum}, whole {whole}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Splitting_an_amount_loses_no_cent_and_no_part_is_a_cent_off(int seed)
    {
        var random = new Random(seed);
        var currency = Currency.Of(new[] { "JPY", "EUR", "KWD" }[random.Next(3)]);
        var unit = (Int128)BigInteger.Pow(10, Money.Decimals - currency.Decimals);
        var amount = Money.FromScaled(random.Next(-1_000_000, 1_000_000) * unit, currency);
        var weights = Enumerable.Range(0, random.Next(1, 9)).Select(_ => (Int128)random.Next(0, 1000)).Append(1).ToList();
        var parts = amount.Split(weights);
        Assert.True(parts.Aggregate((Int128)0, (sum, part) => sum + part.Scaled) == amount.Scaled, $"seed {seed}: {string.Join(" + ", parts)} is not {amount}");
        var whole = weights.Aggregate((Int128)0, (sum, weight) => sum + weight);
        for (var i = 0; i < parts.Count; i++)
            Assert.True(Int128.Abs(parts[i].Scaled / unit * whole - amount.Scaled / unit * weights[i]) < whole, $"seed {seed}: part {i} is a unit off");
    }

    [Fact]
    public void Equal_remainders_go_to_the_earlier_part_whatever_the_sign()
    {
        var euro = Currency.Of("EUR");
        Assert.Equal(["0.34", "0.33", "0.33"], Money.Parse("1", euro).Split([1, 1, 1]).Select(part => part.ToText()));
        Assert.Equal(["-0.34", "-0.33", "-0.33"], Money.Parse("-1", euro).Split([1, 1, 1]).Select(part => part.ToText()));
        Assert.Equal(["1.50", "-0.50"], Money.Parse("1", euro).Split([3, -1]).Select(part => part.ToText()));
    }
}
