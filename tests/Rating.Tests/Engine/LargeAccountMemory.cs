using System.Globalization;
using NodaTime;
using Rating.Domain;
using Rating.Sqlite;
using Rating.Tests.Contracts;
using Xunit.Abstractions;

namespace Rating.Tests.Engine;

/// <summary>What closing and invoicing one account takes of memory beyond what its book takes: once for an account, once for one ten times as large.</summary>
public sealed class LargeAccountMemory(ITestOutputHelper output)
{
    [Measurement]
    public async Task Peak_while_an_account_is_closed()
    {
        foreach (var subscriptions in new[] { 10_000, 100_000 }) await CloseAsync(subscriptions);
    }

    private async Task CloseAsync(int subscriptions)
    {
        using var folder = new TemporaryFolder();
        using var data = DataFolder.Open(folder.Path);
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0), store: data.OpenStore());
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","meters":[{"key":"m","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"c","name":"SMS","model":"perUnit","meter":"m","price":"0.25"},{"key":"seat","name":"Seat","model":"recurring","timing":"arrears","price":"2"},{"key":"line","name":"Line","model":"recurring","timing":"advance","price":"3"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"acc"}]}""", default);
        foreach (var some in Enumerable.Range(0, subscriptions).Chunk(5_000))
            await world.Engine.PutPartiesAsync(EngineWorld.Tenant, $$"""{"subscriptions":[{{string.Join(',', some.Select(i => $$"""{"id":"s{{i:000000}}","account":"acc","start":"2026-03-01","changes":[{"plan":"p"}]}"""))}}]}""", default);
        world.Clock.Set(Instant.FromUtc(2026, 4, 3, 0, 0));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long peak = 0;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() =>
        {
            // What lives, not what waits to be collected.
            while (!stop.Token.WaitHandle.WaitOne(20)) peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true));
        });
        using var closed = System.Text.Json.JsonDocument.Parse(await world.Engine.CloseDocumentAsync(EngineWorld.Tenant, new AccountId("acc"), null, null, default));
        await stop.CancelAsync();
        await watching;
        Assert.Equal((subscriptions, 1), (closed.RootElement.GetProperty("snapshotCount").GetInt32(), closed.RootElement.GetProperty("invoices").GetArrayLength()));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subscriptions} subscriptions: {before >> 20} MiB before, {(peak - before) / 1024.0 / 1024:0.0} MiB more at most, of which {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / 1024:0.0} stay in the book"));
    }
}
