using System.Text;
using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>One fault of each kind is planted in a right store, and found.</summary>
public sealed class AuditorFaultTests
{
    private static readonly Dictionary<AuditFindingKind, Action<World>> Faults = new()
    {
        [AuditFindingKind.BookBroken] = w => w.BookChanges.Add(new AuditBookChange(7, "t", World.At("2026-05-01T00:00:00Z"), """{ "kind": "parties" }""")),
        [AuditFindingKind.LogGap] = w => w[0].Log.RemoveAt(4),
        [AuditFindingKind.WrongPartition] = _ => { }, // has its own test
        [AuditFindingKind.CheckpointBroken] = w => w[0].Checkpoints[2] = w[0].Checkpoints[2] with { Commands = """[{"seal":9}]""" },
        [AuditFindingKind.LedgerUnreadable] = w => w[0].ExtraBlocks.Add([1, 0, 1, 0]),
        [AuditFindingKind.VerdictMissing] = w => w[0].Ledger[0].RemoveAt(2),
        [AuditFindingKind.VerdictTwice] = w => w[0].Ledger[1].Add(w[0].Ledger[0][0]),
        [AuditFindingKind.VerdictBeyondCheckpoint] = w => w[0].Ledger[2].Add((8, w[0].Ledger[2][0].Entry)),
        [AuditFindingKind.VerdictDiffers] = w => w[0].Change(0, 3, e => e with { Verdict = 1 }),
        [AuditFindingKind.ReasonDiffers] = w => w[0].Change(0, 2, e => e with { Reason = 2 }),
        [AuditFindingKind.SubscriptionDiffers] = w => w[0].Change(0, 0, e => e with { Subscription = "s2" }),
        [AuditFindingKind.PeriodDiffers] = w => w[0].Change(1, 0, e => e with { BillingPeriod = 316 }),
        [AuditFindingKind.RevisionDiffers] = w => w[0].Change(0, 0, e => e with { Revision = 2 }),
        [AuditFindingKind.DuplicateOfDiffers] = w => w[0].Change(0, 3, e => e with { DuplicateOf = 1 }),
        [AuditFindingKind.CallsDiffer] = w => w[0].Change(0, 1, e => e with { Calls = [("calls", "Germany", 61, 120, "0.1200000001")] }),
        [AuditFindingKind.RecordDiffers] = w => w[0].Change(0, 0, e => e with { LedgerId = "m9" }),
        [AuditFindingKind.DocumentUnreadable] = w => w.InvoiceTexts.Add("{}"),
        [AuditFindingKind.SnapshotTwice] = w => w.SnapshotTexts.Add(w.SnapshotTexts[1]),
        [AuditFindingKind.SnapshotUnexpected] = w => w.SnapshotTexts.Add(w.SnapshotTexts[1].Replace("\"number\":314", "\"number\":317", StringComparison.Ordinal)),
        [AuditFindingKind.SnapshotBeforeSeal] = w => w[0].Checkpoints[2] = w[0].Checkpoints[2] with { Commands = "[]" },
        [AuditFindingKind.SnapshotMissing] = w => w.SnapshotTexts.RemoveAt(1),
        [AuditFindingKind.SnapshotHeaderDiffers] = w => Edit(w.SnapshotTexts, 1, "\"bookSequence\":3", "\"bookSequence\":4"),
        [AuditFindingKind.SnapshotLineDiffers] = w => Edit(w.SnapshotTexts, 2, "\"amount\":\"0.20\"", "\"amount\":\"0.21\""),
        [AuditFindingKind.SnapshotTotalDiffers] = w => Edit(w.SnapshotTexts, 1, "31.42", "31.43"),
        [AuditFindingKind.SnapshotUsageDiffers] = w => Edit(w.SnapshotTexts, 1, "\"billedSeconds\":120", "\"billedSeconds\":180"),
        [AuditFindingKind.InvoiceTwice] = w => w.InvoiceTexts.Add(w.InvoiceTexts[1]),
        [AuditFindingKind.InvoiceSectionUnexpected] = w => Edit(w.InvoiceTexts, 1, "\"cycle\":\"2026-04-01\"", "\"cycle\":\"2026-04-02\""),
        [AuditFindingKind.InvoiceLinesDiffer] = w => Edit(w.InvoiceTexts, 1, "\"explanation\":\"\"", "\"explanation\":\"changed\""),
        [AuditFindingKind.InvoiceTotalDiffers] = w => Edit(w.InvoiceTexts, 1, "31.42", "31.43"),
        [AuditFindingKind.InvoiceAccountLineDiffers] = w => Edit(w.InvoiceTexts, 1, "\"total\"", "\"accountLines\":[{\"kind\":\"discount\",\"charge\":\"\",\"detail\":\"x\",\"subscription\":\"\",\"from\":\"2026-03-01\",\"to\":\"2026-04-01\",\"quantity\":\"1\",\"amount\":\"-1\"}],\"total\""),
        [AuditFindingKind.InvoiceTaxDiffers] = w => Edit(w.InvoiceTexts, 1, "\"total\"", "\"taxes\":[{\"rule\":\"vat\",\"base\":\"31.42\",\"amount\":\"5.97\",\"note\":\"\"}],\"total\""),
        [AuditFindingKind.InvoiceCreditDiffers] = w => Edit(w.InvoiceTexts, 1, "\"total\"", "\"credits\":[{\"credit\":\"c\",\"apply\":\"afterTax\",\"amount\":\"1\"}],\"total\""),
        [AuditFindingKind.SnapshotInvoicedTwice] = w => w.InvoiceTexts.Add(w.InvoiceTexts[1].Replace("\"number\":\"2\"", "\"number\":\"4\"", StringComparison.Ordinal)),
        [AuditFindingKind.SnapshotLeftOut] = w => w.InvoiceTexts[1] = """{"tenant":"t","number":"2","account":"a1","cycle":"2026-04-01","date":"2026-05-01","currency":"EUR","sections":[],"total":"0"}""",
        [AuditFindingKind.BalanceLineDiffers] = w => Edit(w.BalanceTexts, 0, "\"quantity\":\"4\"", "\"quantity\":\"5\""),
        [AuditFindingKind.BalanceTotalDiffers] = w => Edit(w.BalanceTexts, 0, "\"charge\":\"0.40\"", "\"charge\":\"0.41\""),
        [AuditFindingKind.AlertTwice] = w => w.AlertTexts.Add(w.AlertTexts[0]),
        [AuditFindingKind.AlertDiffers] = w => Edit(w.AlertTexts, 1, "\"reached\":\"0.40\"", "\"reached\":\"0.41\""),
        [AuditFindingKind.AlertMissing] = w => w.AlertTexts.RemoveAt(0),
        [AuditFindingKind.ReceivedDiffers] = w => w.ReceivedCounts[0] = w.ReceivedCounts[0] with { Count = 2 },
        [AuditFindingKind.VerdictCountDiffers] = w => w.VerdictCounts[0] = w.VerdictCounts[0] with { IngestHour = 5 },
        [AuditFindingKind.MoneyDiffers] = w => Edit(w.InvoiceTexts, 1, "31.42", "31.43"),
    };

    [Theory]
    [InlineData(0, "\"value\":\"3\"", "\"value\":\"6\"")] // 3 and 2 late ones are all there is
    [InlineData(0, "\"value\":\"3\"", "\"value\":\"1\"")]
    [InlineData(0, "\"alert\":\"many\"", "\"alert\":\"few\"")]
    [InlineData(1, "\"step\":1", "\"step\":2")]
    [InlineData(0, "\"bookSequence\":2", "\"bookSequence\":1")]
    [InlineData(0, "\"end\":\"2026-04-01\"", "\"end\":\"2026-04-02\"")]
    public void An_alert_that_says_something_else_than_was_agreed_and_used_is_found(int alert, string right, string wrong)
    {
        var world = BilledWorld.Make();
        Edit(world.AlertTexts, alert, right, wrong);
        Assert.Contains(world.Audit().Findings, finding => finding.Kind == AuditFindingKind.AlertDiffers);
    }

    [Fact]
    public void An_alert_of_the_open_period_is_missed_too()
    {
        var world = BilledWorld.Make();
        world.AlertTexts.RemoveAt(3);
        Assert.Equal("alert t s1/316/spend/step/1", Assert.Single(world.Audit().Findings, finding => finding.Kind == AuditFindingKind.AlertMissing).Where);
    }

    public static TheoryData<AuditFindingKind> Kinds => [.. Enum.GetValues<AuditFindingKind>().Where(k => k != AuditFindingKind.WrongPartition)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_planted_fault_is_found(AuditFindingKind kind)
    {
        var world = BilledWorld.Make();
        Faults[kind](world);
        var report = world.Audit();
        Assert.Contains(report.Findings, f => f.Kind == kind);
        Assert.False(report.IsClean);
    }

    [Fact]
    public void A_record_in_the_wrong_partition_is_found()
    {
        var world = new World(partitions: 2);
        var key = world.KeyFor(1);
        world.Checkpoint(0, "[]", Entry.Rated(Ev.Sms("1", "2026-03-05T10:00:00Z") with { PartitionKey = key }, "2026-03-05T10:00:00Z", 314));
        Assert.Equal(AuditFindingKind.WrongPartition, Assert.Single(world.Audit().Findings).Kind);
    }

    [Fact]
    public void A_lost_record_is_found_from_outside()
    {
        // The intake counted the last record, log and ledger have lost it together.
        var world = BilledWorld.Make();
        world[0].Log.RemoveAt(7);
        world[0].Ledger[2].Clear();
        world[0].Checkpoints[2] = world[0].Checkpoints[2] with { NextPosition = 7 };
        Assert.Contains(world.Audit().Findings, f => f.Kind == AuditFindingKind.ReceivedDiffers);
    }

    [Fact]
    public void Records_that_no_checkpoint_covers_are_counted_apart()
    {
        var world = BilledWorld.Make();
        var ingest = World.At("2026-05-03T10:00:00Z").ToUnixTimeMilliseconds();
        world[0].Log.Add(new AuditLogRecord(8, ingest, "t", 0, Encoding.UTF8.GetBytes(Ev.Sms("m5", "2026-05-03T10:00:00Z").Json())));
        world.ReceivedCounts.Add(new AuditCount("t", "pbx", ingest / 3_600_000, 1));
        var report = world.Audit();
        Assert.Equal([], report.Findings);
        Assert.Equal(1, report.Unread);
    }

    [Fact]
    public void Only_the_first_findings_are_kept_and_all_are_counted()
    {
        var world = new World();
        world.Checkpoint(0, "[]", [.. Enumerable.Range(0, 1_500).Select(i => new Entry(Ev.Sms($"{i}", "2026-03-05T10:00:00Z"), "2026-03-05T10:00:00Z", 3, 1))]);
        var report = world.Audit();
        Assert.Equal((AuditReport.FindingsMax, 1_500), (report.Findings.Count, report.FindingsCount));
    }

    private static void Edit(List<string> texts, int index, string from, string to)
    {
        Assert.Contains(from, texts[index], StringComparison.Ordinal);
        texts[index] = texts[index].Replace(from, to, StringComparison.Ordinal);
    }
}
