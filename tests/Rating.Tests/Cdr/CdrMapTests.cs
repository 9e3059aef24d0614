using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>A map is checked whole, and an error names the map, the field and what to do.</summary>
public sealed class CdrMapTests
{
    private const string Good = """
        name: mine
        file:
          header: false
          quoting: rfc4180
        columns: [start, caller, called, seconds, call]
        time:
          zone: Europe/Berlin
          formats: ["yyyy-MM-dd HH:mm:ss"]
          start: start
        duration:
          billable: seconds
        caller: caller
        called: called
        subject: caller
        row_key: hash
        call_key: [call]
        not_billable:
          internal:
            - { caller: { shorter_than: 6 }, called: { shorter_than: 6 } }
        """;

    [Fact]
    public void Every_built_in_map_is_valid_and_named_as_its_file()
    {
        foreach (var name in CdrMap.BuiltInNames)
            Assert.Equal(name, CdrMap.BuiltIn(name).Name);
        var embedded = typeof(CdrMap).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("Rating.Server.Cdr.Maps.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(CdrMap.BuiltInNames.Select(n => $"Rating.Server.Cdr.Maps.{n}.yaml"), embedded);
    }

    [Theory]
    [InlineData("name: mine", "nmae: mine", "nmae", "no such key")]
    [InlineData("name: mine\n", "", "name", "is missing")]
    [InlineData("  header: false\n", "", "file.header", "is missing")]
    [InlineData("  header: false", "  header: maybe", "file.header", "neither true nor false")]
    [InlineData("quoting: rfc4180", "quoting: wild", "file.quoting", "until-delimiter")]
    [InlineData("quoting: rfc4180", "encoding: klingon", "file.encoding", "latin1")]
    [InlineData("quoting: rfc4180", "delimiter: \"::\"", "file.delimiter", "one ASCII character")]
    [InlineData("quoting: rfc4180", "widths: [9]", "file.widths", "1 to 5")]
    [InlineData("Europe/Berlin", "Europe/Bärlin", "time.zone", "tz database")]
    [InlineData("Europe/Berlin", "from-uniqueid", "time.uniqueid", "missing")]
    [InlineData("yyyy-MM-dd HH:mm:ss", "yyyy-QQ", "time.formats", "NodaTime pattern")]
    [InlineData("billable: seconds", "billable: secs", "duration.billable", "not in 'columns'")]
    [InlineData("billable: seconds", "billable: 6", "duration.billable", "numbered 1 to 5")]
    [InlineData("billable: seconds", "billable: seconds\n  unit: hours", "duration.unit", "s, ms, text")]
    [InlineData("row_key: hash", "row_key: call", "row_key", "never a call id")]
    [InlineData("row_key: hash\n", "", "row_key", "is missing")]
    [InlineData("call_key: [call]", "call_key: { last_of: [call] }", "call_key.last_of", "no such key")]
    [InlineData("shorter_than: 6 }, called", "shorter_than: x }, called", "not_billable.internal.caller.shorter_than", "whole number")]
    [InlineData("{ shorter_than: 6 }, called", "{ matches: \"(\" }, called", "not_billable.internal.caller.matches", "cannot be used")]
    [InlineData("{ shorter_than: 6 }, called", "{ matches: \"(?=a)\" }, called", "not_billable.internal.caller.matches", "look-around")]
    [InlineData("{ shorter_than: 6 }, called", "{ longer_than: 6 }, called", "not_billable.internal.caller.longer_than", "no such key")]
    [InlineData("columns: [start, ", "columns: [call, ", "columns", "twice")]
    [InlineData("subject: caller", "subject: caller\nextra: [called]", "extra", "column_N")]
    [InlineData("subject: caller", "subject: [caller]", "subject", "one column")]
    public void A_wrong_map_names_the_file_the_field_and_the_cure(string good, string bad, string field, string cure)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var e = Assert.Throws<CdrMapException>(() => CdrMap.Parse(Good.Replace(good, bad), "maps/mine.yaml"));
        Assert.Equal(field, e.Field);
        Assert.StartsWith("maps/mine.yaml: " + field, e.Message, StringComparison.Ordinal);
        Assert.Contains(cure, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b\n")]
    [InlineData("a: [1\n")]
    [InlineData("name: a\nname: b\n")]
    public void What_is_no_map_at_all_is_refused(string yaml) => Assert.Throws<CdrMapException>(() => CdrMap.Parse(yaml, "x.yaml"));

    [Fact]
    public void A_map_that_does_not_exist_lists_those_that_do() =>
        Assert.Contains("freeswitch", Assert.Throws<CdrMapException>(() => CdrMap.Load("astersik")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_good_map_is_good() => Assert.Equal("mine", CdrMap.Parse(Good, "maps/mine.yaml").Name);

    [Fact]
    public void The_map_in_the_docs_is_complete_and_reads_a_row()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Rating.sln")))
            root = root.Parent!;
        var text = File.ReadAllText(Path.Combine(root.FullName, "docs", "cdr-import.md"));
        var yaml = text.Split("```yaml\n")[1].Split("```")[0];
        var (rows, _) = CdrSample.Read(CdrMap.Parse(yaml, "docs/cdr-import.md"), "2.3.2026 9:05:07; 2.3.2026 9:05:17;201 ;4930555020;1m5s;c1;NULL\n");
        Assert.Null(rows[0].Refusal);
        Assert.Equal(("201", "4930555020", 65m, "c1", "2026-03-02T08:05:17Z"), (rows[0].Caller, rows[0].Called, rows[0].Seconds, rows[0].CallKey, rows[0].Answered.ToString()));
    }
}
