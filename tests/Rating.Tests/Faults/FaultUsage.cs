using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Tests.Processes;

namespace Rating.Tests.Faults;

/// <summary>Two months of usage from a seed, over HTTP and straight into Kafka, with what usage has: legs of calls, repeated records, ids with other content, unknown numbers, hostile records, late ones.</summary>
/// <remarks>Whatever is billed does not depend on which of two equal records comes first, nor on how often a batch is sent: so invoices must not depend on faults.</remarks>
internal sealed class FaultUsage
{
    public const int Accounts = 12;
    public const int Partitions = 4;
    private const int BatchesPerMonth = 24;
    private const int BatchEvents = 40;
    private static readonly string[] Called = ["494066969100", "491729968532", "447700900456", "442079460900", "12125550173", "35315550132", "31655550133"];
    private static readonly string[] Hostile = ["{", "[]", "null", "\u0000\u0001", "{\"specversion\":\"1.0\",\"id\":\"x\"}", "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"s\",\"type\":\"sms.sent\",\"data\":{\"a\":1,\"a\":2}}", new('[', 9_000), new('x', 70_000)];
    private readonly Random _random;
    private int _id;

    public FaultUsage(int seed)
    {
        _random = new Random(seed);
        March = Month(new LocalDate(2026, 3, 6), 25);
        // April's usage, and what comes after March was closed: at most 34 days old by then.
        April = [.. Month(new LocalDate(2026, 4, 2), 26), .. Enumerable.Range(0, 3).Select(_ => Batch(new LocalDate(2026, 3, 30), 2, late: true))];
    }

    /// <summary>When March's usage is taken in.</summary>
    public static readonly Instant InMarch = Instant.FromUtc(2026, 4, 2, 12, 0);

    /// <summary>When April's usage is taken in.</summary>
    public static readonly Instant InApril = Instant.FromUtc(2026, 5, 3, 12, 0);

    public List<UsageBatch> March { get; }

    public List<UsageBatch> April { get; }

    /// <summary>An event of the first account, for tests that add their own.</summary>
    public static string Sms(string id, Instant time, string? partitionKey = null, string type = "sms.sent", string source = "extra") =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"{{source}}","type":"{{type}}","subject":"{{ProcessData.Number(0, 0, 0)}}","time":"{{InstantPattern.ExtendedIso.Format(time)}}"{{(partitionKey is null ? "" : $",\"partitionkey\":\"{partitionKey}\"")}}}""";

    /// <summary>The partition that formats.md says for a key.</summary>
    public static int PartitionOfKey(string key) => PartitionOf.Key(new TenantId("default"), key, Partitions);

    /// <summary>A key that belongs to a partition.</summary>
    public static string KeyOfPartition(int partition) => Enumerable.Range(0, 1_000).Select(number => $"p{number}").First(key => PartitionOfKey(key) == partition);

    private List<UsageBatch> Month(LocalDate from, int days) => [.. Enumerable.Range(0, BatchesPerMonth).Select(_ => Batch(from, days, late: false))];

    private UsageBatch Batch(LocalDate from, int days, bool late)
    {
        var events = new List<string>();
        int? partition = !late && _random.Next(3) == 0 ? _random.Next(Partitions) : null;
        while (events.Count < BatchEvents)
        {
            var kind = _random.Next(100);
            if (kind < 3 && events.Count > 0) events.Add(events[_random.Next(events.Count)]); // again, in the same request
            else if (kind < 5 && partition is not null) events.Add(Hostile[_random.Next(Hostile.Length)]);
            else if (kind < 6) events.Add($$"""{"specversion":"1.0","id":"bad {{_id++}}","source":"pbx-{{_random.Next(3)}}","subject":"1"}"""); // no type
            else events.AddRange(Events(from, days, kind, partition));
        }

        return new UsageBatch(partition, events);
    }

    private IEnumerable<string> Events(LocalDate from, int days, int kind, int? partition)
    {
        var time = InstantPattern.ExtendedIso.Format(from.AtMidnight().InUtc().ToInstant() + Duration.FromMilliseconds(_random.NextInt64((long)days * 86_400_000)));
        var id = $"u{_id++}";
        var subject = kind is 6 or 7 ? ProcessData.Unknown : ProcessData.Number(_random.Next(Accounts), _random.Next(2), _random.Next(2));
        var (type, data) = (kind % 10) switch
        {
            0 => ("sms.sent", "{}"),
            1 => ("recording.stored", $$"""{"gigabytes":{{(_random.Next(10, 900) / 10m).ToString(CultureInfo.InvariantCulture)}}}"""),
            2 => ("lookup.done", "{}"),
            8 when kind == 8 => ("no.such.meter", "{}"),
            _ => ("call.completed", $$"""{"duration_seconds":{{_random.Next(1, 900)}},"called":"{{Called[_random.Next(Called.Length)]}}"}"""),
        };
        var extra = kind is >= 90 and < 93 ? ",\"notbillable\":\"unanswered\"" : "";
        var isCall = kind is >= 93 and < 97;
        // Whoever writes straight into a partition gives a key that belongs there.
        if (partition is { } place) extra += $",\"partitionkey\":\"{KeyOf(place)}\"";
        else if (isCall) extra += $",\"partitionkey\":\"{subject}\"";
        string Event(string name, string with, string what) => $$"""{"specversion":"1.0","id":"{{name}}","source":"pbx-{{_random.Next(1)}}","type":"{{type}}","subject":"{{subject}}","time":"{{time}}"{{with}},"data":{{what}}}""";
        yield return Event(id, isCall ? $"{extra},\"callkey\":\"{id}\"" : extra, data);
        if (isCall) yield return Event($"{id}-leg", $"{extra},\"callkey\":\"{id}\"", data); // either leg bills the same
        if (kind == 97) yield return Event(id, extra, """{"duration_seconds":5,"called":"49","other":"content"}"""); // after the first: it conflicts
    }

    private string KeyOf(int partition)
    {
        while (true)
            if ($"k{_random.Next(1_000)}" is var key && PartitionOfKey(key) == partition) return key;
    }
}
