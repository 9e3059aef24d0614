using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Tests.Domain;

/// <summary>Rules that hold for every price book, over made-up ones.</summary>
public sealed class PricingRulesTests
{
    private static readonly Currency Euro = Currency.Of("EUR");
    private static readonly Meter Sum = new()
    {
        Key = "m", Name = "m", Unit = "", EventType = "e", Value = "v", Aggregation = Aggregation.Sum, Dimensions = [], Filter = [],
    };

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Consecutive_parts_of_a_period_add_up_to_the_whole_within_a_minor_unit(int seed)
    {
        var random = new Random(seed);
        var modes = Enum.GetValues<RoundingMode>();
        for (var round = 0; round < 300; round++)
        {
            var mode = modes[random.Next(modes.Length)];
            var quantity = new Quantity(random.NextInt64(1, 1_000_000_000_000));
            var charge = new RecurringCharge { Key = "c", Name = "c", Price = RandomPrice(random), QuantityName = "q", InAdvance = false, Proration = Proration.Day };
            var schedule = new BillingSchedule((BillingInterval)random.Next(4), random.Next(1, 8), random.Next(1, 13), DateTimeZoneProviders.Tzdb["Europe/Berlin"]);
            var period = schedule.Period(schedule.NumberOf(new LocalDate(2026, 1, 1).PlusDays(random.Next(0, 1000))));
            var cut = period.Start.PlusDays(random.Next(1, period.Days));
            var what = $"seed {seed}, round {round}: {quantity} at {charge.Price} in {period}, cut at {cut}, {mode}";

            Money Priced(LocalDate from, LocalDate to) => Assert.Single(Price.Arrears(
                new PeriodTerms(new SubscriptionId("s"), period, Euro, mode, [new TermsSpan(from, to, Plan(charge), new Dictionary<string, Quantity>(StringComparer.Ordinal) { ["q"] = quantity })]), new PeriodUsage(), period.End)).Amount;

            var whole = Priced(period.Start, period.End);
            Assert.True(whole == (charge.Price * quantity).RoundedToMinorUnit(mode), $"{what}: the whole period is not the whole price");
            var difference = Priced(period.Start, cut) + Priced(cut, period.End) - whole;
            Assert.True(Abs(difference) <= Money.Parse("0.01", Euro), $"{what}: the parts differ from the whole by {difference}");
            Assert.True(Priced(period.Start, cut) <= Priced(period.Start, cut.PlusDays(1) > period.End ? period.End : cut.PlusDays(1)), $"{what}: a day more costs less");
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Graduated_without_flat_fees_never_falls_and_never_jumps(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var tiers = RandomTiers(random, hasFees: false);
            var charge = new Graduated { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = tiers };
            var what = $"seed {seed}, round {round}: {Text(tiers)}";
            var steepest = tiers.Max(tier => tier.Price.Pico);
            foreach (var bound in tiers.Where(tier => tier.UpTo is not null).Select(tier => tier.UpTo!.Value))
                Assert.True(charge.Amount(new Quantity(bound.Nano + 1)) - charge.Amount(bound) == tiers.First(tier => tier.UpTo is not { } top || top > bound).Price * new Quantity(1), $"{what}: it jumps at {bound}");
            for (var i = 0; i < 20; i++)
            {
                var low = new Quantity(random.NextInt64(0, 2_000_000_000_000));
                var high = new Quantity(low.Nano + random.NextInt64(0, 1_000_000_000));
                var rise = charge.Amount(high) - charge.Amount(low);
                Assert.True(rise.Scaled >= 0 && rise.Scaled <= steepest * (high.Nano - low.Nano), $"{what}: from {low} to {high} it rises by {rise}");
            }

            Assert.True(charge.Amount(Quantity.Zero) == Money.Zero(Euro), $"{what}: nothing costs something");
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Volume_charges_one_tier_for_everything_the_first_that_reaches_so_far(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var tiers = RandomTiers(random, hasFees: true);
            var charge = new Volume { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = tiers };
            var figures = tiers.Where(tier => tier.UpTo is not null).SelectMany(tier => new[] { tier.UpTo!.Value.Nano - 1, tier.UpTo.Value.Nano, tier.UpTo.Value.Nano + 1 })
                .Concat(Enumerable.Range(0, 10).Select(_ => (Int128)random.NextInt64(0, 2_000_000_000_000)));
            foreach (var figure in figures.Select(nano => new Quantity(nano)))
            {
                var reached = tiers.Where(tier => tier.UpTo is null || tier.UpTo.Value.Nano >= figure.Nano).MinBy(tier => tier.UpTo?.Nano ?? Int128.MaxValue)!;
                Assert.True(charge.Amount(figure).Scaled == reached.Price.Pico * figure.Nano + (Int128)reached.FlatFee.Pico * 1_000_000_000, $"seed {seed}, round {round}: {figure} in {Text(tiers)} costs {charge.Amount(figure)}");
            }
        }
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void Splitting_a_quantity_over_events_and_partitions_never_changes_the_amount(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var figure = random.NextInt64(1, 2_000_000_000_000);
            MeteredCharge charge = random.Next(4) switch
            {
                0 => new PerUnit { Key = "c", Name = "c", Meter = Sum, Where = [], Price = RandomPrice(random) },
                1 => new Graduated { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = RandomTiers(random, hasFees: true) },
                2 => new Volume { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = RandomTiers(random, hasFees: true) },
                _ => new Package { Key = "c", Name = "c", Meter = Sum, Where = [], Size = new Quantity(random.NextInt64(1, 1_000_000_000_000)), Price = RandomPrice(random) },
            };
            var plan = Plan(charge);
            var pieces = new List<long>();
            for (var left = figure; left > 0; left -= pieces[^1]) pieces.Add(pieces.Count == 30 ? left : random.NextInt64(1, left + 1));
            var partitions = Enumerable.Range(0, 3).Select(_ => new PeriodUsage()).ToList();
            foreach (var piece in pieces) Use(partitions[random.Next(3)], plan, piece);
            var split = new PeriodUsage();
            foreach (var partition in partitions.OrderBy(_ => random.Next())) split.Add(partition);
            var whole = new PeriodUsage();
            Use(whole, plan, figure);
            Assert.True(Total(plan, split) == Total(plan, whole), $"seed {seed}, round {round}: {charge.GetType().Name} of {new Quantity(figure)} in {pieces.Count} pieces costs {Total(plan, split)}, in one {Total(plan, whole)}");
        }
    }

    private static void Use(PeriodUsage usage, PlanRevision plan, long nano) =>
        usage.Add(new MeterKey(plan.Id, Sum.Key, Sum.Aggregation, ""), Sum.Aggregation, new MeterTotal { Count = 1, Nano = nano });

    private static string Total(PlanRevision plan, PeriodUsage usage)
    {
        var schedule = new BillingSchedule(BillingInterval.Month, 1, 1, DateTimeZone.Utc);
        var period = schedule.Period(314);
        var terms = new PeriodTerms(new SubscriptionId("s"), period, Euro, RoundingMode.HalfUp, [new TermsSpan(period.Start, period.End, plan, new Dictionary<string, Quantity>(StringComparer.Ordinal))]);
        return string.Join(';', Price.Arrears(terms, usage, period.End).Select(line => $"{line.Quantity} = {line.Amount}"));
    }

    private static PlanRevision Plan(Charge charge) => new(1, "p", "p", 1, BillingInterval.Month, [charge]);

    private static UnitPrice RandomPrice(Random random) => UnitPrice.Parse($"{random.Next(0, 50)}.{random.NextInt64(0, 1_000_000_000_000):D12}", Euro);

    private static List<Tier> RandomTiers(Random random, bool hasFees)
    {
        var tiers = new List<Tier>();
        var top = 0L;
        for (var i = random.Next(0, 5); i > 0; i--) tiers.Add(new Tier(new Quantity(top += random.NextInt64(1, 400_000_000_000)), RandomPrice(random), Fee()));
        tiers.Add(new Tier(null, RandomPrice(random), Fee()));
        return tiers;

        UnitPrice Fee() => hasFees && random.Next(2) == 0 ? RandomPrice(random) : UnitPrice.Free(Euro);
    }

    private static string Text(IEnumerable<Tier> tiers) => string.Join(", ", tiers.Select(tier => $"to {tier.UpTo?.ToString() ?? "the end"} at {tier.Price} and {tier.FlatFee}"));

    private static Money Abs(Money amount) => amount.Scaled < 0 ? Money.Zero(Euro) - amount : amount;
}
