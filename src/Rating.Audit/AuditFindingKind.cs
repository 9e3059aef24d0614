namespace Rating.Audit;

/// <summary>The closed list of what an audit can find wrong.</summary>
public enum AuditFindingKind
{
    /// <summary>A change of the book cannot be read, or its sequence is out of order.</summary>
    BookBroken,

    /// <summary>The positions of a log are not 0, 1, 2, ...</summary>
    LogGap,

    /// <summary>A record lies in another partition than its key says.</summary>
    WrongPartition,

    /// <summary>Checkpoints do not follow each other, or carry a command that cannot be carried out.</summary>
    CheckpointBroken,

    /// <summary>A ledger block cannot be read.</summary>
    LedgerUnreadable,

    /// <summary>A position below the last checkpoint has no verdict (P1).</summary>
    VerdictMissing,

    /// <summary>A position has two first verdicts, or a later decision without a first verdict (P1).</summary>
    VerdictTwice,

    /// <summary>A ledger entry for a position that no checkpoint covers (P1).</summary>
    VerdictBeyondCheckpoint,

    /// <summary>The last ledger entry has another verdict.</summary>
    VerdictDiffers,

    /// <summary>The last ledger entry has another reason.</summary>
    ReasonDiffers,

    /// <summary>The record counts for another subscription.</summary>
    SubscriptionDiffers,

    /// <summary>The record counts in, or is billed with, another period.</summary>
    PeriodDiffers,

    /// <summary>The record was rated with another plan revision.</summary>
    RevisionDiffers,

    /// <summary>A duplicate points to another record.</summary>
    DuplicateOfDiffers,

    /// <summary>A rated call has another destination, duration, billed duration or amount.</summary>
    CallsDiffer,

    /// <summary>The ledger tells another record (id, time, fields, ...) than the log.</summary>
    RecordDiffers,

    /// <summary>A snapshot, invoice or balance cannot be read.</summary>
    DocumentUnreadable,

    /// <summary>Two snapshots of one kind for one subscription and period.</summary>
    SnapshotTwice,

    /// <summary>A snapshot without a close, or of an unknown subscription.</summary>
    SnapshotUnexpected,

    /// <summary>A snapshot was made though a partition has not sealed.</summary>
    SnapshotBeforeSeal,

    /// <summary>A close has no snapshot though a later one of the subscription has.</summary>
    SnapshotMissing,

    /// <summary>Account, currency, period or book sequence of a snapshot.</summary>
    SnapshotHeaderDiffers,

    /// <summary>A line of a snapshot.</summary>
    SnapshotLineDiffers,

    /// <summary>The total of a snapshot is not the sum of its lines.</summary>
    SnapshotTotalDiffers,

    /// <summary>A usage figure of a snapshot.</summary>
    SnapshotUsageDiffers,

    /// <summary>Two invoices for one account, cycle and currency, or with one number.</summary>
    InvoiceTwice,

    /// <summary>A section of an invoice has no snapshot, or one of another account, cycle or currency.</summary>
    InvoiceSectionUnexpected,

    /// <summary>The lines of a section are not those of its snapshot, or sections are out of order.</summary>
    InvoiceLinesDiffer,

    /// <summary>The total of an invoice is not the sum of its lines.</summary>
    InvoiceTotalDiffers,

    /// <summary>A line of the account on an invoice: pool, minimum, maximum, discount or credit.</summary>
    InvoiceAccountLineDiffers,

    /// <summary>A tax line of an invoice.</summary>
    InvoiceTaxDiffers,

    /// <summary>What a credit paid of an invoice.</summary>
    InvoiceCreditDiffers,

    /// <summary>A snapshot is billed twice.</summary>
    SnapshotInvoicedTwice,

    /// <summary>An invoice exists for account, cycle and currency of a snapshot, without its lines.</summary>
    SnapshotLeftOut,

    /// <summary>A line of a running charge.</summary>
    BalanceLineDiffers,

    /// <summary>The charge of a balance is not the sum of its lines.</summary>
    BalanceTotalDiffers,

    /// <summary>Two alerts for one subscription, period, threshold and step.</summary>
    AlertTwice,

    /// <summary>An alert that nobody agreed, or that says something else than was agreed, or more than there is.</summary>
    AlertDiffers,

    /// <summary>A threshold is reached, and there is no alert.</summary>
    AlertMissing,

    /// <summary>The intake counted another number than the log holds (P7).</summary>
    ReceivedDiffers,

    /// <summary>The engine counted another number of verdicts than there are records (P7).</summary>
    VerdictCountDiffers,

    /// <summary>Rated money is not invoiced plus not yet invoiced (P7).</summary>
    MoneyDiffers,
}
