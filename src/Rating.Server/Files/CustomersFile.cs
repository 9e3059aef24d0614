using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;

namespace Rating.Server.Files;

/// <summary>A provider's customers as a CSV file: a row per subscription, with its account, its terms and the numbers and devices that are its own from its first day on.</summary>
internal sealed partial class CustomersFile
{
    private static readonly string[] Needed = ["account", "subscription", "plan", "start"];
    private static readonly string[] Others = ["account_name", "address", "email", "end", "time_zone", "anchor_day", "anchor_month", "quantities", "numbers"];

    // Which member of a request came from which column.
    private static readonly Dictionary<string, string> ColumnOf = new(StringComparer.Ordinal)
    {
        ["id"] = "subscription", ["account"] = "account", ["timeZone"] = "time_zone", ["anchorDay"] = "anchor_day", ["anchorMonth"] = "anchor_month", ["start"] = "start", ["end"] = "end",
        ["plan"] = "plan", ["quantities"] = "quantities", ["name"] = "account_name", ["address"] = "address", ["email"] = "email",
    };

    private readonly CsvTable _table;
    private readonly Dictionary<string, List<long>> _lines = new(StringComparer.Ordinal) { ["accounts"] = [], ["subscriptions"] = [], ["subjects"] = [] };
    private readonly JsonArray _accounts = [], _subscriptions = [], _subjects = [];
    private readonly Dictionary<string, string[]> _accountCells = new(StringComparer.Ordinal);

    private CustomersFile(CsvTable table) => _table = table;

    /// <summary>How many accounts, subscriptions and subjects it has.</summary>
    public (int Accounts, int Subscriptions, int Subjects) Counts => (_accounts.Count, _subscriptions.Count, _subjects.Count);

    /// <summary>Reads a file.</summary>
    /// <exception cref="Refused"><c>csv.invalid</c>: with line and column.</exception>
    public static CustomersFile Read(string path)
    {
        var file = new CustomersFile(CsvTable.Read(path, Needed, Others));
        if (file._table.Rows.Count == 0) throw file._table.Refuse(1, "", "there is no row under the header.");
        foreach (var (line, cells) in file._table.Rows) file.Add(line, cells);
        return file;
    }

    /// <summary>All of it as one request, which is carried out whole or not at all.</summary>
    public string ToRequest() => new JsonObject { ["accounts"] = _accounts.DeepClone(), ["subscriptions"] = _subscriptions.DeepClone(), ["subjects"] = _subjects.DeepClone() }.ToJsonString();

    /// <summary>The engine's refusal in the terms of the file.</summary>
    public Refused Translate(Refused refused)
    {
        var place = Place().Match(refused.Where);
        if (!place.Success || !_lines.TryGetValue(place.Groups["list"].Value, out var lines)) return refused;
        var index = int.Parse(place.Groups["index"].Value, CultureInfo.InvariantCulture);
        if (index >= lines.Count) return refused;
        var list = place.Groups["list"].Value;
        var member = place.Groups["rest"].Value.Split('.', '[').LastOrDefault(part => ColumnOf.ContainsKey(part)) ?? "";
        var column = list == "subjects" ? "numbers" : list == "accounts" && member == "id" ? "account" : member.Length > 0 ? ColumnOf[member] : "subscription";
        var problem = refused.Message.StartsWith(refused.Where + ": ", StringComparison.Ordinal) ? refused.Message[(refused.Where.Length + 2)..] : refused.Message;
        var told = _table.Refuse(lines[index], column, problem);
        return new Refused(refused.Code, told.Message) { Where = told.Where };
    }

    private void Add(long line, string[] cells)
    {
        foreach (var column in Needed)
            if (Cell(column).Length == 0) throw _table.Refuse(line, column, "this must not be empty.");
        AddAccount(line, cells);
        var start = LocalDatePattern.Iso.Parse(Cell("start"));
        if (!start.Success) throw _table.Refuse(line, "start", $"'{Cell("start")}' is not a day such as 2026-03-01.");
        var zoneName = Cell("time_zone") is { Length: > 0 } named ? named : "UTC";
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneName) ?? throw _table.Refuse(line, "time_zone", $"'{zoneName}' is not a time zone of the tz database such as Europe/Berlin.");
        var subscription = new JsonObject { ["id"] = Cell("subscription"), ["account"] = Cell("account"), ["timeZone"] = zoneName, ["start"] = Cell("start") };
        foreach (var (column, member) in new[] { ("end", "end"), ("anchor_day", "anchorDay"), ("anchor_month", "anchorMonth") })
            if (Cell(column).Length > 0) subscription[member] = Cell(column);
        subscription["changes"] = new JsonArray(new JsonObject { ["from"] = Cell("start"), ["plan"] = Cell("plan"), ["quantities"] = Quantities(line, Cell("quantities")) });
        _subscriptions.Add(subscription);
        _lines["subscriptions"].Add(line);
        var from = InstantPattern.General.Format(zone.AtStartOfDay(start.Value).ToInstant());
        foreach (var number in Cell("numbers").Split((char[])[' ', ';', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            _subjects.Add(new JsonObject { ["subject"] = number, ["subscription"] = Cell("subscription"), ["from"] = from });
            _lines["subjects"].Add(line);
        }

        string Cell(string column) => _table.Cell(cells, column);
    }

    // An account stands on each row of its subscriptions; it must say the same each time.
    private void AddAccount(long line, string[] cells)
    {
        string[] columns = ["account", "account_name", "address", "email"];
        var account = columns.Select(column => _table.Cell(cells, column)).ToArray();
        if (_accountCells.TryGetValue(account[0], out var before))
        {
            for (var i = 1; i < columns.Length; i++)
                if (account[i].Length > 0 && account[i] != before[i]) throw _table.Refuse(line, columns[i], $"'{account[i]}', but account '{account[0]}' has '{before[i]}' on an earlier row.");
            return;
        }

        _accountCells[account[0]] = account;
        _accounts.Add(new JsonObject { ["id"] = account[0], ["name"] = account[1].Length > 0 ? account[1] : account[0], ["address"] = account[2], ["email"] = account[3] });
        _lines["accounts"].Add(line);
    }

    private JsonObject Quantities(long line, string text)
    {
        var quantities = new JsonObject();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw _table.Refuse(line, "quantities", $"'{part}' is not NAME=NUMBER; write for example seats=25;numbers=3.");
            if (!quantities.TryAdd(part[..equals].Trim(), part[(equals + 1)..].Trim())) throw _table.Refuse(line, "quantities", $"'{part[..equals].Trim()}' stands twice.");
        }

        return quantities;
    }

    [GeneratedRegex(@"^(?<list>accounts|subscriptions|subjects)\[(?<index>\d+)\](?<rest>.*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Place();
}
