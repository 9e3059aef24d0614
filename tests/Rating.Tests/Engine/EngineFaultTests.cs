using System.Reflection;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>What once went wrong, or could: faults of the store, stops in the middle, book changes in an awkward order, quantities at the limits.</summary>
public sealed class EngineFaultTests
{
    private const string Meters = """ "meters":[{"key":"sms","event":"sms"}] """;
    private static readonly Instant InMarch = Instant.FromUtc(2026, 3, 10, 12, 0);
    private static readonly Instant InApril = Instant.FromUtc(2026, 4, 3, 0, 0);

    [Fact]
    public async Task What_waits_in_suspense_in_a_partition_that_is_not_open_is_not_left_out_without_a_word()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(1));
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 }, store: store);
        await world.SendAsync(Sms("a", InMarch));
        Assert.Equal(1, Assert.Single(await world.Engine.SuspenseAsync(EngineWorld.Tenant, default)).Count);
        faults.Fails = call => call is nameof(IRatingStore.CommitAsync) or nameof(IRatingStore.TakeOverAsync) ? new Refused("store.denied", "permission denied") : null;
        await world.Engine.Intake.AcceptAsync(EngineWorld.Tenant, [System.Text.Encoding.UTF8.GetBytes(Sms("b", InMarch))], default);
        await Until.SoAsync("the partition is stopped", async () => (await world.Engine.StatusAsync(default))[0].State == Rating.Engine.Views.PartitionState.Stopped);
        Assert.Contains("permission denied", (await Assert.ThrowsAsync<Unavailable>(() => world.Engine.SuspenseAsync(EngineWorld.Tenant, default))).Message, StringComparison.Ordinal);
        faults.Fails = _ => null;
        var waiting = await Until.AvailableAsync("the partition is open again", async () =>
        {
            await world.Engine.CaughtUpAsync(default);
            return await world.Engine.SuspenseAsync(EngineWorld.Tenant, default);
        });
        Assert.Equal(2, Assert.Single(waiting).Count);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_that_the_catalog_of_the_day_lacks_does_not_stop_the_partition()
    {
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 });
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        // A new plan q, in force from today (the default); a customer that is on it since the 1st.
        await PutAsync(world, Catalog("0.10", "p", "q"), null);
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"q"}]}""");
        await world.SendAsync(Sms("a", InMarch - Duration.FromDays(5))).WaitAsync(Until.Patience);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_plan_that_the_catalog_of_the_day_lacks_does_not_stop_bill_runs_and_the_next_start()
    {
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 });
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        await PutAsync(world, Catalog("0.10", "p", "q"), null);
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"q"}]},{"id":"T","account":"B","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        world.Clock.Set(InApril);
        var closing = await Record.ExceptionAsync(() => world.CloseAsync("2026-04-01").WaitAsync(Until.Patience));
        await world.StopAsync();
        var starting = await Record.ExceptionAsync(() => world.OpenAsync().WaitAsync(Until.Patience));
        Assert.True(closing is null && starting is null, $"closing: {closing?.GetType().Name}; starting again: {starting?.GetType().Name}");
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_later_catalog_put_before_one_with_the_same_plan_rates_usage_anew()
    {
        var world = await EngineWorld.StartAsync(InMarch);
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Sms("a", InMarch));
        await PutAsync(world, Catalog("0.20"), "2026-06-01");
        // The price rise is brought forward: the same content, from March on.
        await PutAsync(world, Catalog("0.20"), "2026-03-01");
        Assert.Equal("0.20", (await world.BalanceAsync("S")).Charge.ToText());
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_graceful_stop_while_a_seal_is_being_stored_loses_nothing()
    {
        var (store, faults) = Faulty(1);
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 }, store: store);
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Sms("a", InMarch));
        world.Clock.Set(InApril);
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        // The commit waits in the store's queue when the stop comes; a store may give it up then.
        faults.OnCommit = async (checkpoint, cancellation) =>
        {
            if (!checkpoint.Commands.Contains("seal", StringComparison.Ordinal)) return;
            reached.TrySetResult();
            await goOn.Task.WaitAsync(cancellation);
        };
        var closing = Record.ExceptionAsync(() => world.CloseAsync("2026-04-01"));
        await reached.Task.WaitAsync(Until.Patience);
        var stopping = world.StopAsync();
        goOn.TrySetResult();
        await stopping;
        await closing;
        faults.OnCommit = null;
        var journal = store.ReadJournalAsync(0, default).ToBlockingEnumerable().ToList();
        var starting = await Record.ExceptionAsync(() => world.OpenAsync().WaitAsync(Until.Patience));
        Assert.True(starting is null, $"starting again: {starting?.GetType().Name}; the last checkpoint has the commands {journal[^1].Commands}, seals stored: {(await store.ReadSealsAsync(1, default)).Count}");
        var snapshot = Assert.Single(store.ReadSnapshotsAsync(EngineWorld.Tenant, null, null, default).ToBlockingEnumerable());
        Assert.Contains("\"0.10\"", snapshot.Document, StringComparison.Ordinal);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_command_whose_partition_is_lost_before_its_commit_is_asked_again()
    {
        var (store, faults) = Faulty(1);
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 }, store: store);
        await world.SendAsync(Sms("a", InMarch));
        faults.LedgerFailures = 1;
        Assert.Equal(1, (await world.Engine.RetrySuspenseAsync(EngineWorld.Tenant, default).WaitAsync(Until.Patience)).Tried);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task An_advance_for_a_period_that_a_cancellation_took_away_is_credited()
    {
        await using var world = await EngineWorld.StartAsync(InMarch);
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        world.Clock.Set(InApril);
        var first = Assert.Single((await world.CloseAsync("2026-04-01")).Snapshots);
        Assert.Equal("62.00", first.Total.ToText());
        // Cancelled as of the day up to which it is closed: accepted, but April's 31.00 is billed already.
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","end":"2026-04-01","changes":[{"plan":"p"}]}""", subjects: false);
        world.Clock.Set(Instant.FromUtc(2026, 6, 3, 0, 0));
        await world.CloseAsync();
        var all = store(world).Select(snapshot => Rating.Engine.Documents.BillingDocuments.ReadSnapshot(snapshot.Document)).ToList();
        Assert.Equal(31.00m, all.Sum(snapshot => decimal.Parse(snapshot.Total.ToText(), System.Globalization.CultureInfo.InvariantCulture)));

        static List<StoredSnapshot> store(EngineWorld world) => [.. world.Store.ReadSnapshotsAsync(EngineWorld.Tenant, null, null, default).ToBlockingEnumerable()];
    }

    [Fact]
    public async Task A_large_quantity_that_is_too_old_does_not_stop_the_partition()
    {
        var world = await EngineWorld.StartAsync(InMarch, new RatingSettings { Partitions = 1 });
        await PutAsync(world, Dear("IDR"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Licence("a", InMarch, "1"));
        world.Clock.Set(InMarch + Duration.FromDays(40));
        await world.SendAsync(Licence("b", InMarch, "1000000000000")).WaitAsync(Until.Patience);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_large_quantity_within_the_limits_does_not_stop_the_running_charge()
    {
        await using var world = await EngineWorld.StartAsync(InMarch);
        await PutAsync(world, Dear("IDR"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Licence("a", InMarch, "1000000000000"));
        Assert.Null(await Record.ExceptionAsync(() => world.BalanceAsync("S")));
        world.Clock.Set(InApril);
        Assert.Empty((await world.CloseAsync("2026-04-01")).Parked);
    }

    [Fact]
    public async Task A_resend_into_another_partition_after_the_seal_is_not_billed_again()
    {
        await using var world = await EngineWorld.StartAsync(InMarch);
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 0)));
        world.Clock.Set(InApril);
        await world.CloseAsync("2026-04-01");
        await world.SendAsync(Sms("a", InMarch, KeyOf(world, 1)));
        world.Clock.Set(Instant.FromUtc(2026, 5, 3, 0, 0));
        // April's close: May's seat only.
        Assert.Equal("31.00", Assert.Single((await world.CloseAsync("2026-05-01")).Snapshots).Total.ToText());
    }

    [Fact]
    public async Task A_source_with_a_line_feed_is_counted_under_one_name()
    {
        await using var world = await EngineWorld.StartAsync(InMarch);
        var receipt = await world.Engine.Intake.AcceptAsync(EngineWorld.Tenant, [], [("torn", new byte[] { 1 })], "a\nb", default);
        await world.Engine.DecidedAsync(receipt.Ends, default).WaitAsync(Until.Patience);
        Assert.Equal(0, (await world.Engine.ReconcileAsync(EngineWorld.Tenant, default)).Difference);
    }

    [Fact]
    public async Task Why_an_unknown_event_waits_does_not_depend_on_what_came_before()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 25, 0, 0), new RatingSettings { Partitions = 1 });
        await PutAsync(world, Catalog("0.10"), "2026-01-01");
        // From the 20th a meter for faxes exists, which plan p does not charge for: p stays the same revision.
        await PutAsync(world, Catalog("0.10").Replace("""{"key":"sms","event":"sms"}""", """{"key":"sms","event":"sms"},{"key":"fax","event":"fax"}""", StringComparison.Ordinal), "2026-03-20");
        await PartiesAsync(world, """{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}""");
        await world.SendAsync(Sms("a", Instant.FromUtc(2026, 3, 24, 0, 0)));
        await world.SendAsync(Sms("b", InMarch).Replace("\"sms\"", "\"fax\"", StringComparison.Ordinal));
        Assert.Equal(1, (await world.VerdictsAsync()).GetValueOrDefault((Verdict.Suspended, VerdictReason.UnknownMeter)));
        await world.MustBeCleanAsync("no price or unknown meter");
    }

    private static Task<Rating.Engine.Books.CatalogVersion> PutAsync(EngineWorld world, string catalog, string? from) =>
        world.Engine.PutCatalogAsync(EngineWorld.Tenant, catalog, from is null ? null : LocalDatePattern.Iso.Parse(from).Value, default);

    private static Task PartiesAsync(EngineWorld world, string subscriptions, bool subjects = true) => world.Engine.PutPartiesAsync(
        EngineWorld.Tenant,
        $$"""{"accounts":[{"id":"A"},{"id":"B"}],"subscriptions":[{{subscriptions}}]{{(subjects ? ",\"subjects\":[{\"subject\":\"49\",\"subscription\":\"S\",\"from\":\"2026-01-01T00:00:00Z\"}]" : "")}}}""", default).WaitAsync(Until.Patience);

    private static string Catalog(string price, params string[] plans) =>
        $$"""{"currency":"EUR",{{Meters}},"plans":[{{string.Join(',', (plans.Length == 0 ? ["p"] : plans).Select(plan => $$"""{"key":"{{plan}}","charges":[{"key":"seat","model":"recurring","timing":"advance","price":"31.00"},{"key":"sms","model":"perUnit","meter":"sms","price":"{{price}}"}]}"""))}}]}""";

    private static string Dear(string currency) =>
        $$"""{"currency":"{{currency}}","meters":[{"key":"l","event":"licence","value":"n"}],"plans":[{"key":"p","charges":[{"key":"l","model":"perUnit","meter":"l","price":"200000"}]}]}""";

    private static string Licence(string id, Instant time, string value) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"app","type":"licence","subject":"49","time":"{{InstantPattern.ExtendedIso.Format(time)}}","data":{"n":{{value}} } }""";

    private static string Sms(string id, Instant time, string key = "k") =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"app","type":"sms","subject":"49","partitionkey":"{{key}}","time":"{{InstantPattern.ExtendedIso.Format(time)}}"}""";

    private static string KeyOf(EngineWorld world, int partition) =>
        Enumerable.Range(0, 1000).Select(i => $"key{i}").First(key => Rating.Engine.Intake.PartitionOf.Key(EngineWorld.Tenant, key, world.Log.Partitions) == partition);

    private static (IRatingStore Store, FaultyStore Faults) Faulty(int partitions)
    {
        var store = DispatchProxy.Create<IRatingStore, FaultyStore>();
        var faults = (FaultyStore)(object)store;
        faults.Inner = new MemoryRatingStore(partitions);
        return (store, faults);
    }
}
