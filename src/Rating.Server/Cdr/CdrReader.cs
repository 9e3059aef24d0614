using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using NodaTime;
using Rating.Domain;

namespace Rating.Server.Cdr;

/// <summary>Reads the rows of one CDR file in bounded memory, each as usable or as refused. Not for several threads.</summary>
public sealed class CdrReader
{
    private readonly CdrMap _map;
    private readonly CdrLineReader _lines;
    private readonly CdrFields _fields;
    private readonly CdrRow _row;
    private readonly CdrClock _clock;
    private readonly byte[][] _nulls;
    private readonly byte[] _comment;
    private Binding? _binding;
    private int _lastWidth;
    private bool _hasControls;

    /// <param name="stream">The file, at its beginning. The caller closes it.</param>
    /// <param name="map">How to read it.</param>
    public CdrReader(Stream stream, CdrMap map)
    {
        _map = map;
        _lines = new CdrLineReader(stream, map.Encoding);
        _fields = new CdrFields(map.Quoting, map.Delimiter, map.Trim);
        _row = new CdrRow(_fields);
        _clock = new CdrClock(map);
        _nulls = [.. map.Nulls.Where(n => n.Length > 0).Select(Encoding.UTF8.GetBytes)];
        _comment = Encoding.UTF8.GetBytes(map.CommentMark);
    }

    /// <summary>Where the lines read so far went.</summary>
    public CdrCounts Counts { get; } = new();

    /// <summary>The rows in file order, once. Every row is the same object: use it before asking for the next.</summary>
    /// <exception cref="CdrFileException">The header lacks a column that the map needs; thrown before the first row.</exception>
    public IEnumerable<CdrRow> Rows()
    {
        while (Next())
            yield return _row;
    }

    private bool Next()
    {
        while (_lines.Next())
        {
            var line = _lines.Line;
            if (line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
                Counts.Blank++;
            else if (_comment.Length > 0 && line.StartsWith(_comment))
                Counts.Comment++;
            else if (_binding is null && _map.Header)
                ReadHeader();
            else
            {
                _binding ??= new Binding(_map, c => c.Number - 1);
                _row.Clear(_lines.LineNumber);
                var refusal = ReadRow(line);
                if (refusal is null)
                {
                    Counts.Usable++;
                    Counts.IsLastRowOpen = !_lines.Ended;
                }
                else
                {
                    Counts.Refused++;
                    _row.Refuse(refusal, line);
                }
                return true;
            }
        }
        return false;
    }

    private void ReadHeader()
    {
        var problem = Take(_lines.Line) ?? _fields.Split();
        if (problem is not null)
            throw new CdrFileException($"line {_lines.LineNumber} should be the header that map '{_map.Name}' expects, but {problem}. Give another map, or 'file.header: false'.");
        var names = new List<string>();
        for (var i = 0; i < _fields.Count; i++)
            names.Add(Encoding.UTF8.GetString(_fields[i]).Trim());
        _lastWidth = names.Count;
        _binding = new Binding(_map, column =>
        {
            if (column.Number > names.Count)
                throw new CdrFileException($"map '{_map.Name}' needs column {column.Number}, but the header in line {_lines.LineNumber} has {names.Count}. Give another map.");
            if (column.Number > 0)
                return column.Number - 1;
            var index = names.IndexOf(column.Name);
            if (index < 0)
                throw new CdrFileException($"map '{_map.Name}' needs column '{column.Name}', but the header in line {_lines.LineNumber} has only: {Shown(names)}. Give another map, or copy this one and name the columns as the file does.");
            return names.LastIndexOf(column.Name) == index
                ? index
                : throw new CdrFileException($"the header in line {_lines.LineNumber} has column '{column.Name}' twice. Name it by its number in the map.");
        });
        Counts.Header++;
        for (var i = 0; i < _map.SkipAfterHeader && _lines.Next(); i++)
            Counts.Header++;
    }

    private static string Shown(List<string> names)
    {
        var all = string.Join(", ", names);
        return all.Length <= 500 ? all : all[..500] + "...";
    }

    /// <summary>Takes a line as UTF-8, or says why it is none.</summary>
    private string? Take(ReadOnlySpan<byte> line)
    {
        if (_lines.TooLong)
            return $"the line is longer than {CdrLimits.LineBytesMax} bytes; its line end was lost, or it is no CDR";
        _hasControls = line.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0;
        if (_hasControls && line.IndexOf((byte)0) is var nul and >= 0)
            return $"byte {nul + 1} is NUL; the writing system was probably cut off here";
        _fields.SetLine(line, isLatin1: !Utf8.IsValid(line));
        return null;
    }

    private string? ReadRow(ReadOnlySpan<byte> line)
    {
        var bound = _binding!;
        if ((Take(line) ?? _fields.Split() ?? CheckWidth()) is { } torn)
            return torn;
        return ReadTimes(bound) ?? ReadKeysAndNumbers(bound);
    }

    private string? CheckWidth()
    {
        var width = _fields.Count;
        if (_map.Header ? width != _lastWidth : !_map.Widths.Contains(width))
            return _map.Header
                ? $"the row has {width} columns, the header {_lastWidth}; it is torn, or a value has an unquoted delimiter"
                : $"the row has {width} columns, the map knows {string.Join(", ", _map.Widths)}; it is torn, or a value has an unquoted delimiter";
        // Some systems may write several widths, but not change it in the middle of a last line without an end.
        if (!_lines.Ended && _lastWidth > 0 && width != _lastWidth)
            return $"the last line has no end and {width} columns, the row before it {_lastWidth}; it is torn";
        _lastWidth = width;
        return null;
    }

    private string? ReadTimes(Binding bound)
    {
        var start = Value(bound.Start);
        if (start.IsEmpty)
            return $"the start time ({_map.Start.Name}) is empty";
        if (!_clock.TryRead(start, out var startTicks, out var startIsLocal))
            return BadTime("start", _map.Start, start);

        // What is added to a local time when the unique id tells the offset.
        long offsetTicks = 0;
        if (startIsLocal && _map.Zone is null)
        {
            var uniqueId = Value(bound.UniqueId);
            if (!CdrClock.TryOffset(uniqueId, startTicks, out offsetTicks))
                return $"the map takes the time zone from {_map.UniqueId!.Value.Name}, but {Quoted(uniqueId)} holds no Unix time that fits the start; name the zone in the map (time.zone)";
        }
        _row.Start = ToInstant(startTicks, startIsLocal, offsetTicks);

        var answered = Value(bound.Answered);
        if (!answered.IsEmpty && !(answered is [(byte)'0']))
        {
            if (!_clock.TryRead(answered, out var answeredTicks, out var answeredIsLocal))
                return BadTime("answer", _map.Answered!.Value, answered);
            if (answeredIsLocal && !startIsLocal && _map.Zone is null)
                return $"the answer time {Quoted(answered)} is local and the start time is not; name the zone in the map (time.zone)";
            _row.Answered = ToInstant(answeredTicks, answeredIsLocal, offsetTicks);
        }

        var billable = Value(bound.Billable);
        if (billable.IsEmpty)
        {
            // A call that was never answered may have no duration; one that was must say how long.
            if (bound.Answered < 0 || _row.Answered is not null)
                return $"the billable duration ({_map.Billable.Name}) is empty";
        }
        else if (!CdrDuration.TryRead(billable, _map.Unit, out var seconds))
            return BadDuration(_map.Billable, billable);
        else
            _row.DurationSeconds = seconds;

        return _row.Answered is null && _row.DurationSeconds > 0 && _map.Unanswered == CdrUnanswered.ZeroSeconds
            ? DeriveAnswer(Value(bound.Total))
            : null;
    }

    private string? DeriveAnswer(ReadOnlySpan<byte> total)
    {
        if (total.IsEmpty)
            return null;
        if (!CdrDuration.TryRead(total, _map.Unit, out var totalSeconds))
            return BadDuration(_map.Total!.Value, total);
        var ringing = totalSeconds - _row.DurationSeconds;
        _row.Answered = _row.Start + Duration.FromTicks(ringing > 0 ? (long)(ringing * NodaConstants.TicksPerSecond) : 0);
        return null;
    }

    private Instant ToInstant(long ticks, bool isLocal, long offsetTicks) =>
        !isLocal ? Instant.FromUnixTimeTicks(ticks)
        : _map.Zone is null ? Instant.FromUnixTimeTicks(ticks - offsetTicks)
        : _clock.Resolve(ticks);

    private string? ReadKeysAndNumbers(Binding bound)
    {
        _row.CallerRange = ValueRange(bound.Caller);
        _row.CalledRange = ValueRange(bound.Called);
        _row.SubjectRange = ValueRange(bound.Subject);
        _row.DirectionRange = ValueRange(bound.Direction);
        if (_row.ExtraRanges.Length != bound.Extra.Length)
            _row.ExtraRanges = new (int, int)[bound.Extra.Length];
        for (var i = 0; i < bound.Extra.Length; i++)
            _row.ExtraRanges[i] = ValueRange(bound.Extra[i]);

        _row.RowKeyIsHash = bound.RowKey.Length == 0;
        if (_row.RowKeyIsHash)
            HashRow();
        else
        {
            foreach (var column in bound.RowKey)
                if (Value(column).IsEmpty)
                    return $"the row's own id ({string.Join(", ", _map.RowKey.Select(c => c.Name))}) is empty, so it could not be told from a repetition; use 'row_key: hash' if this system does not always write one";
            _row.RowKeyRange = Joined(bound.RowKey);
        }
        if (_map.Legs)
            ReadCallKey(bound);
        _row.NotBillable = NotBillable(bound);
        return CheckTexts();
    }

    /// <summary>An event would be refused for such a text without saying which line it came from.</summary>
    private string? CheckTexts()
    {
        // Most lines are short and clean, so that no text in them can be wrong.
        if (!_hasControls && _fields.Line.Length <= Limits.TextBytesMax)
            return null;
        var wrong = CheckText(_map.Caller.Name, _row.Caller) ?? CheckText(_map.Called.Name, _row.Called) ?? CheckText(_map.Subject.Name, _row.Subject)
            ?? CheckText("the row key", _row.RowKey) ?? CheckText("the call key", _row.CallKey) ?? CheckText("the direction", _row.Direction);
        for (var i = 0; i < _row.ExtraRanges.Length && wrong is null; i++)
            wrong = CheckText(_map.Extra[i].Name, _row.Extra(i));
        return wrong;
    }

    private static string? CheckText(string name, ReadOnlySpan<byte> text) =>
        text.Length > Limits.TextBytesMax ? $"{name} is {text.Length} bytes long, at most {Limits.TextBytesMax} are taken"
        : text.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 ? $"{name} holds a control character"
        : null;

    private void HashRow()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_fields.Line, hash);
        // 128 of the 256 bits: no two of 10^12 rows meet by chance, and half the bytes are remembered for every id.
        Convert.TryToHexStringLower(hash[..16], _row.HashText, out _);
    }

    private void ReadCallKey(Binding bound)
    {
        var present = 0;
        foreach (var column in bound.CallKey)
        {
            if (Value(column).IsEmpty)
                continue;
            present++;
            if (!_map.CallKeyFirstOf)
                continue;
            _row.CallKeyRange = _fields.Range(column);
            return;
        }
        if (!_map.CallKeyFirstOf && present > 0 && present == bound.CallKey.Length)
            _row.CallKeyRange = Joined(bound.CallKey);
    }

    private CdrNotBillable NotBillable(Binding bound)
    {
        if (_row.DurationSeconds == 0 || (_row.Answered is null && _map.Unanswered == CdrUnanswered.ZeroSecondsOrNoAnswerTime))
            return CdrNotBillable.Unanswered;
        if (AnyHolds(bound.Internal))
            return CdrNotBillable.Internal;
        return _map.Legs && AnyHolds(bound.OtherLeg) ? CdrNotBillable.OtherLeg : CdrNotBillable.None;
    }

    private bool AnyHolds((int Column, CdrPredicate Predicate)[][] rules)
    {
        foreach (var rule in rules)
        {
            var holds = true;
            foreach (var (column, predicate) in rule)
            {
                holds = predicate.Holds(Value(column));
                if (!holds)
                    break;
            }
            if (holds)
                return true;
        }
        return false;
    }

    private (int Start, int Length) Joined(int[] columns) => columns.Length == 1 ? _fields.Range(columns[0]) : _fields.Join(columns, (byte)':');

    private (int Start, int Length) ValueRange(int column) => column < 0 || IsNull(_fields[column]) ? default : _fields.Range(column);

    /// <summary>A column's text; empty when the map has no such column or the text means null.</summary>
    private ReadOnlySpan<byte> Value(int column)
    {
        if (column < 0)
            return default;
        var text = _fields[column];
        return IsNull(text) ? default : text;
    }

    private bool IsNull(ReadOnlySpan<byte> text)
    {
        foreach (var word in _nulls)
            if (text.SequenceEqual(word))
                return true;
        return false;
    }

    private string BadTime(string what, CdrColumn column, ReadOnlySpan<byte> text) =>
        $"the {what} time {Quoted(text)} ({column.Name}) is not of the map's formats ({string.Join(", ", _map.TimeFormats)}) or not in {CdrLimits.YearMin} to {CdrLimits.YearMax}";

    private string BadDuration(CdrColumn column, ReadOnlySpan<byte> text) =>
        $"the duration {Quoted(text)} ({column.Name}) is not a number from 0 to {Limits.CallSecondsMax} seconds in the map's unit ({_map.Unit})";

    private static string Quoted(ReadOnlySpan<byte> text) => $"'{Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)])}'";

    /// <summary>The map's columns as places in this file; -1 for a column that the map does not have.</summary>
    private sealed class Binding(CdrMap map, Func<CdrColumn, int> place)
    {
        public readonly int Start = place(map.Start);
        public readonly int Answered = Optional(map.Answered, place);
        public readonly int Billable = place(map.Billable);
        public readonly int Total = Optional(map.Total, place);
        public readonly int UniqueId = map.Zone is null ? Optional(map.UniqueId, place) : -1;
        public readonly int Caller = place(map.Caller);
        public readonly int Called = place(map.Called);
        public readonly int Subject = place(map.Subject);
        public readonly int Direction = Optional(map.DirectionColumn, place);
        public readonly int[] Extra = [.. map.Extra.Select(place)];
        public readonly int[] RowKey = [.. map.RowKey.Select(place)];
        public readonly int[] CallKey = [.. map.CallKey.Select(place)];
        public readonly (int, CdrPredicate)[][] Internal = Rules(map.Internal, place);
        public readonly (int, CdrPredicate)[][] OtherLeg = Rules(map.OtherLeg, place);

        private static int Optional(CdrColumn? column, Func<CdrColumn, int> place) => column is { } c ? place(c) : -1;

        private static (int, CdrPredicate)[][] Rules(IReadOnlyList<IReadOnlyList<CdrPredicate>> rules, Func<CdrColumn, int> place) =>
            [.. rules.Select(r => r.Select(p => (place(p.Column), p)).ToArray())];
    }
}
