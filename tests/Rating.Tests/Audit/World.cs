using System.Text;
using NodaTime;
using NodaTime.Text;
using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>A whole store of a test, written by hand: every fault can be planted in it.</summary>
internal sealed class World : IAuditSource
{
    public const string Catalog = """
        { "name": "T", "currency": "EUR",
          "meters": [ { "key": "sms", "event": "sms.sent", "value": "n" }, { "key": "sec", "event": "call.completed", "value": "duration_seconds" }, { "key": "free", "event": "door.opened" } ],
          "decks": [ { "key": "d", "number": "called", "timeZone": "UTC", "rates": [ { "prefix": "49", "destination": "Germany", "perMinute": "0.06" } ] } ],
          "plans": [ { "key": "p", "name": "P", "charges": [
            { "key": "sms", "model": "perUnit", "meter": "sms", "price": "0.10" }, { "key": "calls", "model": "rateDeck", "meter": "sec", "deck": "d" },
            { "key": "seat", "model": "recurring", "timing": "advance", "price": "31.00", "quantity": "seats" }, { "key": "setup", "model": "oneOff", "price": "99.00" } ] } ] }
        """;

    public const string Parties = """
        { "kind": "parties", "accounts": [ { "id": "a1", "name": "A" } ],
          "subscriptions": [ { "id": "s1", "account": "a1", "timeZone": "UTC", "anchorDay": 1, "anchorMonth": 1, "start": "2026-03-01", "end": null, "changes": [ { "from": "2026-03-01", "plan": "p", "quantities": { "seats": "1" } } ] } ],
          "subjects": [ { "subject": "n1", "subscription": "s1", "from": "2026-01-01T00:00:00Z", "to": null }, { "subject": "n2", "subscription": "s1", "from": "2026-01-01T00:00:00Z", "to": null } ] }
        """;

    private readonly List<Partition> _partitions;

    public World(int partitions = 1, bool withBook = true)
    {
        _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];
        if (!withBook) return;
        Change($$"""{ "kind": "catalog", "version": 1, "effectiveFrom": "2026-01-01", "catalog": {{Catalog}} }""");
        Change(Parties);
    }

    public int Partitions => _partitions.Count;
    public AuditSettings Settings { get; } = new();
    public List<AuditBookChange> BookChanges { get; } = [];
    public List<string> SnapshotTexts { get; } = [];
    public List<string> InvoiceTexts { get; } = [];
    public List<string> BalanceTexts { get; } = [];
    public List<string> AlertTexts { get; } = [];
    public List<AuditCount> ReceivedCounts { get; } = [];
    public List<AuditVerdictCount> VerdictCounts { get; } = [];

    public Partition this[int partition] => _partitions[partition];

    public static Instant At(string time) => OffsetDateTimePattern.Rfc3339.Parse(time).Value.ToInstant();

    /// <summary>FNV-1a by the format page; the published vector is a test.</summary>
    public static ulong Fnv(string text) => Encoding.UTF8.GetBytes(text).Aggregate(0xcbf29ce484222325UL, (hash, b) => unchecked((hash ^ b) * 0x100000001b3UL));

    /// <summary>A partition key that falls into a partition.</summary>
    public string KeyFor(int partition) => Enumerable.Range(0, 1000).Select(i => $"k{i}").First(k => (int)(Fnv("t\0" + k) % (ulong)Partitions) == partition);

    public World Change(string document)
    {
        BookChanges.Add(new AuditBookChange(BookChanges.Count + 1, "t", At("2026-01-01T00:00:00Z"), document));
        return this;
    }

    public World Close(int batch, int period, bool supplementary = false) =>
        Change($$"""{ "kind": "close", "batch": {{batch}}, "closes": [ { "subscription": "s1", "period": {{period}}, "supplementary": {{(supplementary ? "true" : "false")}} } ] }""");

    /// <summary>One checkpoint: takes up the whole book so far, carries out the commands, covers the entries.</summary>
    public World Checkpoint(int partition, string commands, params Entry[] entries)
    {
        var p = _partitions[partition];
        var first = p.Log.Count;
        foreach (var e in entries.Where(e => !e.IsLater))
        {
            var (kind, payload) = e.Raw ?? (0, e.Event.Json());
            var ingest = At(e.Ingest).ToUnixTimeMilliseconds();
            p.Log.Add(new AuditLogRecord(p.Log.Count, ingest, "t", kind, Encoding.UTF8.GetBytes(payload)));
            ReceivedCounts.Add(new AuditCount("t", e.Event.Source, ingest / 3_600_000, 1));
            VerdictCounts.Add(new AuditVerdictCount("t", e.Event.Source, ingest / 3_600_000, e.Verdict, e.Reason, 1));
        }
        var at = first;
        p.Ledger.Add([.. entries.Select(e => (e.LaterOn ?? at++, e))]);
        p.Checkpoints.Add(new AuditCheckpoint(p.Checkpoints.Count + 1, first, p.Log.Count, BookChanges.Count, commands));
        return this;
    }

    public AuditReport Audit() => Auditor.Run(this);

    public IEnumerable<AuditBookChange> Book() => BookChanges;
    public IEnumerable<AuditLogRecord> Log(int partition) => _partitions[partition].Log;
    public IEnumerable<AuditCheckpoint> Checkpoints(int partition) => _partitions[partition].Checkpoints;
    public IEnumerable<string> Snapshots() => SnapshotTexts;
    public IEnumerable<string> Invoices() => InvoiceTexts;
    public IEnumerable<string> Balances() => BalanceTexts;
    public IEnumerable<string> Alerts() => AlertTexts;
    public bool AlertsAreMade => true;
    public IEnumerable<AuditCount> Received() => ReceivedCounts;
    public IEnumerable<AuditVerdictCount> Verdicts() => VerdictCounts;

    public IEnumerable<ReadOnlyMemory<byte>> LedgerBlocks(int partition)
    {
        foreach (var block in _partitions[partition].Ledger)
        {
            var writer = new LedgerBlockWriter();
            foreach (var (position, entry) in block) writer.Add(position, entry);
            yield return writer.ToArray();
        }
        foreach (var block in _partitions[partition].ExtraBlocks) yield return block;
    }

    internal sealed class Partition
    {
        public List<AuditLogRecord> Log { get; } = [];
        public List<AuditCheckpoint> Checkpoints { get; } = [];
        public List<List<(long Position, Entry Entry)>> Ledger { get; } = [];
        public List<byte[]> ExtraBlocks { get; } = [];

        /// <summary>Changes a ledger entry.</summary>
        public void Change(int block, int index, Func<Entry, Entry> change) => Ledger[block][index] = (Ledger[block][index].Position, change(Ledger[block][index].Entry));
    }
}
