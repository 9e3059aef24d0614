using System.Text.Json;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.TestKit;
using Rating.Tests.Contracts;
using Rating.Tests.Processes;

namespace Rating.Tests.Serve;

/// <summary>What a real server says about itself when something under it is gone, and that the rest of it goes on.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ServeHealthTests(PostgresServer postgres) : IAsyncLifetime
{
    private MockKafka? _kafka;

    private MockKafka Kafka => _kafka ?? throw new InvalidOperationException("No mock Kafka on this machine.");

    public async Task InitializeAsync()
    {
        if (Rating.Kafka.Librdkafka.Problem is null) _kafka = await MockKafka.StartAsync(1);
    }

    public Task DisposeAsync()
    {
        _kafka?.Dispose();
        return Task.CompletedTask;
    }

    [ServeFact]
    public async Task A_broker_that_goes_away_and_comes_back_is_said_and_balances_are_answered_meanwhile()
    {
        using var world = await ServeWorld.MakeAsync(postgres, Kafka, "health-broker");
        var (server, client) = await world.ServeAsync(world.Settings((_, kafka, _) => kafka["ReadTimeoutSeconds"] = 1));
        using (server)
        using (client)
        {
            RatingProcess.Run(0, "catalog", "put", RatingProgram.Sample("price-book.yaml"), "--data", world.Data);
            RatingProcess.Run(0, "onboard", RatingProgram.Sample("customers.csv"), "--data", world.Data);
            await Kafka.DownAsync(1);
            await SaysAsync(client, 503, "the log does not answer");
            Assert.Equal("acme-office", (await client.GetAsync<JsonElement>("/v1/subscriptions/acme-office/balance", default)).GetProperty("subscription").GetString());
            Assert.Equal(ServeWorld.Partitions, (await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).Count);
            await Kafka.UpAsync(1);
            await SaysAsync(client, 200, "ready");
            server.Terminate(0);
        }
    }

    [ServeFact]
    public async Task A_partition_that_another_server_took_over_is_lost_and_the_other_rates_on()
    {
        using var world = await ServeWorld.MakeAsync(postgres, Kafka, "health-lost");
        var (first, firstClient) = await world.ServeAsync();
        using (first)
        using (firstClient)
        {
            var (second, url) = await RatingProcess.ServeAsync(world.Data + "-2", "--config", world.Settings());
            using (second)
            using (var client = new RatingClient(url))
            {
                await client.SendJsonAsync(HttpMethod.Post, "/v1/events", ProcessData.Event("1"), default);
                await first.SaysAsync("is lost");
                await SaysAsync(firstClient, 503, "is lost");
                Assert.Single(await firstClient.GetAsync<List<PartitionDocument>>("/v1/partitions", default), partition => partition.State == "lost");
                await SaysAsync(client, 200, "ready");
                RatingProcess.Run(0, "audit", "--url", url);
                second.Terminate(0);
            }
        }
    }

    [ServeFact]
    public async Task A_partition_whose_next_records_are_gone_stops_with_the_range_that_is_missing_and_its_neighbours_go_on()
    {
        using var world = await ServeWorld.MakeAsync(postgres, Kafka, "health-range");
        var (server, client) = await world.ServeAsync();
        using (server)
        using (client)
        {
            await client.SendJsonAsync(HttpMethod.Post, "/v1/events", ProcessData.Event("0"), default);
            await CommittedAsync(client, 1);
            server.Terminate(0);
        }

        var partition = PartitionOf.Key(new TenantId("default"), ProcessData.Number(0, 0, 0), ServeWorld.Partitions);
        var topic = new ForeignTopic(Kafka.Bootstrap, world.Topic);
        for (var number = 1; number <= 5; number++) await topic.ProduceAsync(partition, ProcessData.Event($"{number}"));
        await Kafka.DeleteAsync(world.Topic, partition, 4);

        (server, client) = await world.ServeAsync();
        using (server)
        using (client)
        {
            await server.SaysAsync($"partition {partition} is stopped");
            await SaysAsync(client, 503, $"partition {partition} is stopped: Partition {partition}: the log holds positions 4 to 6, but position 1 comes next");
            var neighbour = Enumerable.Range(0, 100).Select(number => $"other {number}").First(subject => PartitionOf.Key(new TenantId("default"), subject, ServeWorld.Partitions) != partition);
            await client.SendJsonAsync(HttpMethod.Post, "/v1/events", ProcessData.Event("n").Replace(ProcessData.Number(0, 0, 0), neighbour, StringComparison.Ordinal), default);
            await CommittedAsync(client, 2);
            // It is tried again and again, and runs for a moment each time.
            List<PartitionDocument> status = [];
            await Until.SoAsync("it is stopped, and its neighbours have no lag", async () => (status = await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).All(one => one.Partition == partition ? one.State == "stopped" : (one.State, one.Lag) == ("running", 0)));
            Assert.Equal(1, status[partition].Committed);
        }
    }

    private static Task<TimeSpan> CommittedAsync(RatingClient client, int records) =>
        Until.SoAsync($"{records} records are committed", async () => (await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).Sum(one => one.Committed) >= records);

    // Waited for together: what is noticed first may have another reason.
    private static async Task SaysAsync(RatingClient client, int status, string text)
    {
        using var http = new HttpClient();
        await Until.SoAsync($"/health/ready answers {status} and says \"{text}\"", async () =>
        {
            using var answer = await http.GetAsync(client.Url + "/health/ready");
            return (int)answer.StatusCode == status && (await answer.Content.ReadAsStringAsync()).Contains(text, StringComparison.Ordinal);
        });
    }
}
