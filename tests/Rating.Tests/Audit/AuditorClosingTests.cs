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
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-04-01", 4, [
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
    public void Late_usage_is_billed_as_the_difference_it_would_have_made()
    {
        // 3 SMS a month are free, then 0.10. 2 in time: free. 2 late ones of March: 4 in all, so one is paid. They do not start again with free ones.
        var catalog = World.Catalog.Replace("\"model\": \"perUnit\", \"meter\": \"sms\", \"price\": \"0.10\"", "\"model\": \"graduated\", \"meter\": \"sms\", \"tiers\": [ { \"upTo\": 3, \"price\": 0 }, { \"price\": 0.10 } ]", StringComparison.Ordinal);
        var world = new World(withBook: false);
        world.Change($$"""{ "kind": "catalog", "version": 1, "effectiveFrom": "2026-01-01", "catalog": {{catalog}} }""").Change(World.Parties);
        world.Checkpoint(0, "[]", Entry.Rated(Ev.Sms("1", "2026-03-05T10:00:00Z", "2"), "2026-03-05T10:00:00Z", 314));
        world.Close(1, 314).Change($$"""{ "kind": "catalog", "version": 2, "effectiveFrom": "2026-03-01", "catalog": {{World.Catalog.Replace("0.10", "0.90", StringComparison.Ordinal)}} }""");
        world.Checkpoint(0, """[{"seal":1}]""", Entry.Late(Ev.Sms("2", "2026-03-06T10:00:00Z", "2"), "2026-04-02T10:00:00Z", 314, 315)); // the new price does not reach the closed month
        world.Close(2, 315);
        world.Checkpoint(0, """[{"seal":2}]""");
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-04-01", 3, [
            BilledWorld.Line("usage", "sms", "", "2026-03-01", "2026-04-01", "2", "0.00"), BilledWorld.Line("oneOff", "setup", "", "2026-03-01", "2026-03-02", "1", "99.00"),
            BilledWorld.Advance("2026-03-01", "2026-04-01"), BilledWorld.Advance("2026-04-01", "2026-05-01")], "161.00", """[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"2"}]""", "[]"));
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 315, "2026-04-01", "2026-05-01", 5, [
            BilledWorld.Advance("2026-05-01", "2026-06-01"), BilledWorld.Line("lateUsage", "sms", "", "2026-03-01", "2026-04-01", "2", "0.10")], "31.10", "[]", "[]",
            """[{"period":{"number":314},"usage":{"meters":[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"2"}],"calls":[]}}]"""));
        Assert.Equal([], world.Audit().Findings);
    }

    [Fact]
    public void More_seats_within_a_billed_period_are_adjusted_by_the_day()
    {
        var world = new World();
        world.SnapshotTexts.Add(BilledWorld.Snapshot("activation", 314, "2026-03-01", "2026-04-01", 2, [
            BilledWorld.Line("oneOff", "setup", "", "2026-03-01", "2026-03-02", "1", "99.00"), BilledWorld.Advance("2026-03-01", "2026-04-01")], "130.00", "[]", "[]"));
        world.Change(World.Parties.Replace("\"changes\": [", "\"changes\": [ { \"from\": \"2026-03-22\", \"plan\": \"p\", \"quantities\": { \"seats\": \"3\" } },", StringComparison.Ordinal));
        world.Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""");
        // due: 1 seat for 21 days = 21.00, 3 seats for 10 days = 30.00; billed: 31.00 from 1 March. April: 3 * 31.00
        world.SnapshotTexts.Add(BilledWorld.Snapshot("period", 314, "2026-03-01", "2026-04-01", 4, [
            BilledWorld.Line("advanceAdjustment", "seat", "", "2026-03-01", "2026-03-22", "0", "-10.00"), BilledWorld.Line("advanceAdjustment", "seat", "", "2026-03-22", "2026-04-01", "3", "30.00"),
            BilledWorld.Line("advance", "seat", "", "2026-04-01", "2026-05-01", "3", "93.00")], "113.00", "[]", "[]"));
        Assert.Equal([], world.Audit().Findings);
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
