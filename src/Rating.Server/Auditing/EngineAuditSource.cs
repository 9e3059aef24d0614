using System.Text.Json.Nodes;
using NodaTime;
using Rating.Audit;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.BillRuns;
using Rating.Engine.Documents;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Server.Auditing;

/// <summary>Hands the auditor what log and store hold, as plain values: the one place where the auditor's world and the engine's meet.</summary>
internal sealed class EngineAuditSource : IAuditSource
{
    private const int LogRecordsPerRead = 10_000;
    private const int BalancesMax = 10_000;
    private readonly RatingEngine _engine;
    private readonly IUsageLog _log;
    private readonly long[] _ends;
    private readonly IReadOnlyList<string> _balances;

    private EngineAuditSource(RatingEngine engine, IUsageLog log, RatingSettings settings, long[] ends, IReadOnlyList<string> balances)
    {
        (_engine, _log, _ends, _balances) = (engine, log, ends, balances);
        Settings = new AuditSettings(settings.DedupeHorizonDays, (int)settings.LateWindow.TotalDays, (int)settings.FutureTolerance.TotalHours);
    }

    /// <inheritdoc/>
    public int Partitions => _log.Partitions;

    /// <inheritdoc/>
    public AuditSettings Settings { get; }

    private IRatingStore Store => _engine.Store;

    /// <summary>Takes the running charges and the ends of the log; everything else is read when the auditor asks for it.</summary>
    public static async Task<EngineAuditSource> ReadAsync(RatingEngine engine, IUsageLog log, RatingSettings settings, CancellationToken cancellation)
    {
        var subscriptions = engine.Book.Read(book => book.Tenants.SelectMany(tenant => tenant.Subscriptions.Values).Select(entry => (Tenant: entry.Tenant.Id, entry.Subscription.Id)).ToList());
        var balances = new List<string>();
        foreach (var (tenant, id) in subscriptions.Take(BalancesMax))
        {
            // The document as callers get it; the tenant beside, for the auditor has no caller to tell it.
            var balance = JsonNode.Parse(await engine.BalanceDocumentAsync(tenant, id, cancellation))!.AsObject();
            balance["tenant"] = tenant.Value;
            balances.Add(balance.ToJsonString());
        }

        await engine.AlertedAsync(cancellation);
        var ends = new long[log.Partitions];
        for (var i = 0; i < ends.Length; i++) ends[i] = await log.EndAsync(i, cancellation);
        return new EngineAuditSource(engine, log, settings, ends, balances);
    }

    /// <inheritdoc/>
    public IEnumerable<AuditBookChange> Book() =>
        Store.ReadBookAsync(0, CancellationToken.None).ToBlockingEnumerable().Select(change => new AuditBookChange(change.Sequence, change.Tenant.Value, change.RecordedAt, change.Document));

    /// <inheritdoc/>
    public IEnumerable<AuditLogRecord> Log(int partition)
    {
        for (var position = 0L; position < _ends[partition];)
        {
            var records = Records(partition, position);
            if (records.Count == 0) yield break;
            foreach (var record in records)
            {
                // A gap stands for all positions since the record before; the auditor takes each by itself.
                for (; record.Kind == LogRecordKind.Gap && position < record.Position && position < _ends[partition]; position++)
                    yield return new AuditLogRecord(position, record.IngestTimeMs, record.Tenant.Value, (int)record.Kind, record.Payload);
                if (record.Position < _ends[partition]) yield return new AuditLogRecord(record.Position, record.IngestTimeMs, record.Tenant.Value, (int)record.Kind, record.Payload);
                position = record.Position + 1;
            }
        }
    }

    private IReadOnlyList<LogRecord> Records(int partition, long position)
    {
        try
        {
            return _log.ReadAsync(partition, position, LogRecordsPerRead, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (LogRangeMissingException gone)
        {
            // Without the records nothing about them can be proved, and asking again does not bring them back.
            throw new Refused("audit.log", gone.Message);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<AuditCheckpoint> Checkpoints(int partition) => Store.ReadJournalAsync(partition, CancellationToken.None).ToBlockingEnumerable()
        .Select(entry => new AuditCheckpoint(entry.Number, entry.FirstPosition, entry.NextPosition, entry.BookSequence, entry.Commands));

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> LedgerBlocks(int partition) =>
        Store.ReadLedgerAsync(partition, 0, null, CancellationToken.None).ToBlockingEnumerable().Select(block => (ReadOnlyMemory<byte>)Engine.Partitions.LedgerBlocks.Expand(block.Bytes));

    /// <inheritdoc/>
    public IEnumerable<string> Snapshots() => Tenants().SelectMany(tenant => Store.ReadSnapshotsAsync(tenant, null, null, CancellationToken.None).ToBlockingEnumerable()).Select(snapshot => snapshot.Document);

    /// <inheritdoc/>
    public IEnumerable<string> Invoices() => Tenants().SelectMany(tenant => Store.ReadInvoicesAsync(tenant, null, CancellationToken.None).ToBlockingEnumerable())
        .Select(invoice => InvoiceSections.TextAsync(Store, invoice, CancellationToken.None).GetAwaiter().GetResult());

    /// <inheritdoc/>
    public IEnumerable<string> Balances() => _balances;

    /// <inheritdoc/>
    public IEnumerable<string> Alerts() => Tenants().SelectMany(tenant => Store.ReadAlertsAsync(tenant, null, CancellationToken.None).ToBlockingEnumerable()).Select(alert => alert.Document);

    /// <inheritdoc/>
    public bool AlertsAreMade => _engine.IsAlone;

    /// <inheritdoc/>
    public IEnumerable<AuditCount> Received() =>
        _log.ReceivedAsync(CancellationToken.None).GetAwaiter().GetResult().Select(count => new AuditCount(count.Tenant.Value, count.Source, count.IngestHour, count.Count));

    /// <inheritdoc/>
    public IEnumerable<AuditVerdictCount> Verdicts() => Store.ReadVerdictsAsync(CancellationToken.None).GetAwaiter().GetResult()
        .Select(count => new AuditVerdictCount(count.Tenant.Value, count.Source, count.IngestHour, (byte)count.Verdict, (byte)count.Reason, count.Count));

    private List<TenantId> Tenants() => _engine.Book.Read(book => book.Tenants.Select(tenant => tenant.Id).ToList());
}
