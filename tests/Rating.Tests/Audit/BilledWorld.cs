namespace Rating.Tests.Audit;

/// <summary>A store with two closed months, late usage, invoices and a running charge, all worked by hand.</summary>
internal static class BilledWorld
{
    private const string Seat = "\"kind\":\"advance\",\"charge\":\"seat\",\"name\":\"Seat\",\"detail\":\"\"";

    public static World Make()
    {
        // From 2 messages on, and from 0.40 on, somebody is told.
        var world = new World(withBook: false);
        var catalog = World.Catalog.Replace("\"name\": \"P\",", "\"name\": \"P\", \"alerts\": [ { \"key\": \"many\", \"meter\": \"sms\", \"thresholds\": [ { \"code\": \"two\", \"value\": 2 } ] }, { \"key\": \"spend\", \"name\": \"Spending\", \"thresholds\": [ { \"code\": \"step\", \"value\": \"0.40\", \"recurring\": true } ] } ],", StringComparison.Ordinal);
        world.Change($$"""{ "kind": "catalog", "version": 1, "effectiveFrom": "2026-01-01", "catalog": {{catalog}} }""").Change(World.Parties);
        // March is 314. A call of 61 s bills 120 s at 0.06 a minute: 0.12.
        world.Checkpoint(0, "[]",
            Entry.Rated(Ev.Sms("m1", "2026-03-05T10:00:00Z", "3"), "2026-03-05T10:00:01Z", 314),
            Entry.Rated(Ev.Call("c1", "2026-03-06T10:00:00Z", "61", "call-1"), "2026-03-06T10:02:00Z", 314) with { Calls = [("calls", "Germany", 61, 120, "0.12")] },
            new Entry(Ev.Call("c2", "2026-03-06T10:00:00Z", "60", "call-1"), "2026-03-06T10:02:00Z", 3, 3),
            new Entry(Ev.Sms("m1", "2026-03-05T10:00:00Z", "3"), "2026-03-06T10:03:00Z", 4) { DuplicateOf = 0 },
            new Entry(new Ev("", null, "", "", Source: "unknown"), "2026-03-06T10:03:00Z", 6, 20) { Raw = (0, "{ torn") });
        world.Close(1, 314);
        world.Checkpoint(0, """[{"seal":1}]""", Entry.Late(Ev.Sms("m2", "2026-03-31T10:00:00Z", "2"), "2026-04-03T10:00:00Z", 314, 315), Entry.Rated(Ev.Sms("m3", "2026-04-02T10:00:00Z"), "2026-04-03T10:00:00Z", 315));
        world.Close(2, 315);
        world.Checkpoint(0, """[{"seal":2}]""", Entry.Rated(Ev.Sms("m4", "2026-05-02T10:00:00Z", "4"), "2026-05-02T10:00:00Z", 316));

        // Activation: installation 99.00 and the seat of March, 31.00.
        string[] activation = ["""{"kind":"oneOff","charge":"setup","name":"Setup","detail":"","from":"2026-03-01","to":"2026-03-02","quantity":"1","unit":"","amount":"99.00","explanation":""}""", Advance("2026-03-01", "2026-04-01")];
        world.SnapshotTexts.Add(Snapshot("activation", 314, "2026-03-01", "2026-04-01", 2, activation, "130.00", "[]", "[]"));
        // March: 3 SMS at 0.10, the call, and the seat of April.
        string[] march = [
            Line("usage", "sms", "", "2026-03-01", "2026-04-01", "3", "0.30"), Line("calls", "calls", "Germany", "2026-03-01", "2026-04-01", "120", "0.12"), Advance("2026-04-01", "2026-05-01")];
        world.SnapshotTexts.Add(Snapshot("period", 314, "2026-03-01", "2026-04-01", 3, march, "31.42",
            """[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"3"}]""",
            """[{"revision":1,"charge":"calls","destination":"Germany","calls":1,"seconds":61,"billedSeconds":120,"amount":"0.12"}]"""));
        // April: 1 SMS, the seat of May, and 2 late SMS of March.
        string[] april = [Line("usage", "sms", "", "2026-04-01", "2026-05-01", "1", "0.10"), Advance("2026-05-01", "2026-06-01"), Line("lateUsage", "sms", "", "2026-03-01", "2026-04-01", "2", "0.20")];
        world.SnapshotTexts.Add(Snapshot("period", 315, "2026-04-01", "2026-05-01", 4, april, "31.30",
            """[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"1"}]""", "[]",
            """[{"period":{"number":314,"start":"2026-03-01","end":"2026-04-01"},"usage":{"meters":[{"revision":1,"meter":"sms","aggregation":"sum","dimensions":"","count":1,"figure":"2"}],"calls":[]}}]"""));

        world.InvoiceTexts.Add(Invoice("1", "activation/s1", "activation", 314, activation, "130.00"));
        world.InvoiceTexts.Add(Invoice("2", "2026-04-01", "period", 314, march, "31.42"));
        world.InvoiceTexts.Add(Invoice("3", "2026-05-01", "period", 315, april, "31.30"));
        // 4 SMS in May so far.
        world.BalanceTexts.Add($$"""{"subscription":"s1","account":"a1","currency":"EUR","asOf":"2026-05-10","periods":[{"period":{"number":316,"start":"2026-05-01","end":"2026-06-01"},"lines":[{{Line("usage", "sms", "", "2026-05-01", "2026-06-01", "4", "0.40")}}]}],"charge":"0.40"}""");
        // 3 SMS and 0.42 in March, seen before it was closed; 4 SMS and 0.40 in May.
        world.AlertTexts.AddRange([
            Alert("many", "two", 0, 314, "2026-03-01", "2026-04-01", "\"meter\":\"sms\"", "2", "3", "2026-03-05", 2), Alert("spend", "step", 1, 314, "2026-03-01", "2026-04-01", "\"currency\":\"EUR\"", "0.40", "0.42", "2026-03-06", 2),
            Alert("many", "two", 0, 316, "2026-05-01", "2026-06-01", "\"meter\":\"sms\"", "2", "4", "2026-05-02", 4), Alert("spend", "step", 1, 316, "2026-05-01", "2026-06-01", "\"currency\":\"EUR\"", "0.40", "0.40", "2026-05-02", 4)]);
        return world;
    }

    private static string Alert(string key, string code, int step, int period, string start, string end, string of, string reached, string value, string asOf, int sequence) =>
        $$"""{"id":"s1/{{period}}/{{key}}/{{code}}/{{step}}","tenant":"t","subscription":"s1","account":"a1","alert":"{{key}}","name":"{{(key == "spend" ? "Spending" : key)}}",{{of}},"threshold":"{{code}}","step":{{step}},"period":{"number":{{period}},"start":"{{start}}","end":"{{end}}"},"reached":"{{reached}}","value":"{{value}}","asOf":"{{asOf}}","bookSequence":{{sequence}},"at":"2026-05-02T10:00:00Z"}""";

    public static string Line(string kind, string charge, string detail, string from, string to, string quantity, string amount) =>
        $$"""{"kind":"{{kind}}","charge":"{{charge}}","name":"N","detail":"{{detail}}","from":"{{from}}","to":"{{to}}","quantity":"{{quantity}}","unit":"","amount":"{{amount}}","explanation":""}""";

    public static string Advance(string from, string to, string amount = "31.00") => $$"""{{{Seat}},"from":"{{from}}","to":"{{to}}","quantity":"1","unit":"","amount":"{{amount}}","explanation":""}""";

    public static string Snapshot(string kind, int period, string start, string end, int sequence, string[] lines, string total, string meters, string calls, string late = "[]") =>
        $$"""{"tenant":"t","subscription":"s1","account":"a1","kind":"{{kind}}","period":{"number":{{period}},"start":"{{start}}","end":"{{end}}"},"bookSequence":{{sequence}},"currency":"EUR","lines":[{{string.Join(',', lines)}}],"total":"{{total}}","usage":{"meters":{{meters}},"calls":{{calls}}},"lateUsage":{{late}}}""";

    public static string Invoice(string number, string cycle, string kind, int period, string[] lines, string total) =>
        $$"""{"tenant":"t","number":"{{number}}","account":"a1","cycle":"{{cycle}}","date":"2026-05-01","currency":"EUR","sections":[{"subscription":"s1","kind":"{{kind}}","period":{"number":{{period}},"start":"2026-03-01","end":"2026-04-01"},"lines":[{{string.Join(',', lines)}}]}],"total":"{{total}}"}""";
}
