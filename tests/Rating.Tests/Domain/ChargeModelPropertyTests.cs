using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Tests.Domain;

/// <summary>What holds for every charge model, over made-up prices and usage. A failure says its seed.</summary>
public sealed class ChargeModelPropertyTests
{
    private static readonly Currency Euro = Currency.Of("EUR");
    private static readonly Meter Sum = new() { Key = "m", Name = "m", Unit = "", EventType = "e", Value = "v", Aggregation = Aggregation.Sum, Dimensions = [], Filter = [] };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Splitting_a_quantity_over_events_and_partitions_never_changes_a_charge_on_the_total(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var charge = Model(random);
            var whole = new Quantity(random.NextInt64(0, 2_000_000_000_000));
            var parts = Split(random, whole);
            var partitions = new MeterTotal[3];
            foreach (var part in parts) partitions[random.Next(3)].Add(Aggregation.Sum, part, Record(random), "");
            var total = default(MeterTotal);
            foreach (var partition in partitions.OrderBy(_ => random.Next())) total.Combine(Aggregation.Sum, partition);
            Assert.True(charge.Amount(whole) == charge.Amount(total.Figure(Aggregation.Sum)), $"seed {seed}, round {round}: {charge.GetType().Name}, {whole} in {parts.Count} parts");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Charges_that_look_at_single_events_do_not_depend_on_arrival(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var charge = new Percentage
            {
                Key = "c", Name = "c", Meter = Sum, Where = [], Rate = UnitPrice.ParsePercent($"{random.Next(0, 500)}", Euro), Fee = Price(random), Minimum = random.Next(2) == 0 ? null : Price(random),
                Maximum = random.Next(2) == 0 ? null : UnitPrice.Parse("5", Euro), FreeCount = random.Next(3) == 0 ? null : random.Next(5), FreeAmount = random.Next(3) == 0 ? null : Quantity.Of(random.Next(50)), IsFreeBoundExclusive = random.Next(2) == 0,
            };
            var entries = Enumerable.Range(0, random.Next(1, 20)).Select(i => new RunEntry(Instant.FromUnixTimeSeconds(random.Next(5)), $"s{random.Next(2)}", $"{i}", Quantity.Of(random.Next(-2, 30)).Nano)).ToList();
            Money? first = null;
            for (var shuffle = 0; shuffle < 5; shuffle++)
            {
                var runs = new[] { new UsageRun(), new UsageRun(), new UsageRun() };
                foreach (var entry in entries.OrderBy(_ => random.Next())) runs[random.Next(3)].Add(entry);
                var run = UsageRun.Merge(UsageRun.Merge(runs[2], runs[0]), runs[1]);
                Assert.True(run.Entries.ToArray().SequenceEqual(entries.Order()), $"seed {seed}, round {round}: the run is out of order");
                var amount = charge.Amount(new ChargeUsage { Figure = new Quantity(entries.Aggregate(Int128.Zero, (sum, next) => sum + next.Nano)), Count = entries.Count, Events = run });
                Assert.True((first ??= amount) == amount, $"seed {seed}, round {round}: {first} first, then {amount}");
            }
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Volume_and_stairstep_never_charge_two_tiers(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var tiers = Tiers(random);
            var (exclusive, figure) = (random.Next(2) == 0, new Quantity(random.NextInt64(0, 400_000_000_000)));
            if (random.Next(3) == 0 && tiers[0].UpTo is { } bound) figure = bound;
            var reached = tiers.First(tier => tier.UpTo is not { } top || (exclusive ? figure < top : figure <= top));
            var volume = new Volume { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = tiers, IsBoundExclusive = exclusive };
            var step = new Stairstep { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = tiers, IsBoundExclusive = exclusive };
            Assert.True(volume.Amount(figure) == reached.Price * figure + reached.FlatFee * Quantity.One, $"seed {seed}, round {round}: volume of {figure}");
            Assert.True(step.Amount(figure) == reached.Price * Quantity.One, $"seed {seed}, round {round}: stairstep of {figure}");
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Graduated_is_monotone_and_jumps_by_flat_fees_only(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var tiers = Tiers(random);
            var charge = new Graduated { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = tiers, IsBoundExclusive = random.Next(2) == 0 };
            var steepest = tiers.Max(tier => tier.Price.Pico);
            for (var i = 0; i < 20; i++)
            {
                var (low, step) = (new Quantity(random.NextInt64(0, 400_000_000_000)), new Quantity(random.NextInt64(1, 50_000_000_000)));
                if (i < tiers.Count - 1) (low, step) = (tiers[i].UpTo!.Value - new Quantity(1), new Quantity(2));
                var rise = charge.Amount(low + step) - charge.Amount(low);
                var fees = tiers.Where(tier => tier.UpTo is null || tier.UpTo > low).Where(tier => !ReferenceEquals(tier, tiers[0]) && Bound(tiers, tier) >= low && Bound(tiers, tier) <= low + step).Aggregate(Money.Zero(Euro), (sum, tier) => sum + tier.FlatFee * Quantity.One);
                Assert.True(rise >= Money.Zero(Euro), $"seed {seed}, round {round}: it falls at {low}");
                Assert.True(rise <= UnitPriceOf(steepest) * step + fees, $"seed {seed}, round {round}: it jumps at {low} by {rise}");
            }
        }
    }

    private static Quantity Bound(List<Tier> tiers, Tier tier) => tiers[Enumerable.Range(0, tiers.Count).First(i => ReferenceEquals(tiers[i], tier)) - 1].UpTo!.Value;

    private static UnitPrice UnitPriceOf(long pico) => UnitPrice.Parse((pico / 1_000_000_000_000m).ToString(System.Globalization.CultureInfo.InvariantCulture), Euro);

    private static UnitPrice Price(Random random) => UnitPrice.Parse((random.Next(0, 3000) / 1000m).ToString(System.Globalization.CultureInfo.InvariantCulture), Euro);

    private static List<Tier> Tiers(Random random)
    {
        var bounds = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.NextInt64(1, 300_000_000_000)).Distinct().Order().ToList();
        return [.. bounds.Select(bound => new Tier(new Quantity(bound), Price(random), Price(random))), new Tier(null, Price(random), Price(random))];
    }

    private static MeteredCharge Model(Random random) => random.Next(8) switch
    {
        0 => new Graduated { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = Tiers(random), IsFreeAtZero = random.Next(2) == 0 },
        1 => new Volume { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = Tiers(random), IsBoundExclusive = random.Next(2) == 0 },
        2 => new Stairstep { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = Tiers(random) },
        3 => new Package { Key = "c", Name = "c", Meter = Sum, Where = [], Size = new Quantity(random.NextInt64(1, 100_000_000_000)), Price = Price(random), IsRoundedDown = random.Next(2) == 0, FreeUnits = Quantity.Of(random.Next(10)) },
        4 => new TieredBlocks
        {
            Key = "c", Name = "c", Meter = Sum, Where = [], IsTopOnly = random.Next(2) == 0,
            Tiers = [new BlockTier(new Quantity(random.NextInt64(1, 50_000_000_000)), Price(random), random.Next(1, 9)), new BlockTier(new Quantity(random.NextInt64(1, 90_000_000_000)), Price(random), null)],
        },
        5 => new PerUnit { Key = "c", Name = "c", Meter = Sum, Where = [], Price = Price(random), FreeUnits = Quantity.Of(random.Next(10)) },
        6 => new VolumePercentage { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = Tiers(random) },
        _ => new Graduated { Key = "c", Name = "c", Meter = Sum, Where = [], Tiers = Tiers(random), IsPercentage = true },
    };

    private static List<Quantity> Split(Random random, Quantity whole)
    {
        var parts = new List<Quantity>();
        var rest = whole.Nano;
        while (rest > 0 && parts.Count < 20)
        {
            var part = (Int128)random.NextInt64(0, (long)rest + 1);
            parts.Add(new Quantity(part));
            rest -= part;
        }

        parts.Add(new Quantity(rest));
        return parts;
    }

    private static UsageRecord Record(Random random)
    {
        var record = UsageRecord.Blank();
        record.Source = "s";
        record.Id = $"{random.Next()}";
        return record;
    }
}
