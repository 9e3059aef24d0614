using System.Globalization;
using System.Text;

namespace Rating.Tests.Processes;

/// <summary>Made-up customers and their calls in March 2026, as an Asterisk writes them; from a seed.</summary>
internal static class ProcessData
{
    private static readonly string[] Called = ["494066969100", "491729968532", "447700900456", "442079460900", "12125550173", "35315550132", "31655550133", "91225550134", "39025550122", "41795550121"];

    /// <summary>The number that no customer has.</summary>
    public const string Unknown = "493099999999";

    /// <summary>Accounts with two subscriptions each, which have two numbers each.</summary>
    public static string Customers(int accounts)
    {
        var csv = new StringBuilder("account,account_name,address,email,subscription,plan,start,end,time_zone,anchor_day,quantities,numbers\n");
        for (var account = 0; account < accounts; account++)
            for (var one = 0; one < 2; one++)
                csv.Append(CultureInfo.InvariantCulture, $"a{account:0000},Account {account},Street 1,,a{account:0000}-s{one},{(one == 0 ? "team" : "trunk")},2026-03-{1 + account % 5:00},,Europe/Berlin,1,seats=3;channels=2;numbers=2,{Number(account, one, 0)} {Number(account, one, 1)}\n");
        return csv.ToString();
    }

    /// <summary>A CDR file with what such files have: unanswered and internal calls, second legs, repeated rows, unknown numbers, unknown destinations, torn lines.</summary>
    public static string Calls(int seed, int accounts, int rows)
    {
        var random = new Random(seed);
        var csv = new StringBuilder();
        var before = "";
        for (var row = 0; row < rows; row++)
        {
            var kind = row < 12 ? row : random.Next(200); // a short file has all kinds, too
            if (kind == 0 && before.Length > 0)
            {
                csv.Append(before);
                continue;
            }

            if (kind == 1 && (row < 12 || random.Next(5) == 0))
            {
                csv.Append("\"\",torn\n");
                continue;
            }

            var start = new DateTime(2026, 3, 6, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next(25 * 86_400));
            var src = kind == 2 ? Unknown : kind is 3 or 4 ? "101" : Number(random.Next(accounts), random.Next(2), random.Next(2));
            var dst = kind is 3 or 4 ? "102" : kind == 5 ? "999123" : Called[random.Next(Called.Length)];
            var seconds = kind is 6 or 7 or 8 or 9 ? 0 : random.Next(1, 600);
            var unique = $"{new DateTimeOffset(start).ToUnixTimeSeconds()}.{row}";
            before = Line(src, dst, start, seconds, unique, "Dial");
            csv.Append(before);
            if (kind is 10 or 11) csv.Append(Line(src, dst, start, seconds + 1, unique, "Queue"));
        }

        return csv.ToString();
    }

    /// <summary>A CloudEvent for a number of the first account.</summary>
    public static string Event(string id) => $$"""{"specversion":"1.0","id":"{{id}}","source":"test","type":"sms.sent","subject":"{{Number(0, 0, 0)}}","time":"2026-03-10T08:00:00Z"}""";

    public static string Number(int account, int subscription, int number) => string.Create(CultureInfo.InvariantCulture, $"4930{account:000000}{subscription}{number}");

    private static string Line(string src, string dst, DateTime start, int seconds, string unique, string application)
    {
        var answer = start.AddSeconds(7);
        return string.Create(CultureInfo.InvariantCulture, $"\"\",\"{src}\",\"{dst}\",\"from-internal\",\"<{src}>\",\"PJSIP/a\",\"PJSIP/b\",\"{application}\",\"PJSIP/{dst}@carrier\",\"{start:yyyy-MM-dd HH:mm:ss}\",\"{(seconds == 0 ? "" : answer.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture))}\",\"{answer.AddSeconds(seconds):yyyy-MM-dd HH:mm:ss}\",{seconds + 7},{seconds},\"{(seconds == 0 ? "NO ANSWER" : "ANSWERED")}\",\"DOCUMENTATION\",\"{unique}\",\"\"\n");
    }
}
