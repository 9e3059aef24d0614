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
}
