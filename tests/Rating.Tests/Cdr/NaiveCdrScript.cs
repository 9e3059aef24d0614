using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Rating.Tests.Cdr;

/// <summary>What each real file bills, worked out the simplest way that fits that one file. Shares nothing with the importer; the rules are those of docs/cdr-import.md.</summary>
internal static class NaiveCdrScript
{
    public sealed record Row(string Id, string Call, int Seconds, bool Connected, bool Internal, bool OtherLeg = false);

    /// <summary>Seconds of each call that bills, in file order.</summary>
    public static List<int> Billed(string system, bool internalBills)
    {
        var (seen, calls, billed) = (new HashSet<string>(), new HashSet<string>(), new List<int>());
        foreach (var row in Rows(system))
        {
            if (!seen.Add(row.Id))
                continue;
            if (row.Seconds == 0 || !row.Connected || row.OtherLeg || (row.Internal && !internalBills))
                continue;
            if (calls.Add(row.Call))
                billed.Add(row.Seconds);
        }
        return billed;
    }

    private static IEnumerable<Row> Rows(string system) => system switch
    {
        "asterisk" => Lines("asterisk-master-csv/Master.csv").Select(Asterisk),
        "freeswitch" => Lines("freeswitch-cdr-csv/Master.csv").Select(FreeSwitch),
        "cisco-cucm" => Directory.GetFiles(SharedData.Cdr("cisco-cucm"), "cdr_StandAloneCluster_*").Order(StringComparer.Ordinal)
            .SelectMany(f => File.ReadAllLines(f, Encoding.Latin1).Skip(2)).Select(Cisco),
        "freepbx" => Lines("freepbx-export/cdr__1504525205.csv").Skip(1).Select(FreePbx),
        "pbxware" => Lines("pbxware/cdr-first-200.csv").Skip(1).Select(PbxWare),
        _ => throw new ArgumentOutOfRangeException(nameof(system)),
    };

    private static string[] Lines(string file) => File.ReadAllLines(SharedData.Cdr(file), Encoding.Latin1);

    private static bool Short(string number) => number.Length is > 0 and < 6;

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Row Asterisk(string line)
    {
        // The end of the row is plain: ...,duration,billsec,"disposition","amaflags","uniqueid","userfield"; numbers come right after the account code.
        var tail = Regex.Match(line, """,\d+,(?<bill>\d+),"[A-Z ]+","[A-Z]+","(?<uid>[\d.]+)","[^"]*"$""", RegexOptions.NonBacktracking);
        var head = line.Split("\",\"");
        return new Row(line, tail.Groups["uid"].Value, Int(tail.Groups["bill"].Value), true, (Short(head[1]) && Short(head[2])) || head[2].StartsWith('*'));
    }

    private static Row FreeSwitch(string line)
    {
        var f = line[1..^1].Split("\",\"");
        return new Row(line, f[11].Length > 0 ? f[11] : f[10], Int(f[8]), true, Short(f[1]) && Short(f[2]));
    }

    private static Row Cisco(string line)
    {
        var f = line.Replace("\"", "").Split(',');
        var (caller, called) = (f[8], f[30]);
        return new Row(f[50], f[1] + "/" + f[2], Int(f[55]), Int(f[47]) > 0, (Short(caller) && Short(called)) || caller.StartsWith("b00") || called.StartsWith("b00"));
    }

    private static Row FreePbx(string line)
    {
        var f = Regex.Replace(line, "\"[^\"]*\"", "", RegexOptions.NonBacktracking).Split(',');
        return new Row(line, f[14], Int(f[10]), true, (Short(f[2]) && Short(f[3])) || f[3].StartsWith('*'));
    }

    private static Row PbxWare(string line)
    {
        var m = Regex.Match(line, """^(?<id>\d+),NULL,(?:".*?"|NULL),(?<src>[^,"]*),(?<dst>[^,"]*),(?<ctx>[^,"]*),(?:PJSIP|Local).*"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",\d+,(?<bill>\d+),NULL,(?:"[^"]*"|[A-Z]+),\d,[^,]*,(?<uid>[\d.]+),""", RegexOptions.NonBacktracking);
        var (src, dst, context) = (m.Groups["src"].Value, m.Groups["dst"].Value, m.Groups["ctx"].Value);
        return new Row(m.Groups["id"].Value, m.Groups["uid"].Value, Int(m.Groups["bill"].Value), true,
            (Short(src) && Short(dst)) || dst.StartsWith('*') || context == "voicemail-op", dst == "NULL");
    }
}
