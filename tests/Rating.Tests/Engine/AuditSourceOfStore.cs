using Rating.Audit;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Documents;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>What the auditor reads, read from a log and a store.</summary>
internal sealed class AuditSourceOfStore(IUsageLog log, IRatingStore store, RatingEngine? engine, TenantId tenant) : IAuditSource
{
    public int Partitions => log.Partitions;

    public AuditSettings Settings { get; init; } = new();

    public IEnumerable<AuditBookChange> Book() => store.ReadBookAsync(0, default).ToBlockingEnumerable().Select(change => new AuditBookChange(change.Sequence, change.Tenant.Value, change.RecordedAt, change.Document));

    public IEnumerable<AuditLogRecord> Log(int partition)
    {
        var end = log.EndAsync(partition, default).AsTask().GetAwaiter().GetResult();
        for (long position = 0; position < end;)
            foreach (var record in log.ReadAsync(partition, position, 1000, default).AsTask().GetAwaiter().GetResult())
            {
                for (; record.Kind == LogRecordKind.Gap && position < record.Position; position++) yield return new AuditLogRecord(position, 0, record.Tenant.Value, (int)record.Kind, default);
                position = record.Position + 1;
                yield return new AuditLogRecord(record.Position, record.IngestTimeMs, record.Tenant.Value, (int)record.Kind, record.Payload);
            }
    }

    public IEnumerable<AuditCheckpoint> Checkpoints(int partition) =>
        store.ReadJournalAsync(partition, default).ToBlockingEnumerable().Select(entry => new AuditCheckpoint(entry.Number, entry.FirstPosition, entry.NextPosition, entry.BookSequence, entry.Commands));

    public IEnumerable<ReadOnlyMemory<byte>> LedgerBlocks(int partition) =>
        store.ReadLedgerAsync(partition, 0, null, default).ToBlockingEnumerable().Select(block => (ReadOnlyMemory<byte>)Rating.Engine.Partitions.LedgerBlocks.Expand(block.Bytes));

    public IEnumerable<string> Snapshots() => store.ReadSnapshotsAsync(tenant, null, null, default).ToBlockingEnumerable().Select(snapshot => snapshot.Document);

    public IEnumerable<string> Invoices() => store.ReadInvoicesAsync(tenant, null, default).ToBlockingEnumerable().Select(invoice => invoice.Document);

    public IEnumerable<string> Balances() => engine is null
        ? []
        : engine.Book.Read(book => book.Tenant(tenant)?.Subscriptions.Keys.ToList() ?? []).Select(id => BillingDocuments.Write(engine.BalanceAsync(tenant, new SubscriptionId(id), default).GetAwaiter().GetResult()));

    public IEnumerable<AuditCount> Received() => log.ReceivedAsync(default).GetAwaiter().GetResult().Select(count => new AuditCount(count.Tenant.Value, count.Source, count.IngestHour, count.Count));

    public IEnumerable<AuditVerdictCount> Verdicts() => store.ReadVerdictsAsync(default).GetAwaiter().GetResult()
        .Select(count => new AuditVerdictCount(count.Tenant.Value, count.Source, count.IngestHour, (byte)count.Verdict, (byte)count.Reason, count.Count));
}
