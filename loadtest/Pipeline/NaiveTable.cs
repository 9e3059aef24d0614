using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>The denominator of row 9, what people write first: every record becomes a row, by COPY into a table indexed by subscription and time, and is summed when asked for.</summary>
/// <remarks>Kinder than real: it recognises no repetition, rates nothing, and finds the subscription in a dictionary. A COPY of its own per 10,000 rows, or second, is its commit.</remarks>
internal sealed class NaiveTable
{
    public const string Kind = "naive";

    /// <summary>Copies the topic into the table.</summary>
    public const string Copy = "copy";

    /// <summary>Sums the usage of a subscription so many times.</summary>
    public const string Sum = "sum";

    private const int CommitRows = 10_000;
    private const string Create = "CREATE TABLE usage (subscription text NOT NULL, at timestamptz NOT NULL, type text NOT NULL, quantity numeric NOT NULL); CREATE INDEX ON usage (subscription, at)";
    private const string Into = "COPY usage (subscription, at, type, quantity) FROM STDIN (FORMAT binary)";
    private const string Sums = "SELECT type, count(*), sum(quantity) FROM usage WHERE subscription = $1 AND at >= '2026-03-01' AND at < '2026-04-01' GROUP BY type";
    private readonly TopicRun _run;
    private readonly NpgsqlConnection _connection;
    private readonly Dictionary<string, string> _subscriptions = new(StringComparer.Ordinal);

    private NaiveTable(TopicRun run, NpgsqlConnection connection)
    {
        (_run, _connection) = (run, connection);
        for (var i = 0; i < run.Subscriptions; i++)
            for (var which = 0; which < 2; which++) _subscriptions[Customers.Subject(i, which)] = Customers.Id(i);
    }

    public static async Task ChildAsync(TopicRun run)
    {
        await using var connection = new NpgsqlConnection(run.Database);
        await connection.OpenAsync();
        var table = new NaiveTable(run, connection);
        await table.RunAsync(Create);
        await WarmUp.RunAsync(share => table.CopyAsync(run.WarmTopic, (int)(share * run.WarmRecords)));
        await table.RunAsync("TRUNCATE usage");
        Children.Say("ready");
        while (await Children.AskedAsync() is { } line)
            switch (line.Split(' '))
            {
                case [Copy]: Children.Say(await table.CopyAsync()); break;
                case [Sum, var subscription, var times]: Children.Say(await table.SumAsync(subscription, int.Parse(times, CultureInfo.InvariantCulture))); break;
                default: throw new ArgumentException($"{line}: not known");
            }
    }

    private async Task<TopicOutcome> CopyAsync()
    {
        var outcome = await TopicOutcome.OfAsync(_run.Records, () => CopyAsync(_run.Topic, _run.Records));
        await RunAsync("VACUUM ANALYZE usage");
        return outcome;
    }

    private async Task CopyAsync(string topic, int records)
    {
        using var consumer = RawConsumer.Open(_run, topic);
        for (var left = records; left > 0;)
        {
            await using var rows = await _connection.BeginBinaryImportAsync(Into);
            var since = Stopwatch.GetTimestamp();
            for (var count = 0; left > 0 && count < CommitRows && Stopwatch.GetElapsedTime(since).TotalSeconds < 1; count++, left--)
            {
                var usage = JsonSerializer.Deserialize<UsageEvent>(RawConsumer.Next(consumer), JsonSerializerOptions.Web)!;
                await rows.StartRowAsync();
                await rows.WriteAsync(_subscriptions[usage.Subject], NpgsqlDbType.Text);
                await rows.WriteAsync(usage.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
                await rows.WriteAsync(usage.Type, NpgsqlDbType.Text);
                await rows.WriteAsync(usage.Data.Duration_Seconds ?? usage.Data.Gigabytes ?? usage.Data.Pages ?? 1, NpgsqlDbType.Numeric);
            }

            await rows.CompleteAsync();
        }
    }

    private async Task<double[]> SumAsync(string subscription, int times)
    {
        await using var command = new NpgsqlCommand(Sums, _connection) { Parameters = { new NpgsqlParameter { Value = subscription } } };
        await command.PrepareAsync();
        var millis = new double[times];
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await using var rows = await command.ExecuteReaderAsync();
            long count = 0;
            while (await rows.ReadAsync()) count += rows.GetInt64(1);
            millis[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (count < NaiveCopy.HeavyRecordsMin) throw new InvalidOperationException($"subscription {subscription} has {count} rows");
        }

        return millis;
    }

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record UsageEvent(string Id, string Source, string Type, string Subject, DateTimeOffset Time, UsageData Data);

    // Named as in the event.
    private sealed record UsageData(decimal? Duration_Seconds, decimal? Gigabytes, decimal? Pages);
}
