using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Proves what is stored: replays the log, recomputes every verdict, snapshot and invoice, and compares.</summary>
public sealed class Auditor
{
    private readonly IAuditSource _source;
    private readonly Action<string> _progress;
    private readonly Findings _findings = new();
    private readonly Book _book = new();
    private readonly List<PartitionReplay> _partitions = [];
    private readonly Dictionary<(string Tenant, string Subscription), SubscriptionUsage> _usage = [];

    private Auditor(IAuditSource source, Action<string>? progress)
    {
        _source = source;
        _progress = progress ?? (_ => { });
    }

    /// <summary>Audits everything that the source has; <paramref name="progress"/> gets a line per step.</summary>
    public static AuditReport Run(IAuditSource source, Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Auditor(source, progress).Run();
    }

    private AuditReport Run()
    {
        ReadBook();
        for (var partition = 0; partition < _source.Partitions; partition++)
        {
            _progress($"replaying partition {partition + 1} of {_source.Partitions}");
            var replay = new PartitionReplay(partition, _source.Partitions, _source.Settings, _book, _findings);
            replay.Run(_source.Checkpoints(partition), _source.Log(partition));
            _partitions.Add(replay);
            foreach (var record in replay.Records.Where(r => r.Counts)) UsageOf(record).Add(record);
        }

        var snapshots = ReadSnapshots();
        CountOncePerPeriod(snapshots);
        for (var partition = 0; partition < _source.Partitions; partition++)
        {
            _progress($"comparing the ledger of partition {partition + 1} of {_source.Partitions}");
            new LedgerCheck(partition, _partitions[partition].Records, _findings).Run(_source.LedgerBlocks(partition));
        }

        _progress($"recomputing {snapshots.Count} snapshots");
        var closing = new Closing(_book, _usage);
        var snapshotCheck = new SnapshotCheck(_book, closing, snapshots, _partitions, _findings);
        snapshotCheck.Run();

        _progress("recomputing invoices, balances and alerts");
        var invoiceCheck = new InvoiceCheck(_book, snapshots, snapshotCheck.Expectations, _findings);
        invoiceCheck.Run(_source.Invoices());
        var sequence = _book.LastSequence;
        var balanceCheck = new BalanceCheck(_book, closing, snapshots, sequence, _findings);
        balanceCheck.Run(_source.Balances());
        var alertCheck = new AlertCheck(_book, closing, snapshots, sequence, _findings);
        alertCheck.Run(_source.Alerts(), _source.AlertsAreMade ? _source.Balances() : []);

        _progress("counting");
        CompareCounts();
        return new AuditReport
        {
            PositionsChecked = _partitions.Sum(p => p.Records.LongCount(r => r.Log.Kind != PartitionReplay.GapKind)),
            Unread = _partitions.Sum(p => p.Unread),
            SnapshotsChecked = snapshots.Count,
            InvoicesChecked = invoiceCheck.Checked,
            BalancesChecked = balanceCheck.Checked,
            AlertsChecked = alertCheck.Checked,
            Verdicts = Enum.GetValues<AuditVerdict>().Where(v => v != AuditVerdict.None).ToDictionary(v => v, v => _partitions.Sum(p => p.Records.LongCount(r => r.Verdict == v))),
            Money = Money(snapshotCheck, invoiceCheck, Open(closing, snapshots, sequence)),
            Findings = _findings.Kept,
            FindingsCount = _findings.Count,
        };
    }

    private void ReadBook()
    {
        _progress("reading the book");
        foreach (var change in _source.Book())
        {
            if (change.Sequence != _book.LastSequence + 1) _findings.Add(AuditFindingKind.BookBroken, $"book {change.Sequence}", $"sequence {_book.LastSequence + 1}", change.Sequence);
            try
            {
                _book.Add(change);
            }
            catch (Exception e) when (Unreadable.Is(e))
            {
                _findings.Add(AuditFindingKind.BookBroken, $"book {change.Sequence}", "a readable change", e.Message);
            }
        }
    }

    private List<SnapshotDocument> ReadSnapshots()
    {
        var snapshots = new List<SnapshotDocument>();
        var number = 0;
        foreach (var text in _source.Snapshots())
        {
            number++;
            try
            {
                snapshots.Add(SnapshotDocument.Read(text));
            }
            catch (Exception e) when (Unreadable.Is(e))
            {
                _findings.Add(AuditFindingKind.DocumentUnreadable, $"snapshot {number}", "a snapshot", e.Message);
            }
        }
        return snapshots;
    }

    private SubscriptionUsage UsageOf(ReplayedRecord record)
    {
        var key = (record.Log.Tenant, record.Subscription);
        return _usage.TryGetValue(key, out var usage) ? usage : _usage[key] = new SubscriptionUsage();
    }

    private void DecideRepeat(ReplayedRecord repeat, ReplayedRecord kept)
    {
        if (_partitions[repeat.Partition].VoidedLater.Contains(repeat.Log.Position)) repeat.Decide(AuditVerdict.NotBillable, AuditReason.Voided);
        else if (kept.Event().HasSameContent(repeat.Event())) repeat.Decide(AuditVerdict.Duplicate, AuditReason.None, kept.Log.Position);
        else repeat.Decide(AuditVerdict.Suspended, AuditReason.IdConflict);
    }

    /// <summary>What came to more than one partition under one id counts where it was billed first, of the same period in the lowest partition.</summary>
    private void CountOncePerPeriod(IEnumerable<SnapshotDocument> snapshots)
    {
        foreach (var snapshot in snapshots.Where(s => s.Kind != "activation" && !s.IsProgress).OrderBy(s => s.Period))
        {
            if (!_usage.TryGetValue((snapshot.Tenant, snapshot.Subscription), out var usage)) continue;
            foreach (var same in usage.BilledUpTo(snapshot.Period).GroupBy(r => (r.Source, r.Id)).Where(g => g.Skip(1).Any()).ToList())
            {
                var stays = new List<ReplayedRecord>();
                foreach (var record in same.OrderBy(r => (r.BillingPeriod, r.Partition, r.Log.Position)).ToList())
                {
                    if (record.BillingPeriod == snapshot.Period && stays.Find(s => s.Partition != record.Partition && IsNear(s, record)) is { } first) DecideRepeat(record, first);
                    else stays.Add(record);
                }
            }
        }
    }

    private bool IsNear(ReplayedRecord one, ReplayedRecord other) =>
        one.Event().Time == other.Event().Time || Math.Abs(PartitionReplay.IngestDay(one.Log) - PartitionReplay.IngestDay(other.Log)) <= _source.Settings.DedupeHorizonDays;

    private void CompareCounts()
    {
        var own = new Dictionary<(string Tenant, string Source, long Hour), (long All, long Decided)>();
        foreach (var (key, (all, decided)) in _partitions.SelectMany(p => p.Counts))
        {
            var sum = own.GetValueOrDefault(key);
            own[key] = (sum.All + all, sum.Decided + decided);
        }
        void Compare(AuditFindingKind kind, Dictionary<(string Tenant, string Source, long Hour), long> counted, Func<(long All, long Decided), long> expected)
        {
            foreach (var key in own.Keys.Union(counted.Keys).Order())
                if (expected(own.GetValueOrDefault(key)) is var wanted && counted.GetValueOrDefault(key) is var found && wanted != found)
                    _findings.Add(kind, $"tenant {key.Tenant} source {key.Source} hour {key.Hour}", wanted, found);
        }
        Compare(AuditFindingKind.ReceivedDiffers, _source.Received().GroupBy(c => (c.Tenant, c.Source, c.IngestHour)).ToDictionary(g => g.Key, g => g.Sum(c => c.Count)), c => c.All);
        Compare(AuditFindingKind.VerdictCountDiffers, _source.Verdicts().GroupBy(c => (c.Tenant, c.Source, c.IngestHour)).ToDictionary(g => g.Key, g => g.Sum(c => c.Count)), c => c.Decided);
    }

    /// <summary>The money of usage that no snapshot has yet, per currency.</summary>
    private Dictionary<string, Fraction> Open(Closing closing, IEnumerable<SnapshotDocument> snapshots, long sequence)
    {
        var all = snapshots.ToList();
        var closed = all.Where(s => s.Kind != "activation" && !s.IsProgress).Select(s => (s.Tenant, s.Subscription, s.Period)).ToHashSet();
        var open = new Dictionary<string, Fraction>();
        foreach (var ((tenant, subscription), usage) in _usage)
        {
            foreach (var period in usage.BillingPeriods.Where(p => !closed.Contains((tenant, subscription, p))).ToList())
            {
                var frozen = _book.Of(tenant).SequenceFor(subscription, period, sequence);
                if (_book.Of(tenant).Subscription(subscription, frozen) is not { } terms || closing.View(tenant, terms, period, frozen) is not { } view) continue;
                var lines = UsagePricing.Of(view, usage.Of(period, billing => billing == period)).Lines.Select(l => l.Line).Concat(closing.Late(tenant, subscription, period, sequence));
                var billed = all.Where(s => s.IsProgress && (s.Tenant, s.Subscription, s.Period) == (tenant, subscription, period)).SelectMany(s => s.Lines).Where(l => l.Kind is "usage" or "calls");
                open[view.LineCatalog.Currency] = open.GetValueOrDefault(view.LineCatalog.Currency) + Pricing.Sum(lines) - Pricing.Sum(billed);
            }
        }
        return open;
    }

    private List<AuditMoney> Money(SnapshotCheck snapshots, InvoiceCheck invoices, Dictionary<string, Fraction> open)
    {
        var money = new List<AuditMoney>();
        foreach (var currency in snapshots.Rated.Keys.Union(invoices.Invoiced.Keys).Union(invoices.NotInvoiced.Keys).Union(open.Keys).Order(StringComparer.Ordinal))
        {
            var usage = open.GetValueOrDefault(currency);
            var row = new AuditMoney(currency, snapshots.Rated.GetValueOrDefault(currency) + usage, invoices.Invoiced.GetValueOrDefault(currency), invoices.NotInvoiced.GetValueOrDefault(currency) + usage);
            if (!row.Difference.IsZero) _findings.Add(AuditFindingKind.MoneyDiffers, currency, row.Rated, $"invoiced {row.Invoiced} + not yet invoiced {row.NotYetInvoiced}");
            money.Add(row);
        }
        return money;
    }
}
