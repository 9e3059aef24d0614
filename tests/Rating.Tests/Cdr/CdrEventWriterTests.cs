using System.Text;
using System.Text.Json;
using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>The event that a row becomes.</summary>
public sealed class CdrEventWriterTests
{
    private const string Answered = """"
        "acme","4930555010","+4930555020","out","""Ann"" <4930555010>","SIP/1","SIP/2","Dial","","2026-03-02 11:00:00","2026-03-02 11:00:05","2026-03-02 11:01:00",60,55,"NO ANSWER","DOCUMENTATION","1772445600.1",""
        """";

    private const string Failed = """
        "","4930555010","4930555020","out","","SIP/1","","Dial","","2026-03-02 11:00:00","","2026-03-02 11:00:10",10,0,"ANSWERED","DOCUMENTATION","1772445600.1",""
        """;

    private const string Inside = """
        "","201","202","out","","SIP/1","","Dial","","2026-03-02 11:00:00","2026-03-02 11:00:05","2026-03-02 11:00:10",10,5,"ANSWERED","DOCUMENTATION","1772445600.2",""
        """;

    [Fact]
    public void An_answered_row_is_a_cloud_event_at_the_answer() => Assert.Equal(
        // The row's SHA-256 by sha256sum; 11:00:05 local is 10:00:05Z, since the unique id says 10:00:00Z for 11:00:00.
        """{"specversion":"1.0","id":"2aeaf29a58fd8d1dfbaf218924d55588","source":"cdr/asterisk","type":"call.completed","subject":"4930555010","time":"2026-03-02T10:00:05Z","callkey":"1772445600.1","partitionkey":"1772445600.1","data":{"duration_seconds":55,"called":"+4930555020","caller":"4930555010","direction":"outbound","accountcode":"acme","dcontext":"out","disposition":"NO ANSWER"}}""",
        Event(CdrMap.BuiltIn("asterisk"), Answered));

    [Fact]
    public void What_does_not_bill_says_why()
    {
        var map = CdrMap.BuiltIn("asterisk");
        Assert.Equal("unanswered", Property(Event(map, Failed), "notbillable"));
        Assert.Equal("2026-03-02T10:00:00Z", Property(Event(map, Failed), "time"));
        Assert.Equal("internal", Property(Event(map, Inside), "notbillable"));
        Assert.Null(Property(Event(map with { Internal = [] }, Inside), "notbillable"));
        var dials = map with { OtherLeg = [[CdrPredicate.Matches(new CdrColumn("lastapp", 8), "^Di.l$"), CdrPredicate.In(new CdrColumn("dcontext", 4), ["in", "out"])]] };
        Assert.Equal("otherleg", Property(Event(dials, Answered), "notbillable"));
        Assert.Null(Property(Event(dials with { Legs = false }, Answered), "notbillable"));
        Assert.Null(Property(Event(dials with { Legs = false }, Answered), "callkey"));
        Assert.Null(Property(Event(dials with { Legs = false }, Answered), "partitionkey"));
    }

    [Fact]
    public void The_caller_may_name_the_source_and_a_direction()
    {
        var map = CdrMap.BuiltIn("asterisk");
        Assert.Equal("pbx-7", Property(Event(map, Answered, "pbx-7"), "source"));
        using var json = JsonDocument.Parse(Event(map with { Direction = "inbound" }, Answered));
        Assert.Equal("inbound", json.RootElement.GetProperty("data").GetProperty("direction").GetString());
        using var column = JsonDocument.Parse(Event(map with { Direction = null, DirectionColumn = new CdrColumn("dcontext", 4) }, Answered));
        Assert.Equal("out", column.RootElement.GetProperty("data").GetProperty("direction").GetString());
    }

    [Fact]
    public void Both_legs_of_a_freeswitch_call_have_one_call_key()
    {
        var map = CdrMap.BuiltIn("freeswitch");
        const string a = """
            "A","4930555010","4930555020","default","2026-03-02 10:00:00","2026-03-02 10:00:05","2026-03-02 10:01:00","60","55","NORMAL_CLEARING","aaaa","bbbb","1000"
            """;
        const string b = """
            "B","4930555010","1001","default","2026-03-02 10:00:01","2026-03-02 10:00:05","2026-03-02 10:01:00","59","55","NORMAL_CLEARING","bbbb","","1000"
            """;
        Assert.Equal(("bbbb", "bbbb"), (Property(Event(map, a), "callkey"), Property(Event(map, b), "callkey")));
    }

    [Fact]
    public void A_null_word_is_no_value()
    {
        var map = CdrSample.Small with { Nulls = ["NULL"] };
        Assert.Null(Property(Event(map, CdrSample.Row(1, caller: "NULL")), "subject"));
    }

    [Fact]
    public void A_refused_row_has_no_event()
    {
        using var writer = new CdrEventWriter(CdrSample.Small);
        using var stream = new MemoryStream("torn"u8.ToArray());
        Assert.Throws<ArgumentException>(() => writer.Write(new CdrReader(stream, CdrSample.Small).Rows().First()));
    }

    private static string Event(CdrMap map, string line, string? source = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(line));
        using var writer = new CdrEventWriter(map, source);
        var row = new CdrReader(stream, map).Rows().First();
        Assert.Null(row.Refusal);
        return Encoding.UTF8.GetString(writer.Write(row).Span);
    }

    private static string? Property(string json, string name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
