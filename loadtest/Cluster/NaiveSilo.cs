using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Rating.Engine.Books;
using Rating.Engine.Intake;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Cluster;

/// <summary>The denominator of row 3: one silo in which every record is a call of its subscription's grain; the log is in memory.</summary>
internal static class NaiveSilo
{
    public const string Kind = "naive-silo";
    private const int ReadRecords = 1024;

    public static async Task ChildAsync(MemoryRun run)
    {
        var store = await EngineWorld.OnboardedAsync(run.Subscriptions);
        using var book = new Book();
        await foreach (var change in store.ReadBookAsync(0, default)) book.Apply(change);
        await using var log = new GatedLog(EngineWorld.Settings.Partitions);
        await new UsageMaker(run.Subscriptions, isZipf: false, 3).FillAsync(log, run.Subscriptions + run.Records);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(book);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(Outside.FreePort(), Outside.FreePort()));
        using var host = builder.Build();
        await host.StartAsync();
        var silo = new Readers(log, book, host.Services.GetRequiredService<IGrainFactory>());
        await WarmUp.RunAsync(share => silo.RunAsync(share * run.WarmShare));
        Children.Say("ready");
        await Children.AskedAsync();
        Children.Say(await TopicOutcome.OfAsync(run.Records, () => silo.RunAsync(1)));
        await host.StopAsync();
    }

    // A reader per partition, as in the engine; what one read brought is on its way at the same time.
    private sealed class Readers(GatedLog log, Book book, IGrainFactory grains)
    {
        private readonly long[] _positions = new long[log.Partitions];

        public async Task RunAsync(double share)
        {
            await log.ShowAsync(share);
            await Task.WhenAll(Enumerable.Range(0, log.Partitions).Select(partition => Task.Run(() => ReadAsync(partition))));
        }

        private async Task ReadAsync(int partition)
        {
            var decoder = new EventDecoder();
            var calls = new List<Task<bool>>(ReadRecords);
            while (true)
            {
                var records = await log.ReadAsync(partition, _positions[partition], ReadRecords, default);
                if (records.Count == 0) return;
                calls.Clear();
                foreach (var one in records)
                {
                    var record = decoder.Decode(one.Payload.Span, one.Tenant, one.IngestTime, out var problem) ?? throw new InvalidOperationException(problem);
                    calls.Add(grains.GetGrain<INaiveSubscription>(SubscriptionOf(record)).ApplyAsync(record));
                }

                await Task.WhenAll(calls);
                _positions[partition] = records[^1].Position + 1;
            }
        }

        private int SubscriptionOf(Rating.Domain.Usage.UsageRecord record)
        {
            book.EnterRead();
            try
            {
                return book.Tenant(record.Tenant)!.Resolve(record.SubjectUtf8.Span, record.EventTime)!.Index;
            }
            finally
            {
                book.ExitRead();
            }
        }
    }
}
