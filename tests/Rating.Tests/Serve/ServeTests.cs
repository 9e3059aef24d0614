using System.Text.Json;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Engine.Views;
using Rating.Server.Commands;
using Rating.Server.Documents;
using Rating.TestKit;
using Rating.Tests.Contracts;
using Rating.Tests.Processes;
using Rating.Tests.Server;

namespace Rating.Tests.Serve;

/// <summary>Real servers over Kafka and PostgreSQL: the sample provider's month, with figures that samples/README.md works out by hand.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ServeTests(PostgresServer postgres, KafkaFixture kafka) : IClassFixture<KafkaFixture>
{
    [ServeFact]
    public async Task A_month_on_Kafka_and_PostgreSQL_has_the_invoices_of_the_samples_across_a_kill()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-month");
        var (server, client) = await world.ServeAsync();
        var received = 0L;
        using (server)
        using (client)
        {
            RatingProcess.Run(0, "catalog", "put", RatingProgram.Sample("price-book.yaml"), "--data", world.Data);
            RatingProcess.Run(0, "onboard", RatingProgram.Sample("customers.csv"), "--url", client.Url);
            var calls = world.Copy(RatingProgram.Sample("cdr/asterisk-2026-03.csv"));
            received += RatingProcess.Json("import", calls, "--map", "asterisk", "--data", world.Data).GetProperty("received").GetInt64();
            var usage = new DemoUsage(client, File.ReadLines(RatingProgram.Sample("usage/events.ndjson")).Where(line => line.Length > 0).ToList());
            await usage.PostAllAsync(default);
            received += usage.Received;
            // Killed with what it has acknowledged and not stored yet.
            server.Kill();
        }

        (server, client) = await world.ServeAsync();
        using (server)
        using (client)
        {
            RatingProcess.Run(0, "audit", "--data", world.Data);
            RatingProcess.Run(0, "close", "--all", "--through", "2026-04-01", "--data", world.Data);
            MustBeTheSamples(await InvoicesAsync(client), received, await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default));
            RatingProcess.Run(0, "audit", "--data", world.Data);
            server.Terminate(0);
        }

        (server, client) = await world.ServeAsync();
        using (server)
        using (client)
        {
            MustBeTheSamples(await InvoicesAsync(client), received, await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default));
            RatingProcess.Run(0, "audit", "--url", client.Url);
        }
    }

    private static async Task<List<InvoiceDocument>> InvoicesAsync(RatingClient client)
    {
        var invoices = new List<InvoiceDocument>();
        foreach (var one in await client.GetAsync<List<InvoiceSummary>>("/v1/invoices", default)) invoices.Add(InvoiceDocument.Read(await client.TextAsync($"/v1/invoices/{one.Number}", default)));
        return invoices;
    }

    private static void MustBeTheSamples(List<InvoiceDocument> invoices, long received, ReconciliationDocument report) =>
        Assert.Empty(DemoExpectation.Compare(RunningServer.Samples, invoices, received, report));

    [ServeFact]
    public async Task A_log_on_Kafka_goes_with_the_embedded_store_and_the_embedded_log_with_PostgreSQL()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-mixed");
        foreach (var (log, store) in new[] { ("kafka", "sqlite"), ("sqlite", "postgres") })
        {
            var data = $"{world.Data}-{log}";
            var places = new[] { "--config", world.Settings(), "--log", log, "--store", store };
            for (var round = 0; round < 2; round++)
            {
                var (server, url) = await RatingProcess.ServeAsync(data, places);
                using (server)
                using (var client = new RatingClient(url))
                {
                    await client.SendJsonAsync(HttpMethod.Post, "/v1/events", ProcessData.Event($"{log} {round}"), default);
                    RatingProcess.Run(0, "audit", "--data", data);
                    Assert.Equal(round + 1, (await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default)).Decided);
                    server.Terminate(0);
                }
            }
        }
    }

    [ServeFact]
    public async Task Records_of_others_poison_among_them_get_one_verdict_each_and_what_is_rejected_and_invoiced_leaves_by_topics_of_its_own()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-others");
        foreach (var what in new[] { "invoices", "alerts", "rejected" }) await kafka.Kafka.CreateTopicAsync($"serve-others.{what}", 1);
        var settings = world.Settings((_, kafkaSettings, _) =>
        {
            foreach (var what in new[] { "Invoices", "Alerts", "Rejected" }) kafkaSettings[$"{what}Topic"] = $"serve-others.{what.ToLowerInvariant()}";
        });
        var topic = new ForeignTopic(kafka.Kafka.Bootstrap, world.Topic);
        var (server, client) = await world.ServeAsync(settings);
        using (server)
        using (client)
        {
            RatingProcess.Run(0, "catalog", "put", RatingProgram.Sample("price-book.yaml"), "--data", world.Data);
            RatingProcess.Run(0, "onboard", RatingProgram.Sample("customers.csv"), "--data", world.Data);
            // A number of the sample customers; a text costs nothing here, only the verdicts count.
            const string subject = "493023125001";
            var partition = PartitionOf.Key(new TenantId("default"), subject, ServeWorld.Partitions);
            string Sms(string id) => $$"""{"specversion":"1.0","id":"{{id}}","source":"theirs","type":"sms.sent","subject":"{{subject}}","time":"2026-03-10T08:00:00Z"}""";
            await topic.ProduceAsync(partition, Sms("structured, no header"));
            await topic.ProduceAsync(partition, null);
            await topic.ProduceAsync(partition, "");
            await topic.ProduceAsync(partition, "{\"specversion\":");
            await topic.ProduceAsync(partition, new string('x', 900_000));
            await topic.ProduceAsync(partition, "", ("ce_specversion", "1.0"), ("ce_id", "binary"), ("ce_source", "theirs"), ("ce_type", "sms.sent"), ("ce_subject", subject), ("ce_time", "2026-03-10T08:00:01Z"), ("content-type", "application/json"));
            await topic.ProduceAsync(partition, "[1", ("ce_specversion", "1.0"), ("ce_id", "broken data"), ("ce_source", "theirs"), ("ce_type", "sms.sent"), ("content-type", "application/json"));
            await topic.ProduceAsync(partition, Sms("structured, no header"));
            await topic.ProduceAsync(partition, Sms("last"));
            var report = await DecidedAsync(client, 9);
            Assert.Equal((3, 1, 5), (report.Verdicts.Rated, report.Verdicts.Duplicate, report.Verdicts.Rejected));
            Assert.Equal((9, 0), (report.Received, report.Difference));

            var rejected = new ForeignTopic(kafka.Kafka.Bootstrap, "serve-others.rejected").Read(0, 5);
            Assert.All(rejected, message => Assert.Equal(("malformed", $"{partition}"), (message.Header("rating-reason"), message.Header("rating-partition"))));
            Assert.Equal(["1", "2", "3", "4", "6"], rejected.Select(message => message.Header("rating-position")));
            Assert.All(rejected, message => Assert.NotEqual("", message.Header("rating-detail")));
            Assert.Equal("{\"specversion\":", rejected[2].Text);

            RatingProcess.Run(0, "close", "--all", "--through", "2026-04-01", "--data", world.Data);
            var invoices = await InvoicesAsync(client);
            var published = new ForeignTopic(kafka.Kafka.Bootstrap, "serve-others.invoices").Read(0, invoices.Count);
            Assert.Equal(invoices.Select(invoice => invoice.Number), published.Select(message => InvoiceDocument.Read(message.Text).Number));
            Assert.Equal(Enumerable.Range(1, invoices.Count).Select(id => $"{id} invoice.finalised"), published.Select(message => $"{message.Header("ce_id")} {message.Header("ce_type")}"));
            RatingProcess.Run(0, "audit", "--data", world.Data);
            // What has left and is not remembered as such would leave again.
            var decided = (long)postgres.Server.Run(world.Database, $"SELECT min(number) FROM rating.checkpoint WHERE partition = {partition} AND next_position > 6")!;
            await Until.SoAsync("all that has left is remembered", async () =>
                (await client.GetAsync<StatusDocument>("/v1/status", default)).HandOffs.ToDictionary(stream => stream.Stream, stream => stream.Position) is var positions
                && positions["outbox"] >= invoices.Count && positions[$"rejected/{partition}"] >= decided);
            server.Kill();

            // Another poison record after a restart: nothing that left before leaves again.
            var (next, anew) = await world.ServeAsync(settings);
            using (next)
            using (anew)
            {
                await topic.ProduceAsync(partition, "the last one");
                await DecidedAsync(anew, 10);
                Assert.Equal("the last one", new ForeignTopic(kafka.Kafka.Bootstrap, "serve-others.rejected").Read(0, 6)[5].Text);
                Assert.All((await anew.GetAsync<StatusDocument>("/v1/status", default)).HandOffs, stream => Assert.Equal("", stream.Problem));
                // For lag tools: how far was read. Committed by itself, every few seconds.
                await Until.SoAsync("the group's offset is 10", () => Task.FromResult(topic.Committed("rating", partition) >= 10));
                next.Terminate(0);
            }

            Assert.Equal(6, new ForeignTopic(kafka.Kafka.Bootstrap, "serve-others.rejected").Count(0));
            Assert.Equal(invoices.Count, new ForeignTopic(kafka.Kafka.Bootstrap, "serve-others.invoices").Count(0));
        }
    }

    // All are there once the count has come so far: a reconciliation waits for nothing.
    private static async Task<ReconciliationDocument> DecidedAsync(RatingClient client, long count)
    {
        ReconciliationDocument report = null!;
        await Until.SoAsync($"{count} records are decided", async () => (report = await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", default)).Decided >= count);
        return report;
    }

    [ServeFact]
    public async Task Metrics_traces_and_logs_reach_an_OTLP_receiver_and_a_batch_is_linked_to_the_request_whose_records_it_rates()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-telemetry");
        using var receiver = new OtlpReceiver();
        var settings = world.Settings((rating, _, _) => rating["Telemetry"] = new Dictionary<string, object> { ["Endpoint"] = receiver.Endpoint, ["TracesPercent"] = 0, ["MetricsEverySeconds"] = 1, ["Logs"] = "json" });
        var server = RatingProcess.Start("serve", "--data", world.Data, "--urls", "http://127.0.0.1:0", "--config", settings);
        using (server)
        {
            await server.SaysAsync("Rating answers at ");
            await server.SaysAsync("ready");
            // A caller's trace is kept whatever share of others is, and its batch with it.
            const string trace = "0af7651916cd43dd8448eb211c80319c";
            using var http = new HttpClient { BaseAddress = new Uri(server.Url!) };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new StringContent(ProcessData.Event("traced"), System.Text.Encoding.UTF8, "application/cloudevents+json") };
            request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
            using (var answer = await http.SendAsync(request)) Assert.Equal(202, (int)answer.StatusCode);
            await receiver.MustReceiveAsync(
                "metrics", "rating.records", "rating.intake.events", "rating.checkpoint.duration", "rating.checkpoint.size", "rating.partition.lag", "rating.partition.state", "rating.ids.remembered", "rating.ids.memory",
                "messaging.client.sent.messages", "messaging.client.consumed.messages", "messaging.client.operation.duration", "db.client.operation.duration", "http.server.request.duration", "unknownSubject");
            await receiver.MustReceiveAsync("traces", "intake", $"send {world.Topic}", "rate", "checkpoint", "POST /v1/events");
            await receiver.MustReceiveAsync("logs", "all partitions are loaded");
            server.Terminate(0);
            // The request's own spans carry its trace id, and so does the link of the batch: a trace of its own.
            var id = System.Text.Encoding.Latin1.GetString(Convert.FromHexString(trace));
            Assert.InRange(receiver.Of("traces").Split(id).Length - 1, 4, 8);
            Assert.Contains("\"Message\":\"all partitions are loaded; ready\"", server.Error, StringComparison.Ordinal);
        }
    }

    [ServeFact]
    public async Task A_folder_whose_data_are_elsewhere_is_never_taken_for_an_empty_one()
    {
        using var world = await ServeWorld.MakeAsync(postgres, kafka.Kafka, "serve-elsewhere");
        var (server, client) = await world.ServeAsync();
        using (server)
        {
            client.Dispose();
            server.Terminate(0);
        }

        Assert.Contains("log=kafka store=postgres", RatingProcess.Run(1, "reconcile", "--data", world.Data).Error, StringComparison.Ordinal);
        Assert.Contains("log=kafka store=postgres", RatingProcess.Run(1, "serve", "--data", world.Data, "--urls", "http://127.0.0.1:0").Error, StringComparison.Ordinal);
        // The same database under another topic: its positions would mean other records.
        await kafka.Kafka.CreateTopicAsync("serve-elsewhere-2", ServeWorld.Partitions);
        var other = world.Settings((_, kafkaSettings, _) => kafkaSettings["Topic"] = "serve-elsewhere-2");
        Assert.Contains("kafka:serve-elsewhere", RatingProcess.Run(1, "serve", "--data", world.Data + "-2", "--urls", "http://127.0.0.1:0", "--config", other).Error, StringComparison.Ordinal);
    }

    [ServeFact]
    public async Task A_server_whose_broker_and_database_are_away_says_so_and_starts_when_they_come()
    {
        using var own = await TestKit.MockKafka.StartAsync(1);
        using var world = await ServeWorld.MakeAsync(postgres, own, "late");
        await own.DownAsync(1);
        var settings = world.Settings((_, kafkaSettings, _) => kafkaSettings["ReadTimeoutSeconds"] = 1);
        using var server = RatingProcess.Start("serve", "--data", world.Data, "--urls", "http://127.0.0.1:0", "--config", settings);
        await server.SaysAsync("Rating answers at ");
        await server.SaysAsync("the engine cannot start yet");
        using var http = new HttpClient { BaseAddress = new Uri(server.Url!) };
        Assert.Equal("live", await http.GetStringAsync("/health/live"));
        using (var ready = await http.GetAsync("/health/ready"))
        {
            Assert.Equal(503, (int)ready.StatusCode);
            Assert.Contains("Kafka did not answer", JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await own.UpAsync(1);
        await server.SaysAsync("; ready");
        // Log and store are asked, too, and have two seconds to answer.
        await Until.SoAsync("it is ready", async () =>
        {
            using var ready = await http.GetAsync("/health/ready");
            return (int)ready.StatusCode == 200 && await ready.Content.ReadAsStringAsync() == "ready";
        });
    }
}
