using System.Globalization;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Thresholds of a plan and of a subscription: each is alerted once, with what was seen, whatever crashes between its checkpoint and its alert (docs/formats.md, "Alerts"). A message costs 0.10.</summary>
public sealed class AlertTests
{
    private const string Spend = """{"key":"spend","name":"Spending","thresholds":[{"code":"warn","value":"0.50"},{"code":"limit","value":"1.00"},{"code":"beyond","value":"0.40","recurring":true}]}""";
    private const string Parties = """
        {"accounts":[{"id":"acme"}],"subscriptions":[
          {"id":"a","account":"acme","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"p"}]},
          {"id":"own","account":"acme","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"p"}],"alerts":[{"key":"spend","thresholds":[{"code":"only","value":"0.30"}]},{"key":"count","meter":"m","thresholds":[{"code":"two","value":2}]}]},
          {"id":"quiet","account":"acme","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"q"}]}],
         "subjects":[{"subject":"a","subscription":"a","from":"2026-03-01T00:00:00Z"},{"subject":"own","subscription":"own","from":"2026-03-01T00:00:00Z"},{"subject":"quiet","subscription":"quiet","from":"2026-03-01T00:00:00Z"}]}
        """;

    private int _sent;

    [Fact]
    public async Task A_threshold_is_alerted_once_when_the_value_is_at_it_and_a_recurring_one_at_each_step_beyond()
    {
        await using var world = await StartAsync();
        await SendAsync(world, "a", 4);
        Assert.Empty(await AlertsAsync(world));
        await SendAsync(world, "a", 1); // 0.50: at it
        Assert.Equal(["a/314/spend/warn/0 0.50 at 0.50"], await AlertsAsync(world));
        await SendAsync(world, "a", 13); // 1.80: past the limit, and twice 0.40 beyond it
        Assert.Equal(["a/314/spend/beyond/1 1.40 at 1.80", "a/314/spend/beyond/2 1.80 at 1.80", "a/314/spend/limit/0 1.00 at 1.80", "a/314/spend/warn/0 0.50 at 0.50"], await AlertsAsync(world));
        await SendAsync(world, "a", 1);
        await SendAsync(world, "quiet", 50);
        Assert.Equal(4, (await AlertsAsync(world)).Count);
        await world.MustBeCleanAsync("alerts");
    }

    [Fact]
    public async Task A_period_in_which_nothing_was_used_yet_is_not_looked_at()
    {
        // 1.00 is due without usage, too. It is April, and usage of March comes in.
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 4, 1, 12, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Catalog("").Replace("""{"key":"sms","model":"perUnit","meter":"m","price":"0.10"}""", """{"key":"sms","model":"graduated","meter":"m","tiers":[{"price":"0","flatFee":"1.00"}]}""", StringComparison.Ordinal), null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, Parties, default);
        await SendAsync(world, "own", 1);
        Assert.Equal(["own/314/spend/only/0 0.30 at 1.00"], await AlertsAsync(world));
        await SendAsync(world, "own", 1, day: "2026-04-01");
        Assert.Equal(["own/314/spend/only/0 0.30 at 1.00", "own/315/spend/only/0 0.30 at 1.00"], await AlertsAsync(world));
        await world.MustBeCleanAsync("not used yet");
    }

    [Fact]
    public async Task An_alert_says_what_was_seen_and_leaves_by_the_outbox()
    {
        await using var world = await StartAsync();
        await SendAsync(world, "own", 3);
        Assert.Equal(["own/314/count/two/0 2 at 3", "own/314/spend/only/0 0.30 at 0.30"], await AlertsAsync(world));
        await foreach (var message in world.Store.ReadOutboxAsync(0, default)) Assert.Equal("alert.threshold", message.Topic);
        var document = JsonDocument.Parse((await StoredAsync(world))[1].Document).RootElement;
        var sequence = world.Engine.Book.Sequence;
        Assert.Equal(
            $$"""{"id":"own/314/spend/only/0","tenant":"default","subscription":"own","account":"acme","alert":"spend","name":"spend","threshold":"only","step":0,"period":{"number":314,"start":"2026-03-01","end":"2026-04-01"},"reached":"0.30","value":"0.30","currency":"EUR","asOf":"2026-03-20","bookSequence":{{sequence}},"at":"2026-03-20T12:00:00Z"}""",
            document.GetRawText());
    }

    [Fact]
    public async Task Whoever_takes_over_after_a_crash_between_checkpoint_and_alert_makes_it()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(3));
        await using var world = await StartAsync(store);
        faults.LosesAlerts = _ => true;
        await SendAsync(world, "a", 5, settled: false);
        await faults.AlertsLost.Task.WaitAsync(Until.Patience);
        await world.StopAsync();
        Assert.Empty(await StoredAsync(world));
        faults.LosesAlerts = _ => false;
        await world.OpenAsync();
        Assert.Equal(["a/314/spend/warn/0 0.50 at 0.50"], await AlertsAsync(world));
    }

    [Fact]
    public async Task Usage_in_several_partitions_reaches_a_threshold_together()
    {
        await using var world = await StartAsync();
        for (var i = 0; i < 6; i++) await SendAsync(world, "a", 1, $"key {i}");
        Assert.Equal("a/314/spend/warn/0", Assert.Single(await StoredAsync(world)).Id);
    }

    [Fact]
    public async Task An_alert_that_is_agreed_later_is_made_of_what_was_used_before_and_each_period_begins_anew()
    {
        await using var world = await StartAsync();
        await SendAsync(world, "quiet", 7);
        Assert.Empty(await AlertsAsync(world));
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"subscriptions":[{"id":"quiet","account":"acme","start":"2026-03-01","changes":[{"from":"2026-03-01","plan":"q"}],"alerts":[{"key":"late","meter":"m","thresholds":[{"code":"seven","value":"7"}]}]}]}""", default);
        Assert.Equal(["quiet/314/late/seven/0 7 at 7"], await AlertsAsync(world));
        world.Clock.Set(Instant.FromUtc(2026, 4, 10, 12, 0));
        await SendAsync(world, "quiet", 7, day: "2026-04-09");
        Assert.Equal(["quiet/314/late/seven/0 7 at 7", "quiet/315/late/seven/0 7 at 7"], await AlertsAsync(world));
        await world.MustBeCleanAsync("two periods");
    }

    [Fact]
    public async Task A_catalog_version_that_changes_alerts_alone_begins_no_new_revision_and_looks_at_what_was_used()
    {
        await using var world = await StartAsync();
        await SendAsync(world, "quiet", 7);
        var before = await world.BalanceAsync("quiet");
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Catalog("""{"key":"new","thresholds":[{"code":"x","value":"0.70"}]}"""), null, default);
        Assert.Equal(["quiet/314/new/x/0 0.70 at 0.70"], (await AlertsAsync(world)).Where(alert => alert.StartsWith("quiet", StringComparison.Ordinal)));
        Assert.Equal(before.Periods[0].Usage.Meters.Keys, (await world.BalanceAsync("quiet")).Periods[0].Usage.Meters.Keys);
    }

    [Fact]
    public async Task A_close_makes_the_alerts_that_nobody_had_looked_for()
    {
        var (store, faults) = FaultyStore.Around(new MemoryRatingStore(3));
        await using var world = await StartAsync(store);
        // Whatever the watch finds is lost; the close's own last look is not.
        faults.LosesAlerts = alerts => alerts.Any(alert => !alert.Document.Contains("\"asOf\":\"2026-03-31\"", StringComparison.Ordinal));
        await SendAsync(world, "own", 3, settled: false);
        await faults.AlertsLost.Task.WaitAsync(Until.Patience);
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        await world.CloseAsync();
        Assert.Equal(["own/314/count/two/0 2 at 3", "own/314/spend/only/0 0.30 at 0.30"], (await StoredAsync(world)).Select(Shown));
    }

    [Fact]
    public async Task Who_listens_hears_of_alerts_as_they_are_made()
    {
        await using var world = await StartAsync();
        using var patience = new CancellationTokenSource(Until.Patience);
        await using var heard = (await world.Engine.ListenAsync(EngineWorld.Tenant, patience.Token)).GetAsyncEnumerator(patience.Token);
        await using var elsewhere = (await world.Engine.ListenAsync(new TenantId("other"), patience.Token)).GetAsyncEnumerator(patience.Token);
        var nothing = elsewhere.MoveNextAsync();
        await SendAsync(world, "a", 5);
        Assert.True(await heard.MoveNextAsync());
        Assert.Equal("a/314/spend/warn/0", heard.Current.Id);
        Assert.False(nothing.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await nothing);
    }

    [Theory]
    [InlineData("""{"key":"x","thresholds":[]}""", "alert.threshold")]
    [InlineData("""{"key":"x","thresholds":[{"code":"a","value":0}]}""", "alert.threshold")]
    [InlineData("""{"key":"x","thresholds":[{"code":"a","value":"0.001"}]}""", "amount.decimals")]
    [InlineData("""{"key":"x","thresholds":[{"code":"a","value":1},{"code":"a","value":2}]}""", "alert.threshold")]
    [InlineData("""{"key":"x","thresholds":[{"code":"a","value":1,"recurring":true},{"code":"b","value":2,"recurring":true}]}""", "alert.threshold")]
    [InlineData("""{"key":"x","meter":"nothing","thresholds":[{"code":"a","value":1}]}""", "catalog.meter.unknown")]
    [InlineData("""{"key":"x","meter":"level","thresholds":[{"code":"a","value":1}]}""", "alert.meter")]
    [InlineData("""{"key":"x","thresholds":[{"code":"a","value":1}]},{"key":"x","thresholds":[{"code":"a","value":1}]}""", "alert.twice")]
    public async Task What_cannot_be_watched_is_refused(string alerts, string code)
    {
        await using var world = await StartAsync();
        Assert.Equal(code, (await Assert.ThrowsAsync<Refused>(() => world.Engine.PutCatalogAsync(EngineWorld.Tenant, Catalog(alerts), null, default))).Code);
    }

    private static async Task<EngineWorld> StartAsync(IRatingStore? store = null)
    {
        var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 20, 12, 0), store: store);
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Catalog(""), null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, Parties, default);
        return world;
    }

    private static string Catalog(string alertsOfQ) => $$"""
        {"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"m","event":"sms"},{"key":"level","event":"level","value":"gb","aggregation":"timeWeighted"}],
         "plans":[{"key":"p","alerts":[{{Spend}}],"charges":[{"key":"sms","model":"perUnit","meter":"m","price":"0.10"}]},
                  {"key":"q","alerts":[{{alertsOfQ}}],"charges":[{"key":"sms","model":"perUnit","meter":"m","price":"0.10"}]}]}
        """;

    private async Task SendAsync(EngineWorld world, string subject, int count, string? key = null, bool settled = true, string day = "2026-03-10")
    {
        await world.SendAsync([.. Enumerable.Range(0, count).Select(_ => string.Create(CultureInfo.InvariantCulture,
            $$"""{"specversion":"1.0","id":"{{++_sent}}","source":"test","type":"sms","subject":"{{subject}}","partitionkey":"{{key ?? subject}}","time":"{{day}}T10:00:00Z"}"""))]);
        if (settled) await world.AlertedAsync();
    }

    private static async Task<IReadOnlyList<string>> AlertsAsync(EngineWorld world)
    {
        await world.AlertedAsync();
        return [.. (await StoredAsync(world)).Select(Shown)];
    }

    private static string Shown(StoredAlert alert)
    {
        var document = JsonDocument.Parse(alert.Document).RootElement;
        return $"{alert.Id} {document.GetProperty("reached").GetString()} at {document.GetProperty("value").GetString()}";
    }

    private static async Task<List<StoredAlert>> StoredAsync(EngineWorld world)
    {
        var all = new List<StoredAlert>();
        await foreach (var alert in world.Store.ReadAlertsAsync(EngineWorld.Tenant, null, default)) all.Add(alert);
        return all;
    }
}
