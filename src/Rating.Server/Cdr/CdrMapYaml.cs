using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Rating.Server.Cdr;

/// <summary>Reads the YAML of a <see cref="CdrMap"/>, refusing what it does not know: a misspelt key that is silently ignored would bill wrongly.</summary>
internal sealed class CdrMapYaml
{
    private const string FromUniqueId = "from-uniqueid";
    private static readonly string[] ReservedData = ["duration_seconds", "caller", "called", "direction"];

    private readonly string _origin;
    private readonly List<string> _columns = [];
    private bool _header;

    private CdrMapYaml(string origin) => _origin = origin;

    public static CdrMap Read(string yaml, string origin)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            if (stream.Documents.Count != 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
                throw new CdrMapException(origin, "", "a map is one YAML document of keys and values; docs/cdr-import.md has examples.");
            return new CdrMapYaml(origin).Map(root);
        }
        catch (YamlException e)
        {
            throw new CdrMapException(origin, "", $"not valid YAML at line {e.Start.Line}, column {e.Start.Column}: {e.Message}", e);
        }
    }

    public static DateTimeZone FindZone(string zone, string origin, string field) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)
        ?? throw new CdrMapException(origin, field, $"'{zone}' is not a time zone. Write a name of the tz database such as Europe/Berlin, America/New_York or UTC.");

    private CdrMap Map(YamlMappingNode root)
    {
        var keys = Keys(root, "", "name", "about", "file", "columns", "time", "duration", "caller", "called", "subject", "type", "direction", "extra", "row_key", "legs", "call_key", "not_billable");
        var file = Keys(Node(keys, "", "file"), "file", "header", "skip_after_header", "widths", "delimiter", "quoting", "encoding", "comment", "nulls", "trim");
        _header = Flag(file, "file", "header") ?? throw Missing("file", "header");
        Columns(keys);

        var time = Keys(Node(keys, "", "time"), "time", "zone", "uniqueid", "formats", "start", "answered");
        var duration = Keys(Node(keys, "", "duration"), "duration", "billable", "total", "unit");
        var notBillable = keys.TryGetValue("not_billable", out var node) ? Keys(node, "not_billable", "unanswered", "internal", "otherleg") : [];
        var zone = Text(time, "time", "zone") ?? throw Missing("time", "zone");
        var fromUniqueId = string.Equals(zone, FromUniqueId, StringComparison.Ordinal);
        var uniqueId = Column(time, "time", "uniqueid");
        if (fromUniqueId && uniqueId is null)
            throw Wrong("time.uniqueid", "missing, and the zone is from-uniqueid. Name the column that holds the unique id.");
        if (!fromUniqueId && uniqueId is not null)
            throw Wrong("time.uniqueid", "is only read with 'zone: from-uniqueid'. Remove one of the two.");
        var (callKey, firstOf) = CallKey(keys);
        var (direction, directionColumn) = Direction(keys);

        return new CdrMap
        {
            Name = Text(keys, "", "name") ?? throw Missing("", "name"),
            Origin = _origin,
            Header = _header,
            SkipAfterHeader = Number(file, "file", "skip_after_header", 0, 100) ?? 0,
            Widths = Widths(file),
            Delimiter = Delimiter(file),
            Quoting = Choice(file, "file", "quoting", CdrQuoting.Rfc4180, ("rfc4180", CdrQuoting.Rfc4180), ("until-delimiter", CdrQuoting.UntilDelimiter), ("protect", CdrQuoting.Protect), ("none", CdrQuoting.None)),
            Encoding = FileEncoding(file),
            CommentMark = Text(file, "file", "comment") ?? "",
            Nulls = Texts(file, "file", "nulls") ?? [],
            Trim = Flag(file, "file", "trim") ?? false,
            Zone = fromUniqueId ? null : FindZone(zone, _origin, "time.zone"),
            UniqueId = uniqueId,
            TimeFormats = TimeFormats(time),
            Start = Column(time, "time", "start") ?? throw Missing("time", "start"),
            Answered = Column(time, "time", "answered"),
            Billable = Column(duration, "duration", "billable") ?? throw Missing("duration", "billable"),
            Total = Column(duration, "duration", "total"),
            Unit = Choice(duration, "duration", "unit", CdrDurationUnit.Seconds, ("s", CdrDurationUnit.Seconds), ("ms", CdrDurationUnit.Milliseconds), ("text", CdrDurationUnit.Text)),
            Caller = Column(keys, "", "caller") ?? throw Missing("", "caller"),
            Called = Column(keys, "", "called") ?? throw Missing("", "called"),
            Subject = Column(keys, "", "subject") ?? throw Missing("", "subject"),
            EventType = Text(keys, "", "type") ?? "call.completed",
            Direction = direction,
            DirectionColumn = directionColumn,
            Extra = Extra(keys),
            RowKey = RowKey(keys),
            Legs = Flag(keys, "", "legs") ?? true,
            CallKey = callKey,
            CallKeyFirstOf = firstOf,
            Unanswered = Choice(notBillable, "not_billable", "unanswered", CdrUnanswered.ZeroSeconds, ("zero-seconds", CdrUnanswered.ZeroSeconds), ("zero-seconds-or-no-answer-time", CdrUnanswered.ZeroSecondsOrNoAnswerTime)),
            Internal = Rules(notBillable, "internal"),
            OtherLeg = Rules(notBillable, "otherleg"),
        };
    }

    private void Columns(Dictionary<string, YamlNode> keys)
    {
        var names = Texts(keys, "", "columns");
        if (_header && names is not null)
            throw Wrong("columns", "the header names the columns ('file.header: true'). Remove 'columns', or set 'file.header: false'.");
        if (!_header && names is null)
            throw Wrong("columns", "missing, and 'file.header' is false. List the columns' names in the order of the file.");
        foreach (var name in names ?? [])
        {
            if (_columns.Contains(name, StringComparer.Ordinal))
                throw Wrong("columns", $"'{name}' stands twice. Give each column its own name.");
            _columns.Add(name);
        }
    }

    private List<int> Widths(Dictionary<string, YamlNode> file)
    {
        if (!file.ContainsKey("widths"))
            return _header ? [] : [_columns.Count];
        if (_header)
            throw Wrong("file.widths", "the header tells how many columns there are. Remove 'widths'.");
        var widths = new List<int>();
        foreach (var text in Texts(file, "file", "widths")!)
            widths.Add(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width >= 1 && width <= _columns.Count
                ? width
                : throw Wrong("file.widths", $"'{text}' is not a number of columns from 1 to {_columns.Count}, the length of 'columns'."));
        return widths;
    }

    private byte Delimiter(Dictionary<string, YamlNode> file)
    {
        var text = Text(file, "file", "delimiter") ?? ",";
        return text is [var c] && c is '\t' or (>= ' ' and <= '~') && c != '"' && text.Length == 1
            ? (byte)text[0]
            : throw Wrong("file.delimiter", $"'{text}' is not one ASCII character other than the quote. Write \",\", \";\", \"|\" or \"\\t\".");
    }

    private Encoding? FileEncoding(Dictionary<string, YamlNode> file)
    {
        var name = Text(file, "file", "encoding") ?? "utf-8";
        if (string.Equals(name, "utf-8", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException e)
        {
            throw new CdrMapException(_origin, "file.encoding", $"'{name}' is not an encoding. Write utf-8 (lines that are not UTF-8 are taken as Latin-1), latin1, windows-1252, utf-16 or another IANA name.", e);
        }
    }

    private List<string> TimeFormats(Dictionary<string, YamlNode> time)
    {
        var formats = Texts(time, "time", "formats") ?? throw Missing("time", "formats");
        foreach (var format in formats)
        {
            try
            {
                CdrTimeFormat.Create(format);
            }
            catch (InvalidPatternException e)
            {
                throw new CdrMapException(_origin, "time.formats", $"'{format}' is not a time format: {e.Message} Write unix, unix-ms, rfc3339, or a NodaTime pattern such as 'yyyy-MM-dd HH:mm:ss'.", e);
            }
        }
        return formats;
    }

    private (string? Constant, CdrColumn? Column) Direction(Dictionary<string, YamlNode> keys)
    {
        if (!keys.TryGetValue("direction", out var node))
            return (null, null);
        if (node is YamlScalarNode { Value: { Length: > 0 } constant })
            return (constant, null);
        var inner = Keys(node, "direction", "column");
        return (null, Column(inner, "direction", "column") ?? throw Missing("direction", "column"));
    }

    private List<CdrColumn> Extra(Dictionary<string, YamlNode> keys)
    {
        var extra = ColumnList(keys, "", "extra");
        foreach (var column in extra)
            if (ReservedData.Contains(column.Name, StringComparer.Ordinal))
                throw Wrong("extra", $"'{column.Name}' is a name that every event's data has already. Give the column by its number, then it is called column_N.");
        if (extra.Count > CdrLimits.ExtraColumnsMax)
            throw Wrong("extra", $"lists {extra.Count} columns, an event takes {CdrLimits.ExtraColumnsMax}. Keep what a report or a price needs.");
        if (extra.Select(c => c.Name).Distinct(StringComparer.Ordinal).Count() != extra.Count)
            throw Wrong("extra", "a column stands twice.");
        return extra;
    }

    private List<CdrColumn> RowKey(Dictionary<string, YamlNode> keys)
    {
        if (!keys.TryGetValue("row_key", out var node))
            throw Missing("", "row_key");
        if (node is YamlScalarNode { Value: "hash" })
            return [];
        return node is YamlSequenceNode { Children.Count: > 0 }
            ? ColumnList(keys, "", "row_key")
            : throw Wrong("row_key", "write 'hash', or a list of the columns that hold the row's own id (never a call id: one call may be several rows).");
    }

    private (List<CdrColumn> Columns, bool FirstOf) CallKey(Dictionary<string, YamlNode> keys)
    {
        if (!keys.TryGetValue("call_key", out var node))
            return ([], false);
        if (node is YamlSequenceNode)
            return (ColumnList(keys, "", "call_key"), false);
        var inner = Keys(node, "call_key", "first_of");
        var columns = ColumnList(inner, "call_key", "first_of");
        return columns.Count > 0 ? (columns, true) : throw Wrong("call_key", "write a list of columns, or 'first_of:' with a list.");
    }

    private List<IReadOnlyList<CdrPredicate>> Rules(Dictionary<string, YamlNode> keys, string key)
    {
        var path = $"not_billable.{key}";
        if (!keys.TryGetValue(key, out var node) || node is YamlScalarNode { Value: "false" })
            return [];
        if (node is not YamlSequenceNode list)
            throw Wrong(path, "write 'false', or a list whose items name columns and their tests: - { src: { shorter_than: 6 } }.");
        var rules = new List<IReadOnlyList<CdrPredicate>>();
        foreach (var item in list.Children)
        {
            if (item is not YamlMappingNode { Children.Count: > 0 } tests)
                throw Wrong(path, $"line {item.Start.Line}: an item names columns and their tests: - {{ src: {{ shorter_than: 6 }} }}.");
            rules.Add([.. tests.Children.Select(t => Predicate(path, t.Key, t.Value))]);
        }
        return rules;
    }

    private CdrPredicate Predicate(string path, YamlNode column, YamlNode test)
    {
        var target = ToColumn(column, path);
        path = $"{path}.{target.Name}";
        var keys = Keys(test, path, "equals", "in", "starts_with", "shorter_than", "matches");
        if (keys.Count != 1)
            throw Wrong(path, "a column has exactly one test: equals, in, starts_with, shorter_than or matches.");
        switch (keys.Keys.First())
        {
            case "equals":
                return CdrPredicate.In(target, [((YamlScalarNode)Scalar(keys["equals"], $"{path}.equals")).Value ?? ""]);
            case "in":
                return CdrPredicate.In(target, Texts(keys, path, "in")!);
            case "starts_with":
                return CdrPredicate.StartsWith(target, Text(keys, path, "starts_with")!);
            case "shorter_than":
                return CdrPredicate.ShorterThan(target, Number(keys, path, "shorter_than", 2, 100)!.Value);
            default:
                var pattern = Text(keys, path, "matches")!;
                try
                {
                    return CdrPredicate.Matches(target, pattern);
                }
                catch (Exception e) when (e is ArgumentException or NotSupportedException)
                {
                    throw new CdrMapException(_origin, $"{path}.matches", $"'{pattern}' cannot be used: {e.Message} (look-around and back-references are not available).", e);
                }
        }
    }

    private CdrColumn? Column(Dictionary<string, YamlNode> keys, string path, string key) =>
        keys.TryGetValue(key, out var node) ? ToColumn(node, Join(path, key)) : null;

    private List<CdrColumn> ColumnList(Dictionary<string, YamlNode> keys, string path, string key)
    {
        if (!keys.TryGetValue(key, out var node))
            return [];
        if (node is not YamlSequenceNode list)
            throw Wrong(Join(path, key), "write a list of columns in brackets: [one, two].");
        return [.. list.Children.Select(c => ToColumn(c, Join(path, key)))];
    }

    private CdrColumn ToColumn(YamlNode node, string path)
    {
        if (node is not YamlScalarNode { Value: { Length: > 0 } text })
            throw Wrong(path, $"line {node.Start.Line}: name one column, by its name or its number (1 is the first).");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var last = _header ? CdrLimits.ColumnsMax : _columns.Count;
            return number >= 1 && number <= last
                ? new CdrColumn(string.Create(CultureInfo.InvariantCulture, $"column_{number}"), number)
                : throw Wrong(path, $"there is no column {number}; columns are numbered 1 to {last}.");
        }
        if (_header)
            return new CdrColumn(text, 0);
        var index = _columns.IndexOf(text);
        return index >= 0 ? new CdrColumn(text, index + 1) : throw Wrong(path, $"'{text}' is not in 'columns'. There are: {string.Join(", ", _columns)}.");
    }

    private Dictionary<string, YamlNode> Keys(YamlNode node, string path, params string[] known)
    {
        if (node is not YamlMappingNode mapping)
            throw Wrong(path, $"line {node.Start.Line}: holds keys and values: {string.Join(", ", known)}.");
        var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name, StringComparer.Ordinal))
                throw Wrong(Join(path, name), $"line {key.Start.Line}: there is no such key here. Known are: {string.Join(", ", known)}.");
            keys.Add(name, value);
        }
        return keys;
    }

    private YamlNode Node(Dictionary<string, YamlNode> keys, string path, string key) => keys.TryGetValue(key, out var node) ? node : throw Missing(path, key);

    private YamlNode Scalar(YamlNode node, string path) =>
        node is YamlScalarNode ? node : throw Wrong(path, $"line {node.Start.Line}: write one value, not a list or keys.");

    private string? Text(Dictionary<string, YamlNode> keys, string path, string key)
    {
        if (!keys.TryGetValue(key, out var node))
            return null;
        var text = ((YamlScalarNode)Scalar(node, Join(path, key))).Value;
        return string.IsNullOrEmpty(text) ? throw Wrong(Join(path, key), $"line {node.Start.Line}: is empty. Write a value, or remove the key.") : text;
    }

    private List<string>? Texts(Dictionary<string, YamlNode> keys, string path, string key)
    {
        if (!keys.TryGetValue(key, out var node))
            return null;
        return node is YamlSequenceNode { Children.Count: > 0 } list
            ? [.. list.Children.Select(c => ((YamlScalarNode)Scalar(c, Join(path, key))).Value ?? "")]
            : throw Wrong(Join(path, key), $"line {node.Start.Line}: write a list in brackets: [one, two].");
    }

    private bool? Flag(Dictionary<string, YamlNode> keys, string path, string key) => Text(keys, path, key) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var other => throw Wrong(Join(path, key), $"'{other}' is neither true nor false."),
    };

    private int? Number(Dictionary<string, YamlNode> keys, string path, string key, int min, int max)
    {
        var text = Text(keys, path, key);
        if (text is null)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong(Join(path, key), $"'{text}' is not a whole number from {min} to {max}.");
    }

    private T Choice<T>(Dictionary<string, YamlNode> keys, string path, string key, T absent, params (string Word, T Value)[] choices)
    {
        var text = Text(keys, path, key);
        if (text is null)
            return absent;
        foreach (var (word, value) in choices)
            if (string.Equals(word, text, StringComparison.Ordinal))
                return value;
        throw Wrong(Join(path, key), $"'{text}' is not known. Write one of: {string.Join(", ", choices.Select(c => c.Word))}.");
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private CdrMapException Missing(string path, string key) => Wrong(Join(path, key), "is missing. Add it; docs/cdr-import.md says what it holds.");

    private CdrMapException Wrong(string field, string problem) => new(_origin, field, problem);
}
