using System.Text.Json;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Server.Documents;
using Rating.Tests.Contracts;
using Rating.Tests.Processes;

namespace Rating.Tests.Serve;

/// <summary>From a record in Kafka to an alert in another topic, in the stream that somebody follows, and in the list: with a real server.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ServeAlertsTests(PostgresServer postgres, KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    private const string Catalog = """
        {"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","event":"sms.sent"}],
         "plans":[{"key":"p","alerts":[{"key":"spend","thresholds":[{"code":"warn","value":"0.30"},{"code":"beyond","value":"0.20","recurring":true}]}],"charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}
        """;

    [ServeFact]
    public async Task A_threshold_that_usage_reaches_is_published_followed_live_and_listed_once_across_a_kill()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-alerts");
        await kafka.Kafka.CreateTopicAsync("serve-alerts.alerts", 1);
        var settings = world.Settings((_, kafkaSettings, _) => kafkaSettings["AlertsTopic"] = "serve-alerts.alerts");
        var usage = new ForeignTopic(kafka.Kafka.Bootstrap, world.Topic);
        var alerts = new ForeignTopic(kafka.Kafka.Bootstrap, "serve-alerts.alerts");
        var partition = PartitionOf.Key(new TenantId("default"), "n", ServeWorld.Partitions);
        Task SendAsync(int id) => usage.ProduceAsync(partition, $$"""{"specversion":"1.0","id":"{{id}}","source":"theirs","type":"sms.sent","subject":"n","time":"2026-03-10T08:00:00Z"}""");
        var (server, client) = await world.ServeAsync(settings);
        using (server)
        using (client)
        {
            await client.SendJsonAsync(HttpMethod.Put, "/v1/catalog", Catalog, default);
            await client.SendJsonAsync(HttpMethod.Post, "/v1/parties", """{"accounts":[{"id":"a"}],"subscriptions":[{"id":"s","account":"a","start":"2026-03-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"n","subscription":"s","from":"2026-03-01T00:00:00Z"}]}""", default);
            using var http = new HttpClient { Timeout = Until.Patience };
            using var live = new StreamReader(await http.GetStreamAsync(new Uri($"{client.Url}/v1/alerts/stream")));
            Assert.Equal("event: listening", await live.ReadLineAsync());
            for (var id = 1; id <= 3; id++) await SendAsync(id);

            // 3 messages are 0.30.
            var published = Assert.Single(alerts.Read(0, 1));
            var alert = JsonDocument.Parse(published.Text).RootElement;
            Assert.Equal(("s/314/spend/warn/0", "0.30", "0.30"), (alert.GetProperty("id").GetString(), alert.GetProperty("reached").GetString(), alert.GetProperty("value").GetString()));
            Assert.Equal(("1", "alert.threshold"), (published.Header("ce_id"), published.Header("ce_type")));
            var heard = new List<string?>();
            while (heard.Count < 5) heard.Add(await live.ReadLineAsync());
            Assert.Equal(["data: {}", "", "event: alert", "id: s/314/spend/warn/0", $"data: {published.Text}"], heard);
            // What has left and is not remembered as such would leave again.
            await Until.SoAsync("the alert is remembered as handed over", async () => (await client.GetAsync<StatusDocument>("/v1/status", default)).HandOffs.Single(stream => stream.Stream == "outbox").Position >= 1);
            server.Kill();
        }

        (server, client) = await world.ServeAsync(settings);
        using (server)
        using (client)
        {
            for (var id = 3; id <= 7; id++) await SendAsync(id); // one of them again: 0.70 in all
            var published = alerts.Read(0, 3);
            Assert.Equal(["s/314/spend/beyond/1", "s/314/spend/beyond/2", "s/314/spend/warn/0"], published.Select(message => JsonDocument.Parse(message.Text).RootElement.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
            Assert.Equal(["1", "2", "3"], published.Select(message => message.Header("ce_id")));
            Assert.Equal(published.Select(message => message.Text).Order(StringComparer.Ordinal), JsonDocument.Parse(await client.TextAsync("/v1/alerts?subscription=s", default)).RootElement.EnumerateArray().Select(one => one.GetRawText()).Order(StringComparer.Ordinal));
            Assert.Equal("[]", await client.TextAsync("/v1/alerts?subscription=other", default));
            RatingProcess.Run(0, "audit", "--data", world.Data);
            server.Terminate(0);
        }

        Assert.Equal(3, alerts.Count(0));
    }
}
