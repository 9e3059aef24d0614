using System.Text;
using NodaTime;
using Rating.Engine.Intake;
using Rating.Engine.Log;

namespace Rating.Loadtest.World;

/// <summary>Made-up usage for the sample tariff: JSON events of 165 bytes on average, 1 % of them repetitions; from a seed.</summary>
/// <param name="subscriptions">How many subscriptions use something.</param>
/// <param name="isZipf">Whether the first subscriptions use more than the others (exponent 1), instead of all the same.</param>
/// <param name="seed">Makes the ids different from those of another seed.</param>
internal sealed class UsageMaker(int subscriptions, bool isZipf, int seed)
{
    private static readonly string[] Destinations = ["494066969", "498912345", "4915112345", "4420794609", "4477001234", "3314567890", "1212555010", "4312345678"];
    private const int BatchRecords = 10_000;
    private readonly Random _random = new(seed);
    private readonly double _zipfScale = Math.Log(subscriptions + 1.0);
    private readonly List<LogAppend> _recent = [];
    private long _next;

    /// <summary>Even usage goes over all subscriptions by a step that has no divisor in common with their number.</summary>
    private int Subscription() => FirstEvery > 0 && _next % FirstEvery == 0 ? 0 : isZipf ? Math.Min(subscriptions - 1, (int)(Math.Exp(_random.NextDouble() * _zipfScale) - 1)) : (int)(_next * 7_919 % subscriptions);

    /// <summary>Whether the subscription decides the partition, instead of the subject.</summary>
    public bool IsKeyedBySubscription { get; init; }

    /// <summary>Every so many-th record is of the first subscription, whatever else; 0 for none.</summary>
    public int FirstEvery { get; init; }

    /// <summary>How many bytes its events had.</summary>
    public long Bytes { get; private set; }

    /// <summary>Appends records to a log.</summary>
    public async Task FillAsync(IUsageLog log, int records)
    {
        foreach (var batch in Batches(log.Partitions, records)) await log.AppendAsync(batch, default);
    }

    /// <summary>Makes records for a log of so many partitions.</summary>
    public IEnumerable<IReadOnlyList<LogAppend>> Batches(int partitions, int records)
    {
        for (var left = records; left > 0;)
        {
            var batch = new List<LogAppend>(BatchRecords);
            for (; left > 0 && batch.Count < BatchRecords; left--) batch.Add(Next(partitions));
            yield return batch;
        }
    }

    private LogAppend Next(int partitions)
    {
        if (_recent.Count == 1000 && _random.Next(100) == 0) return _recent[_random.Next(_recent.Count)];
        var subscription = Subscription();
        _next++;
        var subject = Customers.Subject(subscription, _random.Next(2));
        var time = Instant.FromUtc(2026, 3, 1, 0, 0) + Duration.FromSeconds(_random.Next(20 * 86_400));
        var (type, data) = _random.Next(100) switch
        {
            < 70 => ("call.completed", $"\"duration_seconds\":{1 + _random.Next(600)},\"called\":\"{Destinations[_random.Next(Destinations.Length)]}{_random.Next(10)}\""),
            < 85 => ("sms.sent", ""),
            < 90 => ("recording.stored", $"\"gigabytes\":{_random.Next(900) / 10m}"),
            // A trunk has no lookups, no fax and no meetings.
            < 95 when IsTeam(subscription) => ("lookup.done", ""),
            < 98 when IsTeam(subscription) => ("fax.sent", $"\"pages\":{1 + _random.Next(20)}"),
            < 100 when IsTeam(subscription) => ("meeting.held", $"\"host\":\"h{_random.Next(8)}\""),
            _ => ("sms.sent", ""),
        };
        var text = $"{{\"specversion\":\"1.0\",\"id\":\"{seed}-{_next}\",\"source\":\"pbx\",\"type\":\"{type}\",\"subject\":\"{subject}\",\"time\":\"{time:uuuu-MM-dd'T'HH:mm:ss'Z'}\",\"data\":{{{data}}}}}";
        var bytes = Encoding.UTF8.GetBytes(text);
        Bytes += bytes.Length;
        var append = new LogAppend(PartitionOf.Key(Customers.Tenant, IsKeyedBySubscription ? Customers.Id(subscription) : subject, partitions), Customers.Tenant, "pbx", LogRecordKind.Event, FixedClock.Now, bytes);
        if (_recent.Count < 1000) _recent.Add(append);
        else _recent[_random.Next(1000)] = append;
        return append;
    }

    public static bool IsTeam(int subscription) => subscription % 2 == 0;

    public static string Plan(int subscription) => IsTeam(subscription) ? "team" : "trunk";
}
