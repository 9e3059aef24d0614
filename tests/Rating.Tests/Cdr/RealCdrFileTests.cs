using NodaTime;
using NodaTime.Text;
using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>Real files of five systems. Raw totals and billed seconds are those of ../shared/data/README.md, which an independent script computed.</summary>
public sealed class RealCdrFileTests
{
    /// <summary>The map with legs and internal calls off, as the README counts; <c>first</c> and <c>last</c> there are start times.</summary>
    private static CdrMap Raw(string system) => CdrMap.BuiltIn(system) with { Legs = false, Internal = [] };

    [RealCdrTheory]
    [InlineData("asterisk", 218, 114, 38_947, 54, "2017-06-20T09:49:22Z", "2017-06-27T19:01:33Z")]
    [InlineData("freeswitch", 762, 510, 46_041, 10, "2021-04-14T17:07:33Z", "2021-06-27T23:48:17Z")]
    [InlineData("cisco-cucm", 60, 42, 1_673, 40, "2021-12-13T13:58:36Z", "2021-12-13T14:07:56Z")]
    [InlineData("freepbx", 100, 88, 699, 10, "2017-09-04T12:08:58+01:00", "2017-09-04T12:39:26+01:00")] // the unique ids say +01
    [InlineData("pbxware", 200, 122, 10_410, 32, "2018-11-29T20:19:34-05:00", "2018-11-30T14:36:40-05:00")] // and -05
    public void Raw_totals_are_those_of_the_readme(string system, int rows, int billable, int seconds, int callers, string first, string last)
    {
        var read = ReadAll(Raw(system));
        Assert.Empty(read.Where(r => r.Refusal is not null).Select(r => r.Refusal));
        Assert.Equal(rows, read.Count);
        Assert.Equal(billable, read.Count(r => r.Seconds > 0));
        Assert.Equal(seconds, read.Sum(r => r.Seconds));
        // The README's script counts the rows without a caller (Cisco's bridges) as one caller.
        Assert.Equal(callers, read.Select(r => r.Caller).Distinct().Count());
        Assert.Equal(At(first), read.Min(r => r.Start));
        Assert.Equal(At(last), read.Max(r => r.Start));
    }

    [RealCdrTheory]
    [InlineData("asterisk", 42_900, 39_216, 39_666)]
    [InlineData("freeswitch", 63_420, 47_592, 49_632)]
    [InlineData("cisco-cucm", 3_180, 1_752, 2_052)]
    [InlineData("freepbx", 5_280, 882, 2_646)]
    [InlineData("pbxware", 15_180, 10_722, 11_880)]
    public void Billed_seconds_at_three_increments_are_those_of_the_readme(string system, int at60, int at6, int at30)
    {
        var seconds = ReadAll(Raw(system)).Where(r => r.NotBillable == CdrNotBillable.None).Select(r => r.Seconds).ToList();
        Assert.Equal(at60, seconds.Sum(d => Billed(d, 60, 60)));
        Assert.Equal(at6, seconds.Sum(d => Billed(d, 6, 6)));
        Assert.Equal(at30, seconds.Sum(d => Billed(d, 30, 6)));
    }

    [RealCdrTheory] // the numbers: a Python script over csv.reader, apart from both this reader and the naive one
    [InlineData("asterisk", false, 112, 38897)]
    [InlineData("asterisk", true, 112, 38897)]
    [InlineData("freeswitch", false, 70, 5693)]
    [InlineData("freeswitch", true, 505, 45282)]
    [InlineData("cisco-cucm", false, 8, 220)]
    [InlineData("cisco-cucm", true, 38, 1469)]
    [InlineData("freepbx", false, 0, 0)]
    [InlineData("freepbx", true, 88, 699)]
    [InlineData("pbxware", false, 58, 3186)]
    [InlineData("pbxware", true, 102, 8138)]
    public void Billed_calls_with_legs_and_dedupe_are_those_of_the_naive_script(string system, bool internalBills, int billedCalls, int billedSeconds)
    {
        var map = CdrMap.BuiltIn(system);
        if (internalBills)
            map = map with { Internal = [] };

        // The engine's two rules, in log order: a row once, and the first answered row of a call.
        var (rows, calls, billed) = (new HashSet<string>(), new HashSet<string>(), new List<int>());
        foreach (var row in ReadAll(map))
            if (rows.Add(row.RowKey) && row.NotBillable == CdrNotBillable.None && (row.CallKey.Length == 0 || calls.Add(row.CallKey)))
                billed.Add((int)row.Seconds);
        Assert.Equal(NaiveCdrScript.Billed(system, internalBills), billed);
        Assert.Equal((billedCalls, billedSeconds), (billed.Count, billed.Sum()));
    }

    [RealCdrTheory]
    [InlineData("asterisk", 210)] // 8 full duplicates, says the README
    [InlineData("freeswitch", 762)]
    [InlineData("cisco-cucm", 60)]
    [InlineData("freepbx", 100)]
    [InlineData("pbxware", 200)]
    public void Only_full_duplicates_share_a_row_key(string system, int different) =>
        Assert.Equal(different, ReadAll(CdrMap.BuiltIn(system)).Select(r => r.RowKey).Distinct().Count());

    [RealCdrTheory]
    [InlineData("asterisk")]
    [InlineData("freepbx")]
    [InlineData("pbxware")]
    public void A_unique_id_and_the_named_zone_tell_the_same_instants(string system)
    {
        var zone = system switch { "asterisk" => "UTC", "freepbx" => "Europe/London", _ => "America/New_York" };
        var map = CdrMap.BuiltIn(system);
        Assert.Equal(ReadAll(map.WithZone(zone)).Select(r => (r.Start, r.Answered)), ReadAll(map).Select(r => (r.Start, r.Answered)));
    }

    private static List<ReadRow> ReadAll(CdrMap map)
    {
        var files = map.Name switch
        {
            "asterisk" => [SharedData.Cdr("asterisk-master-csv/Master.csv")],
            "freeswitch" => [SharedData.Cdr("freeswitch-cdr-csv/Master.csv")],
            "cisco-cucm" => Directory.GetFiles(SharedData.Cdr("cisco-cucm"), "cdr_StandAloneCluster_*").Order(StringComparer.Ordinal),
            "freepbx" => [SharedData.Cdr("freepbx-export/cdr__1504525205.csv")],
            _ => (IEnumerable<string>)[SharedData.Cdr("pbxware/cdr-first-200.csv")],
        };
        var rows = new List<ReadRow>();
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            var (read, counts) = CdrSample.Read(map, stream);
            Assert.Equal(File.ReadAllLines(file).Length, counts.Lines);
            rows.AddRange(read);
        }
        return rows;
    }

    private static decimal Billed(decimal seconds, int initial, int increment) =>
        seconds <= initial ? initial : initial + (Math.Ceiling((seconds - initial) / increment) * increment);

    private static Instant At(string text) => OffsetDateTimePattern.GeneralIso.Parse(text).Value.ToInstant();
}
