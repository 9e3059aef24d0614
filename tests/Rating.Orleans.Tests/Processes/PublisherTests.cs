using System.Globalization;
using System.Text;
using System.Text.Json;
using Rating.Engine;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Xunit.Abstractions;

namespace Rating.Orleans.Tests.Processes;

/// <summary>What one process of a cluster does at a time: publishing, and carrying out the close orders of a topic. Real processes.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PublisherTests(ClusterServers servers, ITestOutputHelper output)
{
    [ClusterFact]
    public async Task One_silo_publishes_and_reads_triggers_and_when_it_is_killed_another_goes_on_in_order()
    {
        using var world = await ClusterWorld.MakeAsync(servers, output, accounts: 8);
        var (invoices, rejected, triggers) = (await servers.TopicAsync(1), await servers.TopicAsync(1), await servers.TopicAsync(1));
        (world.KafkaSettings["InvoicesTopic"], world.KafkaSettings["RejectedTopic"], world.KafkaSettings["TriggersTopic"]) = (invoices, rejected, triggers);
        await world.StartAsync(3);
        await world.OnboardAsync();
        await world.SendAsync(200);
        await world.CaughtUpAsync();
        using var sender = new KafkaSender(servers.Kafka.Bootstrap, triggers);
        Task OrderAsync(string order) => sender.SendAsync(0, Encoding.UTF8.GetBytes(order), 0);

        for (var account = 0; account < 3; account++) await OrderAsync($$"""{"account":"a{{account:000}}","through":"2026-04-01"}""");
        await OrderAsync("no order");
        await PublishedAsync(3);
        var first = await PublisherAsync();
        for (var account = 3; account < 6; account++) await OrderAsync($$"""{"account":"a{{account:000}}","through":"2026-04-01"}""");
        var doomed = world.Take(first);
        doomed.Server.KillAtOnce();
        doomed.Dispose();
        await OrderAsync("""{"through":"2026-04-01"}""");
        await PublishedAsync(world.Accounts);
        Assert.InRange(await PublisherAsync(), 0, 1);

        // Whoever passes over what he has seen gets each invoice once, in the order of their ids.
        var ids = TopicContent.Read(servers.Kafka.Bootstrap, invoices, 1).Records.Select(record => long.Parse(Header(record.Headers, "ce_id"), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, world.Accounts).Select(id => (long)id), ids.Where((id, at) => ids.Take(at).All(before => before < id)));
        Assert.Equal("trigger/3 document.json", Assert.Single(TopicContent.Read(servers.Kafka.Bootstrap, rejected, 1).Records.Select(record => $"{Header(record.Headers, "rating-id")} {Header(record.Headers, "rating-reason")}").Distinct()));
        await world.MustBeSoundAsync();

        Task PublishedAsync(int count) => Until.SoAsync($"{count} invoices are published", () => Task.FromResult(world.Sql("SELECT position FROM rating.handed_off WHERE stream = 'outbox'") is long position && position >= count));

        // Exactly one node says that it publishes.
        async Task<int> PublisherAsync()
        {
            var publishing = new List<int>();
            await Until.SoAsync("a node publishes", async () =>
            {
                publishing.Clear();
                for (var i = 0; i < world.Nodes.Count; i++)
                {
                    using var client = new RatingClient(world.Nodes[i].Url);
                    try
                    {
                        if ((await client.GetAsync<StatusDocument>("/v1/status", default)).HandOffs.Count > 0) publishing.Add(i);
                    }
                    catch (Unavailable)
                    {
                        return false;
                    }
                }

                return publishing.Count > 0;
            });
            return Assert.Single(publishing);
        }
    }

    private static string Header(Confluent.Kafka.Headers headers, string name) => Encoding.UTF8.GetString(headers.GetLastBytes(name));
}
