using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Kafka;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;
using Rating.Postgres;
using Rating.Server.Hosting;

namespace Rating.Loadtest.Pipeline;

/// <summary>The engine on Kafka and PostgreSQL in a process of its own: loads, says so, and then does what it is told.</summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    public const string Kind = "engine";

    /// <summary>Works through what the topic has, until every record's verdict is committed.</summary>
    public const string Rate = "rate";

    /// <summary>Asks for the running charge of a subscription so many times.</summary>
    public const string Balance = "balance";

    /// <summary>Closes and bills as if it were this instant.</summary>
    public const string Bill = "bill";

    private readonly KafkaUsageLog _log;
    private readonly PostgresRatingStore _store;
    private readonly GatedLog _gated;
    private readonly RatingEngine _engine;
    private readonly FixedClock _clock;

    private EngineProcess(KafkaUsageLog log, PostgresRatingStore store, GatedLog gated, RatingEngine engine, FixedClock clock) => (_log, _store, _gated, _engine, _clock) = (log, store, gated, engine, clock);

    public static async Task ChildAsync(TopicRun run)
    {
        if (run.WarmTopic.Length > 0)
        {
            await using var warm = await OpenAsync(run, run.WarmTopic, run.WarmDatabase);
            await WarmUp.RunAsync(async share =>
            {
                await warm._gated.ShowAsync(share);
                await warm._engine.CaughtUpAsync(default);
            });
        }

        var watch = Stopwatch.StartNew();
        await using var side = await OpenAsync(run, run.Topic, run.Database);
        Children.Say(watch.Elapsed.TotalSeconds);
        while (await Children.AskedAsync() is { } line)
            switch (line.Split(' '))
            {
                case [Rate]: Children.Say(await side.RateAsync(run.Records)); break;
                case [Balance, var subscription, var times]: Children.Say(await side.BalanceAsync(new SubscriptionId(subscription), int.Parse(times, CultureInfo.InvariantCulture))); break;
                case [Bill, var at]: Children.Say(await side.BillAsync(InstantPattern.General.Parse(at).Value)); break;
                default: throw new ArgumentException($"{line}: not known");
            }
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _store.DisposeAsync();
        await _log.DisposeAsync();
    }

    private static async Task<EngineProcess> OpenAsync(TopicRun run, string topic, string database)
    {
        var log = await Outside.OpenLogAsync(run, topic);
        var store = await Outside.OpenStoreAsync(database);
        var (gated, clock) = (new GatedLog(log), new FixedClock());
        var installation = new Installation(gated, store, Outside.Settings, clock, Customers.Tenant, Seller.None) { Cluster = run.IsSilo ? Outside.ClusterOn(database) : null };
        var engine = await EngineStart.StartAsync(installation, NullLogger.Instance, default);
        // One process opens its partitions before it answers; a silo afterwards.
        while (engine.NotReady.Count > 0) await Task.Delay(20);
        return new EngineProcess(log, store, gated, engine, clock);
    }

    private async Task<TopicOutcome> RateAsync(int records)
    {
        var left = records - (int)(await _engine.StatusAsync(default)).Sum(partition => partition.Committed);
        var outcome = await TopicOutcome.OfAsync(left, () =>
        {
            _gated.Open();
            return _engine.CaughtUpAsync(default);
        });
        return outcome with { Verdicts = await VerdictsAsync(records) };
    }

    // After a check that each record has a verdict, and one that made-up usage should get.
    private async Task<string> VerdictsAsync(int records)
    {
        var counts = (await _store.ReadVerdictsAsync(default)).GroupBy(one => one.Verdict).ToDictionary(same => same.Key, same => same.Sum(one => one.Count));
        var text = string.Join(" ", counts.OrderBy(one => one.Key).Select(one => $"{one.Key}={one.Value}"));
        if (counts.Values.Sum() != records || counts.GetValueOrDefault(Verdict.Rated) + counts.GetValueOrDefault(Verdict.Duplicate) != records) throw new InvalidOperationException($"{records} records got the verdicts {text}");
        return text;
    }

    private async Task<double[]> BalanceAsync(SubscriptionId subscription, int times)
    {
        var millis = new double[times];
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await _engine.BalanceAsync(Customers.Tenant, subscription, default);
            millis[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return millis;
    }

    private async Task<Bills> BillAsync(Instant at)
    {
        _clock.At = at;
        await _engine.CloseAsync(Customers.Tenant, null, null, null, default);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var count = 0;
        await foreach (var invoice in _store.ReadInvoicesAsync(Customers.Tenant, null, default))
        {
            count++;
            hash.AppendData(Encoding.UTF8.GetBytes($"{invoice.Number} {invoice.Document}\n"));
        }

        return new Bills(count, Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>All invoices: how many, and a hash of their numbers and documents.</summary>
    internal sealed record Bills(int Invoices, string Hash);
}
