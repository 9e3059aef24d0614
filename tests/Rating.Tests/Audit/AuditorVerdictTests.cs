using Rating.Audit;

namespace Rating.Tests.Audit;

/// <summary>Verdicts worked by hand: the ledger says what the rules give, so an audit that finds nothing has given the same verdicts.</summary>
public sealed class AuditorVerdictTests
{
    private static void HasNoFindings(World world)
    {
        var report = world.Audit();
        Assert.Equal([], report.Findings);
        Assert.True(report.IsClean);
    }

    [Fact]
    public void The_hash_is_the_published_one() => Assert.Equal(0x85944171f73967e8UL, World.Fnv("foobar")); // vector of the FNV authors

    [Fact]
    public void An_event_hour_is_forgotten_after_35_days() => HasNoFindings(new World().Checkpoint(0, "[]",
        Entry.Rated(Ev.Sms("1", "2026-03-05T10:00:00Z"), "2026-03-05T23:59:59Z", 314),
        Entry.Rated(Ev.Sms("2", "2026-03-05T10:59:59Z"), "2026-04-09T23:59:59Z", 314),          // 26 + 9 = 35 days later
        new Entry(Ev.Sms("3", "2026-03-05T10:30:00Z"), "2026-04-10T00:00:00Z", 6, 23),          // 36 days
        Entry.Rated(Ev.Sms("4", "2026-03-05T11:00:00Z"), "2026-04-10T00:00:00Z", 314)));        // an hour that was not seen yet

    [Fact]
    public void An_id_is_remembered_for_35_days_with_the_time_of_the_first() => HasNoFindings(new World().Checkpoint(0, "[]",
        Entry.Rated(Ev.Sms("1", null), "2026-03-05T10:00:00Z", 314),
        new Entry(Ev.Sms("1", null), "2026-04-09T09:00:00Z", 4) { DuplicateOf = 0 },             // 35 days, another event hour: no time of its own
        Entry.Rated(Ev.Sms("1", null), "2026-04-10T08:00:00Z", 315),                             // 36 days: forgotten, remembered anew
        new Entry(Ev.Sms("1", null), "2026-04-10T08:00:01Z", 4) { DuplicateOf = 2 }));

    [Fact]
    public void Same_content_is_a_duplicate_other_content_a_conflict() => HasNoFindings(new World().Checkpoint(0, "[]",
        Entry.Rated(new Ev("1", "2026-03-05T10:00:00Z") { Data = [("n", "1", true), ("x", "1", true)] }, "2026-03-05T10:00:01Z", 314),
        new Entry(new Ev("1", "2026-03-05T10:00:00Z") { Data = [("x", "1", true), ("n", "1", true)] }, "2026-03-05T10:00:02Z", 4) { DuplicateOf = 0 },
        new Entry(new Ev("1", "2026-03-05T10:00:00Z") { Data = [("n", "1", true), ("x", "1.0", true)] }, "2026-03-05T10:00:02Z", 5, 13),
        new Entry(new Ev("1", null) { Data = [("n", "1", true), ("x", "1", true)] }, "2026-03-05T10:00:00Z", 5, 13),                        // the same moment, but not given
        new Entry(new Ev("1", "2026-03-05T10:00:00Z", Subject: "n2") { Data = [("n", "1", true), ("x", "1", true)] }, "2026-03-05T10:00:02Z", 5, 13),
        Entry.Rated(new Ev("1", "2026-03-05T10:00:00Z", Source: "other"), "2026-03-05T10:00:02Z", 314)));                                   // another source: another id

    [Fact]
    public void The_future_begins_24_hours_ahead() => HasNoFindings(new World().Checkpoint(0, "[]",
        Entry.Rated(Ev.Sms("1", "2026-03-06T10:00:00Z"), "2026-03-05T10:00:00Z", 314),
        new Entry(Ev.Sms("2", "2026-03-06T10:00:00.0000001Z"), "2026-03-05T10:00:00Z", 6, 22)));

    [Fact]
    public void One_leg_of_a_call_bills_within_a_day() => HasNoFindings(new World().Checkpoint(0, "[]",
        Call("1", "2026-03-05T00:00:00Z"),
        new Entry(Ev.Call("2", "2026-03-06T23:59:59Z", "60", "k"), "2026-03-08T00:00:00Z", 3, 3),    // the next UTC day
        Call("3", "2026-03-07T00:00:00Z"),                                                           // two days after the first
        new Entry(Ev.Call("4", "2026-03-04T00:00:00Z", "60", "k"), "2026-03-08T00:00:00Z", 3, 3)));  // the day before the first

    private static Entry Call(string id, string time) => Entry.Rated(Ev.Call(id, time, "60", "k"), "2026-03-08T00:00:00Z", 314) with { Calls = [("calls", "Germany", 60, 60, "0.06")] };

    [Fact]
    public void Suspense_and_rejection() => HasNoFindings(new World().Checkpoint(0, "[]",
        new Entry(new Ev("1", "2026-03-05T10:00:00Z", Subject: "nobody"), "2026-03-05T10:00:00Z", 5, 10),
        new Entry(new Ev("2", "2026-03-05T10:00:00Z", Subject: ""), "2026-03-05T10:00:00Z", 5, 10),
        new Entry(Ev.Sms("3", "2026-02-28T23:59:59Z"), "2026-03-05T10:00:00Z", 5, 10),                                       // before the start
        new Entry(new Ev("4", "2026-03-05T10:00:00Z", "fax.sent"), "2026-03-05T10:00:00Z", 5, 11),                           // no meter
        new Entry(new Ev("5", "2026-03-05T10:00:00Z", "door.opened"), "2026-03-05T10:00:00Z", 5, 12),                        // a meter without a charge
        new Entry(new Ev("6", "2026-03-05T10:00:00Z") { Data = [("n", "-1", true)] }, "2026-03-05T10:00:00Z", 6, 21),
        new Entry(new Ev("7", "2026-03-05T10:00:00Z", NotBillable: "unanswered"), "2026-03-05T10:00:00Z", 3, 1),
        new Entry(new Ev("8", "2026-03-05T10:00:00Z", NotBillable: "internal"), "2026-03-05T10:00:00Z", 3, 2),
        new Entry(new Ev("9", "2026-03-05T10:00:00Z", NotBillable: "otherleg"), "2026-03-05T10:00:00Z", 3, 3),
        new Entry(new Ev("", null, "", "", Source: "file.csv"), "2026-03-05T10:00:00Z", 6, 20) { Raw = (1, "file.csv\ntorn line\n1,2") },
        new Entry(new Ev("", null, "", "", Source: "pbx"), "2026-03-05T10:00:00Z", 6, 20) { Raw = (0, """{"source":"pbx","id":""}""") },
        new Entry(new Ev("", null, "", "", Source: "unknown"), "2026-03-05T10:00:00Z", 6, 20) { Raw = (0, """{"source":5}""") }));

    [Fact]
    public void A_sealed_period_takes_usage_of_35_days()
    {
        var world = new World().Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""",
            Entry.Late(Ev.Sms("1", "2026-03-20T10:00:00Z"), "2026-04-24T10:00:00Z", 314, 315),           // exactly 35 days old
            new Entry(Ev.Sms("2", "2026-03-20T09:59:59.9999999Z"), "2026-04-24T10:00:00Z", 6, 23));
        HasNoFindings(world);
    }

    [Fact]
    public void A_retry_and_a_void_decide_suspense_and_later_decisions_count()
    {
        var world = new World();
        var early = new Ev("1", "2026-03-05T10:00:00Z", Subject: "n3");
        var never = new Ev("2", "2026-03-05T10:00:00Z", Subject: "n4");
        world.Checkpoint(0, "[]", new Entry(early, "2026-03-05T10:00:00Z", 5, 10), new Entry(never, "2026-03-05T10:00:00Z", 5, 10));
        world.Change("""{ "kind": "parties", "accounts": [], "subscriptions": [], "subjects": [ { "subject": "n3", "subscription": "s1", "from": "2026-01-01T00:00:00Z", "to": null } ] }""");
        world.Checkpoint(0, """[{"retry":"t"},{"void":[1]}]""",
            Entry.Rated(early, "2026-03-05T10:00:00Z", 314) with { LaterOn = 0 }, new Entry(never, "2026-03-05T10:00:00Z", 3, 4) { LaterOn = 1 });
        HasNoFindings(world);
    }

    [Fact]
    public void A_new_owner_of_a_subject_moves_its_unsealed_usage()
    {
        var world = new World();
        var sms = Ev.Sms("1", "2026-03-05T10:00:00Z");
        var stays = Ev.Sms("2", "2026-03-05T09:59:59Z");
        world.Checkpoint(0, "[]", Entry.Rated(sms, "2026-03-05T10:00:00Z", 314), Entry.Rated(stays, "2026-03-05T10:00:00Z", 314));
        world.Change(World.Parties.Replace("\"s1\"", "\"s2\"", StringComparison.Ordinal).Replace("2026-01-01T00:00:00Z", "2026-03-05T10:00:00Z", StringComparison.Ordinal));
        world.Checkpoint(0, "[]", Entry.Rated(sms, "2026-03-05T10:00:00Z", 314, subscription: "s2") with { LaterOn = 0 });
        HasNoFindings(world);
    }

    [Fact]
    public void A_new_price_is_another_revision_for_unsealed_usage_but_not_for_a_period_whose_close_began()
    {
        var world = new World();
        var march = Ev.Sms("1", "2026-03-05T10:00:00Z");
        var april = Ev.Sms("2", "2026-04-05T10:00:00Z");
        world.Checkpoint(0, "[]", Entry.Rated(march, "2026-04-05T10:00:00Z", 314), Entry.Rated(april, "2026-04-05T10:00:00Z", 315));
        world.Close(1, 314);
        world.Change($$"""{ "kind": "catalog", "version": 2, "effectiveFrom": "2026-03-01", "catalog": {{World.Catalog.Replace("0.10", "0.20", StringComparison.Ordinal)}} }""");
        world.Checkpoint(0, "[]", Entry.Rated(april, "2026-04-05T10:00:00Z", 315, revision: 2) with { LaterOn = 1 });
        HasNoFindings(world);
    }

    [Fact]
    public void An_ended_subscription_suspends_the_usage_after_its_end()
    {
        var world = new World();
        var sms = Ev.Sms("1", "2026-03-10T00:00:00Z");
        world.Checkpoint(0, "[]", Entry.Rated(sms, "2026-03-10T00:00:00Z", 314));
        world.Change(World.Parties.Replace("\"end\": null", "\"end\": \"2026-03-10\"", StringComparison.Ordinal));
        world.Checkpoint(0, "[]", new Entry(sms, "2026-03-10T00:00:00Z", 5, 10) { LaterOn = 0 });
        HasNoFindings(world);
    }
}
