using System.Globalization;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Closing while usage, customers and prices move: each case ends with the auditor.</summary>
public sealed class SealingTests
{
    private const string Book = """
        {"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","event":"sms"}],
         "plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","timing":"advance","price":"31.00"},{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]},
                  {"key":"q","interval":"quarter","charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}
        """;

    private static readonly Instant InMarch = Instant.FromUtc(2026, 3, 10, 12, 0);
    private static readonly Instant InApril = Instant.FromUtc(2026, 4, 3, 0, 0);

    [Fact]
    public async Task Usage_for_a_sealed_period_in_a_partition_that_never_saw_the_subscription_is_late_and_billed_with_the_next()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 0)));
        world.Clock.Set(InApril);
        await world.CloseAsync("2026-04-01");
        await world.SendAsync(Sms("b", InMarch, KeyOf(world, 1)));

        Assert.Equal(1, (await world.VerdictsAsync())[(Verdict.Late, VerdictReason.None)]);
        Assert.Equal("0.10", (await world.BalanceAsync("S")).Charge.ToText());
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));
        var next = Assert.Single((await world.CloseAsync("2026-05-01")).Snapshots);
        // 0.10 late, and May's seat in advance: 31.00
        Assert.Equal("31.10", next.Total.ToText());
        Assert.Equal("0.10", Assert.Single(next.Lines, line => line.Kind == LineKind.LateUsage).Amount.ToText());
        await world.MustBeCleanAsync("late in another partition");
    }

    [Fact]
    public async Task Late_usage_after_a_cancellation_goes_to_a_supplementary_invoice()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","end":"2026-03-21","changes":[{"plan":"p"}]}""", "S");
        world.Clock.Set(Instant.FromUtc(2026, 3, 21, 1, 0));
        var last = Assert.Single((await world.CloseAsync(subscription: "S", through: "2026-04-01")).Snapshots);
        // 20 of 31 days at 31.00, nothing in advance
        Assert.Equal("20.00", last.Total.ToText());
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 1)), Sms("b", InMarch, KeyOf(world, 2)));

        var outcome = await world.CloseAsync();
        var supplementary = Assert.Single(outcome.Snapshots);
        Assert.Equal(SnapshotKind.Supplementary, supplementary.Kind);
        Assert.Equal("0.20", supplementary.Total.ToText());
        Assert.Equal("supplementary/S/315", Assert.Single(outcome.Invoices).Cycle);
        Assert.Empty((await world.CloseAsync()).Snapshots);
        await world.MustBeCleanAsync("supplementary");
    }

    [Fact]
    public async Task A_number_ported_in_the_middle_of_a_period_takes_its_usage_along_while_partitions_are_busy()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]},{"id":"T","account":"B","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        var sending = Enumerable.Range(0, 20).Select(i => world.SendAsync([.. Enumerable.Range(0, 50).Select(n => Sms($"{i}-{n}", InMarch + Duration.FromHours(i), $"k{n}"))])).ToList();
        var port = world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"subjects":[{"subject":"49","subscription":"T","from":"2026-03-11T00:00:00Z"}]}""", default);
        await Task.WhenAll([.. sending, port]);
        await world.Engine.CaughtUpAsync(default);

        // hours 0 to 11 are on the 10th, the other 8 on the 11th: 12 x 50 and 8 x 50 messages at 0.10
        Assert.Equal("60.00", (await world.BalanceAsync("S")).Charge.ToText());
        Assert.Equal("40.00", (await world.BalanceAsync("T")).Charge.ToText());
        await world.MustBeCleanAsync("ported");
    }

    [Fact]
    public async Task A_price_change_while_sealing_never_mixes_two_prices_in_what_is_sealed()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        await world.SendAsync([.. Enumerable.Range(0, 300).Select(n => Sms($"{n}", InMarch, $"k{n}"))]);
        world.Clock.Set(InApril);
        var closing = world.CloseAsync("2026-04-01");
        var change = world.Engine.PutCatalogAsync(EngineWorld.Tenant, Book.Replace("0.10", "0.20", StringComparison.Ordinal), new LocalDate(2026, 3, 5), default);
        await Task.WhenAll(closing, change);

        var sms = Assert.Single(Assert.Single((await closing).Snapshots).Lines, line => string.Equals(line.Charge, "sms", StringComparison.Ordinal));
        Assert.Contains(sms.Amount.ToText(), (string[])["30.00", "60.00"]);
        // Late usage of the closed period has the price that was frozen with it.
        await world.SendAsync(Sms("late", InMarch, "z"));
        Assert.Equal(sms.Amount.ToText() == "30.00" ? "0.10" : "0.20", (await world.BalanceAsync("S")).Charge.ToText());
        await world.MustBeCleanAsync("price change while sealing");
    }

    [Fact]
    public async Task A_resend_that_landed_in_another_partition_is_voided_when_the_totals_come_together()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 0)), Sms("b", InMarch, KeyOf(world, 1)));
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 2)), Sms("b", InMarch + Duration.FromHours(1), KeyOf(world, 0)));
        world.Clock.Set(InApril);
        var snapshot = Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots);

        // one "a" and one "b" at 0.10, March's and April's seat
        Assert.Equal("62.20", snapshot.Total.ToText());
        var verdicts = await world.VerdictsAsync();
        Assert.Equal((2L, 1L, 1L), (verdicts[(Verdict.Rated, VerdictReason.None)], verdicts[(Verdict.Duplicate, VerdictReason.None)], verdicts[(Verdict.Suspended, VerdictReason.IdConflict)]));
        await world.MustBeCleanAsync("repeated across partitions");
    }

    [Fact]
    public async Task An_id_that_a_closed_period_billed_is_not_billed_again_in_another_partition_within_the_horizon()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        await world.SendAsync([.. new[] { "a", "b", "c" }.Select(id => Sms(id, InMarch, KeyOf(world, 0)))]);
        world.Clock.Set(InApril);
        // three at 0.10, March's and April's seat
        Assert.Equal("62.30", Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots).Total.ToText());
        // 24 days later: "a" as it was, late; "b" with another time. Only one partition has usage to bill with April.
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 1)), Sms("b", Instant.FromUtc(2026, 4, 2, 0, 0), KeyOf(world, 1)));
        // 41 days later the horizon is over: "c" comes anew.
        world.Clock.Set(InMarch + Duration.FromDays(41));
        await world.SendAsync(Sms("c", InMarch + Duration.FromDays(40), KeyOf(world, 1)));
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));

        // one "c" at 0.10, May's seat
        Assert.Equal("31.10", Assert.Single((await world.CloseAsync("2026-05-01")).Snapshots).Total.ToText());
        var verdicts = await world.VerdictsAsync();
        Assert.Equal((4L, 1L, 1L), (verdicts[(Verdict.Rated, VerdictReason.None)], verdicts[(Verdict.Duplicate, VerdictReason.None)], verdicts[(Verdict.Suspended, VerdictReason.IdConflict)]));
        await world.MustBeCleanAsync("repeated in another partition and period");
    }

    [Fact]
    public async Task What_a_partition_has_forgotten_is_not_billed_twice_with_the_same_time_in_another()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"q"}]}""", "S");
        var inApril = InApril + Duration.FromHours(1);
        world.Clock.Set(inApril);
        await world.SendAsync(Sms("a", inApril, KeyOf(world, 0)), Sms("b", inApril, KeyOf(world, 0)));
        world.Clock.Set(inApril + Duration.FromDays(48));
        await world.SendAsync(Sms("a", inApril, KeyOf(world, 1)), Sms("b", inApril + Duration.FromDays(47), KeyOf(world, 1)));
        world.Clock.Set(Instant.FromUtc(2026, 7, 3, 0, 0));
        await world.CloseAsync("2026-07-01");

        var verdicts = await world.VerdictsAsync();
        Assert.Equal((3L, 1L), (verdicts[(Verdict.Rated, VerdictReason.None)], verdicts[(Verdict.Duplicate, VerdictReason.None)]));
        await world.MustBeCleanAsync("same time beyond the horizon");
    }

    [Fact]
    public async Task An_id_is_looked_for_over_the_whole_horizon_before_the_period()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        world.Clock.Set(InMarch);
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 0)));
        world.Clock.Set(InApril);
        await world.CloseAsync("2026-04-01");
        world.Clock.Set(InMarch + Duration.FromDays(35));
        await world.SendAsync(Sms("a", InMarch + Duration.FromDays(35), KeyOf(world, 1)));
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));

        // May's seat
        Assert.Equal("31.00", Assert.Single((await world.CloseAsync("2026-05-01")).Snapshots).Total.ToText());
        Assert.Equal(1, (await world.VerdictsAsync())[(Verdict.Suspended, VerdictReason.IdConflict)]);
        await world.MustBeCleanAsync("the last day of the horizon");
    }

    [Fact]
    public async Task A_close_reads_as_much_of_the_ledger_however_many_periods_lie_behind_it()
    {
        var (store, reads) = FaultyStore.Around(new MemoryRatingStore(3));
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S", store);
        for (var month = 3; month <= 12; month++)
        {
            var tenth = Instant.FromUtc(2026, month, 10, 12, 0);
            world.Clock.Set(tenth);
            await world.SendAsync(Sms($"{month}", tenth, KeyOf(world, 0)), Sms($"{month}b", tenth, KeyOf(world, 1)));
            // The last of them comes again, in the other partition.
            if (month == 12) await world.SendAsync(Sms("11b", tenth - Duration.FromDays(30), KeyOf(world, 0)));
            var end = new LocalDate(2026, month, 1).PlusMonths(1);
            world.Clock.Set(end.AtMidnight().InUtc().ToInstant() + Duration.FromDays(2));
            var before = reads.LedgerBlocks;
            await world.CloseAsync(NodaTime.Text.LocalDatePattern.Iso.Format(end));
            // Arrivals from 36 days before the period's first: of this month's 10th and of that before, a block of each in each of two partitions.
            // In December November is billed, too: October's as well, and that of the repeat. To take it out, partition 0 reads its arrivals since the last of October once more: three blocks.
            Assert.Equal(month switch { 3 => 2, 12 => 6 + 1 + 3, _ => 4 }, reads.LedgerBlocks - before);
        }

        Assert.Equal(1, (await world.VerdictsAsync())[(Verdict.Duplicate, VerdictReason.None)]);
        await world.MustBeCleanAsync("ten periods");
    }

    [Fact]
    public async Task A_record_that_waited_for_its_number_is_compared_with_what_came_when_it_came()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 0)));
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 1), "50"), Sms("b", InMarch, KeyOf(world, 1), "50"), Sms("c", InMarch, KeyOf(world, 1), "50"), Sms("c", InMarch, KeyOf(world, 2), "50"));
        for (var month = 4; month <= 12; month++)
        {
            world.Clock.Set(Instant.FromUtc(2026, month, 3, 0, 0));
            await world.CloseAsync($"2026-{month:00}-01");
        }

        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"subjects":[{"subject":"50","subscription":"S","from":"2026-03-01T00:00:00Z"}]}""", default);
        await world.Engine.RetrySuspenseAsync(EngineWorld.Tenant, default);
        Assert.Equal(4, (await world.VerdictsAsync())[(Verdict.Late, VerdictReason.None)]);
        world.Clock.Set(Instant.FromUtc(2027, 1, 3, 0, 0));

        // "a" was billed with March, of another number; "b" and one "c" at 0.10, January's seat
        Assert.Equal("31.20", Assert.Single((await world.CloseAsync("2027-01-01")).Snapshots).Total.ToText());
        var verdicts = await world.VerdictsAsync();
        Assert.Equal((2L, 1L, 1L), (verdicts[(Verdict.Late, VerdictReason.None)], verdicts[(Verdict.Duplicate, VerdictReason.None)], verdicts[(Verdict.Suspended, VerdictReason.IdConflict)]));
        await world.MustBeCleanAsync("retried after nine months");
    }

    [Fact]
    public async Task Closing_before_its_time_is_refused_and_changes_nothing()
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        world.Clock.Set(Instant.FromUtc(2026, 4, 1, 23, 59));
        var refused = await Assert.ThrowsAsync<Refused>(() => world.CloseAsync("2026-04-01"));
        Assert.Equal("close.early", refused.Code);
        Assert.Empty((await world.CloseAsync()).Snapshots);
        world.Clock.Set(Instant.FromUtc(2026, 4, 2, 0, 0));
        Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots);
        Assert.Empty((await world.CloseAsync("2026-04-01")).Snapshots);
    }

    [Theory]
    [InlineData(-1, Verdict.Rated)]
    [InlineData(0, Verdict.Rated)]
    [InlineData(1, Verdict.Rated)]
    public async Task The_last_tick_of_a_period_belongs_to_it_and_the_first_of_the_next_does_not(long ticks, Verdict verdict)
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        world.Clock.Set(Instant.FromUtc(2026, 4, 1, 1, 0));
        await world.SendAsync(Sms("a", Instant.FromUtc(2026, 4, 1, 0, 0).PlusTicks(ticks), "k"));
        Assert.Equal(1, (await world.VerdictsAsync())[(verdict, VerdictReason.None)]);
        world.Clock.Set(InApril);
        var snapshot = Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots);
        Assert.Equal(ticks < 0 ? "62.10" : "62.00", snapshot.Total.ToText());
    }

    [Theory]
    [InlineData(0, Verdict.Late)]
    [InlineData(1, Verdict.Rejected)]
    public async Task Late_usage_is_taken_up_to_the_window_and_not_a_millisecond_longer(int millisecondsMore, Verdict verdict)
    {
        await using var world = await WorldAsync("""{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""", "S");
        world.Clock.Set(InApril);
        await world.CloseAsync("2026-04-01");
        world.Clock.Set(InMarch + Duration.FromDays(35) + Duration.FromMilliseconds(millisecondsMore));
        await world.SendAsync(Sms("a", InMarch, "k"));
        Assert.Equal(1, (await world.VerdictsAsync()).Where(count => count.Key.Item1 == verdict).Sum(count => count.Value));
        await world.MustBeCleanAsync("late window");
    }

    [Fact]
    public async Task A_thousand_shuffles_of_one_period_give_byte_identical_snapshots()
    {
        var scenario = new Scenario(4711);
        var (catalog, parties) = (scenario.Catalog("2026-01-01"), scenario.Parties(3));
        var from = Instant.FromUtc(2026, 3, 1, 0, 0);
        // Legs are first come first billed, and an id stands for what came first: neither is a matter of order-free totals.
        var events = Enumerable.Range(0, 400).Select(_ => scenario.Event(from, from + Duration.FromDays(31))).Where(text => !text.Contains("callkey", StringComparison.Ordinal))
            .GroupBy(text => System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("source").GetString() + System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("id").GetString(), StringComparer.Ordinal).Select(group => group.First()).ToArray();
        string? first = null;
        for (var seed = 0; seed < EngineWorld.Rounds(1_000); seed++)
        {
            new Random(seed).Shuffle(events);
            await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 4, 1, 0, 0));
            await world.Engine.PutCatalogAsync(EngineWorld.Tenant, catalog, null, default);
            await world.Engine.PutPartiesAsync(EngineWorld.Tenant, parties, default);
            await world.SendAsync(events);
            world.Clock.Set(Instant.FromUtc(2026, 4, 20, 0, 0));
            await world.CloseAsync("2026-04-15");
            var all = string.Join('\n', world.Store.ReadInvoicesAsync(EngineWorld.Tenant, null, default).ToBlockingEnumerable().Select(invoice => invoice.Document));
            Assert.True(all.Length > 500);
            Assert.True(string.Equals(first ??= all, all, StringComparison.Ordinal), $"shuffle {seed.ToString(CultureInfo.InvariantCulture)} gives other invoices");
        }
    }

    private static async Task<EngineWorld> WorldAsync(string subscriptions, string owner, IRatingStore? store = null)
    {
        var world = await EngineWorld.StartAsync(InMarch + Duration.FromHours(1), store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Book, null, default);
        await world.Engine.PutPartiesAsync(
            EngineWorld.Tenant, $$"""{"accounts":[{"id":"A"},{"id":"B"}],"subscriptions":[{{subscriptions}}],"subjects":[{"subject":"49","subscription":"{{owner}}","from":"2026-01-01T00:00:00Z"}]}""", default);
        return world;
    }

    private static string Sms(string id, Instant time, string key, string subject = "49") =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"app","type":"sms","subject":"{{subject}}","partitionkey":"{{key}}","time":"{{NodaTime.Text.InstantPattern.ExtendedIso.Format(time)}}"}""";

    // A partition key that leads to a partition.
    private static string KeyOf(EngineWorld world, int partition) =>
        Enumerable.Range(0, 1000).Select(i => $"key{i}").First(key => Rating.Engine.Intake.PartitionOf.Key(EngineWorld.Tenant, key, world.Log.Partitions) == partition);
}
