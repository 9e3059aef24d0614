using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>Snapshots, invoices and balances of a store worked by hand.</summary>
public sealed class AuditorClosingTests
{
    [Fact]
    public void A_right_store_has_no_findings_and_its_money_closes()
    {
        var report = BilledWorld.Make().Audit();
        Assert.Equal([], report.Findings);
        Assert.Equal((8, 3, 3, 1, 0), (report.PositionsChecked, report.SnapshotsChecked, report.InvoicesChecked, report.BalancesChecked, report.Unread));
        Assert.Equal((4, 1, 1, 1, 0, 1), (
            report.Verdicts[AuditVerdict.Rated], report.Verdicts[AuditVerdict.Late], report.Verdicts[AuditVerdict.NotBillable], report.Verdicts[AuditVerdict.Duplicate], report.Verdicts[AuditVerdict.Suspended], report.Verdicts[AuditVerdict.Rejected]));
        // 130.00 + 31.42 + 31.30 invoiced, 4 SMS of May not yet
        var money = Assert.Single(report.Money);
        Assert.Equal(("EUR", "193.12", "192.72", "0.4", "0"), (money.Currency, money.Rated.ToString(), money.Invoiced.ToString(), money.NotYetInvoiced.ToString(), money.Difference.ToString()));
    }

    [Fact]
    public void A_cancelled_subscription_gets_its_advance_back_and_late_usage_goes_to_a_supplementary_snapshot()
    {
        var world = new World();
        world.SnapshotTexts.Add(BilledWorld.Snapshot("activation", 314, "2026-03-01", "2026-04-01", 2, [
            BilledWorld.Line("oneOff", "setup", "", "2026-03-01", "2026-03-02", "1", "99.00"), BilledWorld.Advance("2026-03-01", "2026-04-01")], "130.00", "[]", "[]"));
        world.Change(World.Parties.Replace("\"end\": null", "\"end\": \"2026-03-11\"", StringComparison.Ordinal));
        world.Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""", Entry.Late(Ev.Sms("1", "2026-03-10T10:00:00Z", "5"), "2026-03-12T10:00:00Z", 314, 315));
        world.Close(2, 315, supplementary: true);
        world.Checkpoint(0, """[{"seal":2}]""", Entry.Late(Ev.Sms("2", "2026-03-10T10:00:00Z", "1"), "2026-03-13T10:00:00Z", 314, 316));
        // 10 of 31 days: 10.00 is due, 31.00 was billed; nothing for April
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-03-11", 4, [
            BilledWorld.Line("advanceAdjustment", "seat", "", "2026-03-01", "2026-03-11", "0", "-21.00")], "-21.00", "[]", "[]"));
        world.SnapshotTexts.Add(BilledWorld.Snapshot("supplementary", 315, "2026-03-11", "2026-03-11", 5, [
            BilledWorld.Line("lateUsage", "sms", "", "2026-03-01", "2026-03-11", "5", "0.50")], "0.50", "[]", "[]",
            """[{"period":{"number":314,"start":"2026-03-01","end":"2026-03-11"},"usage":{"meters":[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"5"}],"calls":[]}}]"""));
        var report = world.Audit();
        Assert.Equal([], report.Findings);
        // 130.00 - 21.00 + 0.50 in snapshots, and one more late SMS waits: 0.10
        Assert.Equal("109.6", Assert.Single(report.Money).NotYetInvoiced.ToString());
    }

    [Fact]
    public void Without_an_activation_the_first_close_bills_everything_plainly()
    {
        var world = new World().Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""");
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-04-01", 3, [
            BilledWorld.Line("oneOff", "setup", "", "2026-03-01", "2026-03-02", "1", "99.00"), BilledWorld.Advance("2026-03-01", "2026-04-01"), BilledWorld.Advance("2026-04-01", "2026-05-01")], "161.00", "[]", "[]"));
        Assert.Equal([], world.Audit().Findings);
    }

    [Fact]
    public void A_record_in_two_partitions_counts_once_when_its_period_closes()
    {
        var world = new World(partitions: 2);
        Ev Sms(int partition) => Ev.Sms("1", "2026-03-05T10:00:00Z", "3") with { PartitionKey = world.KeyFor(partition) };
        world.Checkpoint(0, "[]", new Entry(Ev.Sms("0", "2026-03-05T10:00:00Z") with { PartitionKey = world.KeyFor(0), NotBillable = "internal" }, "2026-03-05T10:00:00Z", 3, 2), Entry.Rated(Sms(0), "2026-03-05T10:00:00Z", 314));
        world.Checkpoint(1, "[]", Entry.Rated(Sms(1), "2026-03-05T10:00:00Z", 314));
        world.Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""");
        world.Checkpoint(1, """[{"seal":1}]""", new Entry(Sms(1), "2026-03-05T10:00:00Z", 4) { LaterOn = 0, DuplicateOf = 1 });
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-04-01", 3, [
            BilledWorld.Line("usage", "sms", "", "2026-03-01", "2026-04-01", "3", "0.30"),
            BilledWorld.Line("oneOff", "setup", "", "2026-03-01", "2026-03-02", "1", "99.00"), BilledWorld.Advance("2026-03-01", "2026-04-01"), BilledWorld.Advance("2026-04-01", "2026-05-01")], "161.30",
            """[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"3"}]""", "[]"));
        Assert.Equal([], world.Audit().Findings);
    }
}
