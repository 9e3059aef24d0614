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
            Assert.Contains("the log does not answer", await ReadyAsync(client, 503), StringComparison.Ordinal);
            Assert.Equal("acme-office", (await client.GetAsync<JsonElement>("/v1/subscriptions/acme-office/balance", default)).GetProperty("subscription").GetString());
            Assert.Equal(ServeWorld.Partitions, (await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).Count);
            await Kafka.UpAsync(1);
            Assert.Equal("ready", await ReadyAsync(client, 200));
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
                Assert.Contains("is lost", await ReadyAsync(firstClient, 503), StringComparison.Ordinal);
                Assert.Single(await firstClient.GetAsync<List<PartitionDocument>>("/v1/partitions", default), partition => partition.State == "lost");
                Assert.Equal("ready", await ReadyAsync(client, 200));
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
            Assert.Contains($"partition {partition} is stopped: Partition {partition}: the log holds positions 4 to 6, but position 1 comes next", await ReadyAsync(client, 503), StringComparison.Ordinal);
            var neighbour = Enumerable.Range(0, 100).Select(number => $"other {number}").First(subject => PartitionOf.Key(new TenantId("default"), subject, ServeWorld.Partitions) != partition);
            await client.SendJsonAsync(HttpMethod.Post, "/v1/events", ProcessData.Event("n").Replace(ProcessData.Number(0, 0, 0), neighbour, StringComparison.Ordinal), default);
            await CommittedAsync(client, 2);
            var status = await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default);
            Assert.Equal(("stopped", 1), (status[partition].State, status[partition].Committed));
            Assert.All(status.Where(one => one.Partition != partition), one => Assert.Equal(("running", 0), (one.State, one.Lag)));
        }
    }

    private static Task<TimeSpan> CommittedAsync(RatingClient client, int records) =>
        Until.SoAsync($"{records} records are committed", async () => (await client.GetAsync<List<PartitionDocument>>("/v1/partitions", default)).Sum(one => one.Committed) >= records);

    // The state that is waited for; what it says then.
    private static async Task<string> ReadyAsync(RatingClient client, int status)
    {
        using var http = new HttpClient();
        while (true)
        {
            using var answer = await http.GetAsync(client.Url + "/health/ready");
            if ((int)answer.StatusCode != status) continue;
            var text = await answer.Content.ReadAsStringAsync();
            return status == 200 ? text : JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()!;
        }
    }
}
