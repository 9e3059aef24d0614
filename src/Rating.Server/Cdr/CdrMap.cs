using System.Reflection;
using System.Text;
using NodaTime;

namespace Rating.Server.Cdr;

/// <summary>How the rows of one system's CDR files are to be read: a YAML document (docs/cdr-import.md), checked whole before any row is.</summary>
public sealed record CdrMap
{
    private const string ResourcePrefix = "Rating.Server.Cdr.Maps.";

    /// <summary>The built-in maps, by name.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } =
        ["asterisk", "cisco-cucm", "freepbx", "freeswitch", "generic", "pbxware"];

    /// <summary>The map's name; the events' source is <c>cdr/NAME</c> unless the caller gives another.</summary>
    public required string Name { get; init; }

    /// <summary>Where the map was read from, for messages.</summary>
    public required string Origin { get; init; }

    /// <summary>Whether the first row names the columns.</summary>
    public required bool Header { get; init; }

    /// <summary>Lines to skip after the header (Cisco writes the types there).</summary>
    public int SkipAfterHeader { get; init; }

    /// <summary>How many columns a row may have; empty when the header tells.</summary>
    public IReadOnlyList<int> Widths { get; init; } = [];

    /// <summary>One ASCII character between columns.</summary>
    public byte Delimiter { get; init; } = (byte)',';

    /// <summary>How the file quotes.</summary>
    public CdrQuoting Quoting { get; init; }

    /// <summary>The file's encoding; null is UTF-8 in which a line that is not UTF-8 is taken as Latin-1. A UTF-16 byte order mark wins over both.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>What a comment line begins with; empty when the file has none.</summary>
    public string CommentMark { get; init; } = "";

    /// <summary>Texts that mean "no value", beside the empty one.</summary>
    public IReadOnlyList<string> Nulls { get; init; } = [];

    /// <summary>Whether blanks around a column are dropped.</summary>
    public bool Trim { get; init; }

    /// <summary>Zone of the local times; null means that <see cref="UniqueId"/> tells.</summary>
    public DateTimeZone? Zone { get; init; } = DateTimeZone.Utc;

    /// <summary>Asterisk's unique id, whose integer part is the Unix time of the start; read only when <see cref="Zone"/> is null.</summary>
    public CdrColumn? UniqueId { get; init; }

    /// <summary>Time formats, tried in order: <c>unix</c>, <c>unix-ms</c>, <c>rfc3339</c>, or a NodaTime pattern.</summary>
    public required IReadOnlyList<string> TimeFormats { get; init; }

    /// <summary>When the call started.</summary>
    public required CdrColumn Start { get; init; }

    /// <summary>When it was answered; null when the file does not say.</summary>
    public CdrColumn? Answered { get; init; }

    /// <summary>Seconds that bill, counted from the answer.</summary>
    public required CdrColumn Billable { get; init; }

    /// <summary>Seconds from the start; where there is no answer time, start + total - billable is it.</summary>
    public CdrColumn? Total { get; init; }

    /// <summary>Unit of <see cref="Billable"/> and <see cref="Total"/>.</summary>
    public CdrDurationUnit Unit { get; init; }

    /// <summary>The calling number.</summary>
    public required CdrColumn Caller { get; init; }

    /// <summary>The called number.</summary>
    public required CdrColumn Called { get; init; }

    /// <summary>The number that names the customer: normally the caller, for outbound calls.</summary>
    public required CdrColumn Subject { get; init; }

    /// <summary>CloudEvents type.</summary>
    public string EventType { get; init; } = "call.completed";

    /// <summary>A constant direction, copied to <c>data.direction</c>.</summary>
    public string? Direction { get; init; }

    /// <summary>The column whose text is copied to <c>data.direction</c>.</summary>
    public CdrColumn? DirectionColumn { get; init; }

    /// <summary>Columns copied into the data under their own names.</summary>
    public IReadOnlyList<CdrColumn> Extra { get; init; } = [];

    /// <summary>The file's own row id; empty means the hash of the row. A call id must never stand here: one call may be several rows.</summary>
    public IReadOnlyList<CdrColumn> RowKey { get; init; } = [];

    /// <summary>Whether the legs of a call are told apart; without it there is no call key and no <see cref="CdrNotBillable.OtherLeg"/>.</summary>
    public bool Legs { get; init; } = true;

    /// <summary>The columns that say which call a row belongs to; empty when each row is a call.</summary>
    public IReadOnlyList<CdrColumn> CallKey { get; init; } = [];

    /// <summary>Whether only the first column of <see cref="CallKey"/> that has a value is the key, rather than all of them.</summary>
    public bool CallKeyFirstOf { get; init; }

    /// <summary>What makes a row an unanswered attempt.</summary>
    public CdrUnanswered Unanswered { get; init; }

    /// <summary>A row is internal when all predicates of any one list hold.</summary>
    public IReadOnlyList<IReadOnlyList<CdrPredicate>> Internal { get; init; } = [];

    /// <summary>A row is another leg when all predicates of any one list hold.</summary>
    public IReadOnlyList<IReadOnlyList<CdrPredicate>> OtherLeg { get; init; } = [];

    /// <summary>The map given on a command line: a built-in name, or the path of a YAML file.</summary>
    /// <exception cref="CdrMapException">No such map, or a wrong one.</exception>
    public static CdrMap Load(string nameOrPath)
    {
        if (BuiltInNames.Contains(nameOrPath, StringComparer.Ordinal))
            return BuiltIn(nameOrPath);
        var file = new FileInfo(nameOrPath);
        if (!file.Exists)
            throw new CdrMapException(nameOrPath, "", $"there is no such built-in map and no such file. Built-in: {string.Join(", ", BuiltInNames)}; or give the path of a map file.");
        if (file.Length > CdrLimits.MapBytesMax)
            throw new CdrMapException(nameOrPath, "", $"a map is at most {CdrLimits.MapBytesMax} bytes, this file has {file.Length}. Is it the CDR file?");
        try
        {
            return Parse(File.ReadAllText(nameOrPath), nameOrPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CdrMapException(nameOrPath, "", $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A map that comes with the program.</summary>
    /// <exception cref="CdrMapException">No built-in map has this name.</exception>
    public static CdrMap BuiltIn(string name) => Parse(BuiltInText(name), $"built-in {name}");

    /// <summary>The YAML of a built-in map, to start one's own from.</summary>
    /// <exception cref="CdrMapException">No built-in map has this name.</exception>
    public static string BuiltInText(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{ResourcePrefix}{name}.yaml")
            ?? throw new CdrMapException(name, "", $"there is no such built-in map. There are: {string.Join(", ", BuiltInNames)}.");
        using var reader = new StreamReader(stream, System.Text.Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>Reads a map and checks all of it.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="origin">The file's name, for messages.</param>
    /// <exception cref="CdrMapException">Unknown key, missing key, wrong value.</exception>
    public static CdrMap Parse(string yaml, string origin) => CdrMapYaml.Read(yaml, origin);

    /// <summary>The same map for files whose local times are of <paramref name="zone"/>.</summary>
    /// <param name="zone">A name of the tz database such as <c>Europe/Berlin</c>.</param>
    /// <exception cref="CdrMapException">No such zone.</exception>
    public CdrMap WithZone(string zone) => this with { Zone = CdrMapYaml.FindZone(zone, Origin, "--zone") };
}
