using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Recomputes every snapshot in the order of closes.</summary>
internal sealed class SnapshotCheck(Book book, Closing closing, IReadOnlyList<SnapshotDocument> snapshots, IReadOnlyList<PartitionReplay> partitions, Findings findings)
{
    private readonly Dictionary<(string Tenant, string Subscription, string Kind, int Period), SnapshotDocument> _byKey = [];
    private readonly Dictionary<(string Tenant, string Subscription, string Kind, int Period), CloseBatch> _closes = [];

    /// <summary>Sums of the recomputed lines per currency.</summary>
    public Dictionary<string, Fraction> Rated { get; } = [];

    /// <summary>What each snapshot should have, by which its invoice is checked.</summary>
    public Dictionary<SnapshotDocument, ClosedPeriod> Expectations { get; } = [];

    public void Run()
    {
        foreach (var snapshot in snapshots)
            if (!_byKey.TryAdd(Key(snapshot), snapshot)) findings.Add(AuditFindingKind.SnapshotTwice, snapshot.Where, "one", "two");
        foreach (var batch in book.Batches.Values.OrderBy(b => b.Sequence))
            foreach (var (subscription, period, supplementary) in batch.Closes) _closes.TryAdd((batch.Tenant, subscription, supplementary ? "supplementary" : "period", period), batch);

        foreach (var snapshot in snapshots.OrderBy(SequenceOf).ThenBy(s => s.Kind == "activation" ? 0 : 1))
        {
            if (Expected(snapshot) is not { } expected) continue;
            var lines = expected.WithDiscounts(snapshot.Lines);
            Expectations[snapshot] = expected;
            LineComparison.Compare(lines, snapshot.Lines, AuditFindingKind.SnapshotLineDiffers, snapshot.Where, findings);
            var sum = snapshot.Lines.Aggregate(Fraction.Zero, (total, line) => total + line.Amount);
            if (sum != snapshot.Total) findings.Add(AuditFindingKind.SnapshotTotalDiffers, snapshot.Where, sum, snapshot.Total);
            Rated[snapshot.Currency] = lines.Aggregate(Rated.GetValueOrDefault(snapshot.Currency), (total, line) => total + line.Amount);
        }
        FindMissing();
    }

    private long SequenceOf(SnapshotDocument snapshot) => _closes.TryGetValue(Key(snapshot), out var batch) ? batch.Sequence : snapshot.BookSequence;

    private ClosedPeriod? Expected(SnapshotDocument snapshot)
    {
        var sequence = SequenceOf(snapshot);
        var hasClose = _closes.TryGetValue(Key(snapshot), out var batch);
        var tenant = book.Of(snapshot.Tenant);
        if ((!hasClose && snapshot.Kind != "activation" && !snapshot.IsProgress) || tenant.Subscription(snapshot.Subscription, sequence) is not { } subscription || tenant.ScheduleOf(subscription, sequence) is not { } schedule)
        {
            findings.Add(AuditFindingKind.SnapshotUnexpected, snapshot.Where, "a close of this subscription and period", "none");
            return null;
        }
        if (batch is not null && partitions.Any(p => !p.SealedBatches.Contains(batch.Batch)))
            findings.Add(AuditFindingKind.SnapshotBeforeSeal, snapshot.Where, $"batch {batch.Batch} sealed in every partition", string.Join(',', partitions.Select(p => p.SealedBatches.Contains(batch.Batch))));

        var first = schedule.NumberOf(subscription.Start);
        CompareHeader(snapshot, subscription, schedule, sequence, first);
        if (snapshot.IsProgress) return Progress(snapshot, subscription, sequence);
        CompareUsage(snapshot, sequence);
        switch (snapshot.Kind)
        {
            case "activation":
                return closing.Activation(snapshot.Tenant, subscription, first, sequence);

            case "supplementary":
                return closing.Supplementary(snapshot.Tenant, subscription, snapshot.Period, sequence, Before(snapshot));

            default:
                return closing.Period(snapshot.Tenant, subscription, snapshot.Period, sequence, Before(snapshot));
        }
    }

    /// <summary>At which positions its usage was seen is not stored: its lines are taken as they are, and the period's own snapshot, which must be the whole less these lines, is recomputed.</summary>
    private ClosedPeriod Progress(SnapshotDocument snapshot, Subscription subscription, long sequence)
    {
        var view = closing.View(snapshot.Tenant, subscription, snapshot.Period, sequence, snapshot.Day)!;
        var lines = snapshot.Lines.Where(l => l.Kind is "usage" or "calls").ToList();
        var threshold = book.Of(snapshot.Tenant).PlanOn(subscription, snapshot.Day!.Value, sequence)?.Threshold;
        if (threshold is null || Pricing.Sum(lines) < threshold) findings.Add(AuditFindingKind.SnapshotUnexpected, snapshot.Where, $"at least {threshold} of usage", Pricing.Sum(lines));
        return new ClosedPeriod(view, lines, null, Before(snapshot));
    }

    /// <summary>The snapshots of the same subscription that were made before, in the order of their periods.</summary>
    private List<BilledBefore> Before(SnapshotDocument snapshot) => [.. snapshots
        .Where(s => (s.Tenant, s.Subscription) == (snapshot.Tenant, snapshot.Subscription) && (s.Kind == "activation" || s.Period < snapshot.Period || (s.IsProgress && s.Period == snapshot.Period && (snapshot.Kind == "period" || (snapshot.IsProgress && s.Kind.Length <= snapshot.Kind.Length && string.CompareOrdinal(s.Kind, snapshot.Kind) < 0)))))
        .OrderBy(s => s.Kind == "activation" ? 0 : 1).ThenBy(s => s.Period).Select(s => s.Billed)];

    private void CompareHeader(SnapshotDocument snapshot, Subscription subscription, Schedule schedule, long sequence, int first)
    {
        void Differs(string what, object? expected, object? found) => findings.Add(AuditFindingKind.SnapshotHeaderDiffers, snapshot.Where, $"{what} {expected}", found);
        if (snapshot.BookSequence != sequence) Differs("book sequence", sequence, snapshot.BookSequence);
        if (snapshot.Account != subscription.Account) Differs("account", subscription.Account, snapshot.Account);
        var currency = book.Of(snapshot.Tenant).PlanOn(subscription, subscription.Start, sequence)!.Catalog.Currency;
        if (snapshot.Currency != currency) Differs("currency", currency, snapshot.Currency);
        if (snapshot.Kind == "activation" && snapshot.Period != first) Differs("period", first, snapshot.Period);
        if (snapshot.Kind == "supplementary") return;
        var (start, end) = (schedule.Start(snapshot.Period), schedule.End(snapshot.Period));
        if ((snapshot.Start, snapshot.End) != (start, end)) Differs("period", $"{start:uuuu-MM-dd}..{end:uuuu-MM-dd}", $"{snapshot.Start:uuuu-MM-dd}..{snapshot.End:uuuu-MM-dd}");
    }

    private void CompareUsage(SnapshotDocument snapshot, long sequence)
    {
        void Compare(string what, UsageFigures expected, UsageFigures found)
        {
            foreach (var (name, wanted, stored) in expected.Differences(found)) findings.Add(AuditFindingKind.SnapshotUsageDiffers, snapshot.Where, $"{what} {name}: {wanted}", stored);
        }
        UsageFigures Figures(int usagePeriod) => UsageFigures.Of(
            closing.UsageOf(snapshot.Tenant, snapshot.Subscription).Of(usagePeriod, billing => billing == snapshot.Period), closing.FrozenSpans(snapshot.Tenant, snapshot.Subscription, usagePeriod, sequence));

        if (snapshot.Kind == "activation")
        {
            Compare("usage", new UsageFigures(), snapshot.Usage);
            return;
        }
        Compare("usage", Figures(snapshot.Period), snapshot.Usage);
        foreach (var period in closing.UsageOf(snapshot.Tenant, snapshot.Subscription).LatePeriods(snapshot.Period).Union(snapshot.LateUsage.Keys).ToList())
            Compare($"late usage of {period}", Figures(period), snapshot.LateUsage.GetValueOrDefault(period, new UsageFigures()));
    }

    private void FindMissing()
    {
        foreach (var closes in _closes.GroupBy(c => (c.Key.Tenant, c.Key.Subscription)))
        {
            var inOrder = closes.OrderBy(c => c.Key.Period).ToList();
            var last = inOrder.FindLastIndex(c => _byKey.ContainsKey(c.Key));
            foreach (var (key, batch) in inOrder.Take(Math.Max(last, 0)).Where(c => !_byKey.ContainsKey(c.Key)))
                findings.Add(AuditFindingKind.SnapshotMissing, $"snapshot {key.Tenant}/{key.Subscription} {key.Kind} {key.Period}", $"made for batch {batch.Batch}", "none");
        }
    }

    private static (string, string, string, int) Key(SnapshotDocument s) => (s.Tenant, s.Subscription, s.Kind, s.Period);
}
