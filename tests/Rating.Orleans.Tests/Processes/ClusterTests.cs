using Rating.Domain;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Xunit.Abstractions;

namespace Rating.Orleans.Tests.Processes;

/// <summary>Three real processes of one cluster.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterTests(ClusterServers servers, ITestOutputHelper output)
{
    [ClusterFact]
    public async Task Three_nodes_rate_balance_and_bill_as_one()
    {
        using var world = await ClusterWorld.MakeAsync(servers, output);
        await world.StartAsync(3);
        await world.OnboardAsync();
        await world.SendAsync(2_000);
        await world.CaughtUpAsync();
        // Each subscription, asked through each node: the same answer, right after the change that made it.
        foreach (var id in new[] { "a000-s", "a007-s", "a019-s" })
        {
            var answers = new List<string>();
            foreach (var node in world.Nodes)
            {
                using var client = new RatingClient(node.Url);
                answers.Add((await client.GetAsync<BalanceDocument>($"/v1/subscriptions/{id}/balance", default)).Charge);
            }

            Assert.Single(answers.Distinct());
        }

        RatingProcess.Run(0, "close", "--all", "--through", "2026-04-01", "--url", world.Nodes[1].Url);
        Assert.Equal((long)world.Accounts, world.Sql("SELECT count(*) FROM rating.invoice"));
        await world.MustBeSoundAsync();
        // A graceful stop hands over with nothing to redo.
        foreach (var node in world.Nodes)
        {
            node.Server.Terminate(0);
            Assert.DoesNotContain("handed over: ", node.Server.Error.Replace("handed over: 0 records", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Contains("handed over: 0 records", string.Concat(world.Nodes.Select(one => one.Server.Error)), StringComparison.Ordinal);
        }
    }

    [ClusterFact]
    public async Task A_running_charge_is_streamed_through_every_node_as_it_changes_and_no_more_often_than_stated()
    {
        using var world = await ClusterWorld.MakeAsync(servers, output);
        await world.StartAsync(3);
        await world.OnboardAsync();
        using var stop = new CancellationTokenSource();
        // Its usage is in one partition, which one node serves: the other two hear of it.
        var streams = await Task.WhenAll(world.Nodes.Select(node => BalanceStream.OpenAsync(node.Url, "a000-s")));
        var load = world.LoadAsync(stop.Token);
        await Task.WhenAll(streams.Select(async stream =>
        {
            while (stream.Updates < 8) await stream.NextAsync();
            Assert.InRange(stream.Updates, 8, stream.MostAt(Limits.BalanceUpdatesPerSecondMax));
        }));
        await stop.CancelAsync();
        await load;
        await world.CaughtUpAsync();
        using var client = new RatingClient(world.Any.Url);
        var charge = (await client.GetAsync<BalanceDocument>("/v1/subscriptions/a000-s/balance", default)).Charge;
        Assert.NotEqual("0.00", charge);
        foreach (var stream in streams)
        {
            while (stream.Current.GetProperty("charge").GetString() != charge) await stream.NextAsync();
            stream.Dispose();
        }
    }
}
