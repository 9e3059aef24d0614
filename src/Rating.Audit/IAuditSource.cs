namespace Rating.Audit;

/// <summary>What the auditor reads: the stored formats of docs/formats.md as plain values. Each member may be read more than once.</summary>
public interface IAuditSource
{
    /// <summary>Number of partitions of the usage log.</summary>
    int Partitions { get; }

    AuditSettings Settings { get; }

    /// <summary>All changes of the book in order of their sequence.</summary>
    IEnumerable<AuditBookChange> Book();

    /// <summary>The log of a partition from position 0, in order. Payloads stay valid after the enumeration.</summary>
    IEnumerable<AuditLogRecord> Log(int partition);

    /// <summary>The checkpoints of a partition in order of their number.</summary>
    IEnumerable<AuditCheckpoint> Checkpoints(int partition);

    /// <summary>The uncompressed ledger blocks of a partition in order of their checkpoint.</summary>
    IEnumerable<ReadOnlyMemory<byte>> LedgerBlocks(int partition);

    /// <summary>All snapshots as JSON texts.</summary>
    IEnumerable<string> Snapshots();

    /// <summary>All invoices as JSON texts.</summary>
    IEnumerable<string> Invoices();

    /// <summary>Running charges to check, as JSON texts, taken when the partitions stood at their last checkpoints.</summary>
    IEnumerable<string> Balances();

    /// <summary>All alerts as JSON texts, read after the balances.</summary>
    IEnumerable<string> Alerts();

    /// <summary>Whether all alerts that are due for what the balances show are made; else only those of sealed periods are missed.</summary>
    bool AlertsAreMade { get; }

    /// <summary>What the intake counted.</summary>
    IEnumerable<AuditCount> Received();

    /// <summary>What the engine counted.</summary>
    IEnumerable<AuditVerdictCount> Verdicts();
}
