using System.Text;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <summary>Reads the rates of a deck from CSV text, straight into rates: decks have hundreds of thousands of rows.</summary>
internal sealed class RatesCsv
{
    private static readonly string[] Columns =
    [
        "prefix", "calling_prefix", "destination", "band", "per_minute", "connection_fee", "minimum_charge", "maximum_charge", "initial_seconds", "increment_seconds", "minimum_seconds", "free_seconds", "grace_seconds", "from", "to",
    ];

    private readonly DocumentNode _node;
    private readonly byte[] _text;
    private readonly Currency _currency;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _names = new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly Range[] _cells = new Range[Columns.Length];
    private readonly int[] _places = new int[Columns.Length];
    private int _at;
    private int _line = 1;

    private RatesCsv(DocumentNode node, Currency currency) => (_node, _text, _currency) = (node, Encoding.UTF8.GetBytes(node.Text()), currency);

    /// <summary>The rates, in the order of the rows; their place is the line.</summary>
    /// <exception cref="Refused">A row is not what it should be; the line and the column are named.</exception>
    public static IEnumerable<Rate> Read(DocumentNode node, Currency currency) => new RatesCsv(node, currency).Rates();

    private IEnumerable<Rate> Rates()
    {
        Array.Fill(_places, -1);
        if (_text.AsSpan().StartsWith("\uFEFF"u8)) _at = 3;
        var width = ReadHeader();
        while (_at < _text.Length)
        {
            var line = _line;
            var cells = NextRow();
            // An empty line, the last one above all, is no row.
            if (cells == 1 && Length(0) == 0) continue;
            if (cells != width) throw Wrong(line, "", $"this row has {cells} cells, the header {width}.");
            yield return ReadRate(line);
        }
    }

    private int ReadHeader()
    {
        var width = NextRow();
        for (var cell = 0; cell < width; cell++)
        {
            var name = Text(cell);
            var column = Array.IndexOf(Columns, name);
            if (column < 0) throw Wrong(1, name, $"this column is not known; known are {string.Join(", ", Columns)}.");
            if (_places[column] >= 0) throw Wrong(1, name, "this column stands twice.");
            _places[column] = cell;
        }

        foreach (var needed in (ReadOnlySpan<string>)["prefix", "destination", "per_minute"])
            if (_places[Array.IndexOf(Columns, needed)] < 0) throw Wrong(1, needed, "this column is missing.");
        return width;
    }

    private Rate ReadRate(int line)
    {
        var free = UnitPrice.Free(_currency);
        return new Rate
        {
            Place = line, Prefix = Need(line, 0), CallingPrefix = Name(1), Destination = Need(line, 2), Band = Name(3), PerMinute = Price(line, 4) ?? throw Wrong(line, Columns[4], "the price is missing."),
            ConnectionFee = Price(line, 5) ?? free, MinimumCharge = Price(line, 6) ?? free, MaximumCharge = Price(line, 7), InitialSeconds = Whole(line, 8, 1) ?? 60, IncrementSeconds = Whole(line, 9, 1) ?? 60,
            MinimumSeconds = Whole(line, 10, 0) ?? 0, FreeSeconds = Whole(line, 11, 0) ?? 0, GraceSeconds = Whole(line, 12, 0) ?? 0, From = Date(line, 13), To = Date(line, 14),
        };
    }

    private string Need(int line, int column)
    {
        var text = Name(column);
        if (text.Length is 0 or > 200 || text.Any(char.IsControl)) throw Wrong(line, Columns[column], "a name has 1 to 200 characters, none of them a control character.");
        return text;
    }

    private UnitPrice? Price(int line, int column)
    {
        if (Cell(column) is not { Length: > 0 } cell) return null;
        if (!UnitPrice.TryParse(cell, _currency, out var price)) throw Wrong(line, Columns[column], $"'{Encoding.UTF8.GetString(cell)}' is not a price: at most {Limits.UnitPriceDecimals} decimals, up to {Limits.UnitPriceMax}.");
        return price.Pico >= 0 ? price : throw Wrong(line, Columns[column], "a rate is not below zero.");
    }

    private int? Whole(int line, int column, int least)
    {
        if (Cell(column) is not { Length: > 0 } cell) return null;
        return System.Buffers.Text.Utf8Parser.TryParse(cell, out int number, out var read) && read == cell.Length && number >= least && number <= 86_400 ? number : throw Wrong(line, Columns[column], $"this must be a whole number from {least} to 86400.");
    }

    private LocalDate? Date(int line, int column)
    {
        if (Cell(column) is not { Length: > 0 } cell) return null;
        var text = Encoding.UTF8.GetString(cell);
        return LocalDatePattern.Iso.Parse(text) is { Success: true } day ? day.Value : throw Wrong(line, Columns[column], $"'{text}' is not a day such as 2026-03-01.");
    }

    // Destinations repeat: one string for all rows that have it.
    private string Name(int column)
    {
        if (_places[column] < 0 || Length(_places[column]) == 0) return "";
        if (column == 0) return Text(_places[0]);
        Span<char> room = stackalloc char[512];
        var cell = _text.AsSpan(_cells[_places[column]]);
        if (cell.Length > room.Length || cell.Contains((byte)'"')) return Text(_places[column]);
        var text = room[..Encoding.UTF8.GetChars(cell, room)];
        if (_names.TryGetValue(text, out var known)) return known;
        var name = text.ToString();
        _names[text] = name;
        return name;
    }

    private ReadOnlySpan<byte> Cell(int column) => _places[column] < 0 ? default : _text.AsSpan(_cells[_places[column]]);

    private int Length(int cell) => _text.AsSpan(_cells[cell]).Length;

    private string Text(int cell) => Encoding.UTF8.GetString(_text.AsSpan(_cells[cell])).Replace("\"\"", "\"", StringComparison.Ordinal);

    // One row's cells, without blanks around them and without quotes; doubled quotes stay doubled until somebody reads the text.
    private int NextRow()
    {
        var cells = 0;
        while (true)
        {
            var (start, end) = NextCell(out var isLast);
            if (cells == _cells.Length) throw Wrong(_line, "", $"a row has at most {_cells.Length} cells.");
            _cells[cells++] = start..end;
            if (!isLast) continue;
            _line++;
            return cells;
        }
    }

    private (int Start, int End) NextCell(out bool isLast)
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t') _at++;
        int start = _at, end;
        if (_at < _text.Length && _text[_at] == '"')
        {
            start = ++_at;
            while (true)
            {
                var quote = _text.AsSpan(_at).IndexOf((byte)'"');
                if (quote < 0) throw Wrong(_line, "", "a quote has no end.");
                _at += quote + 1;
                if (_at == _text.Length || _text[_at] != '"') break;
                _at++;
            }

            end = _at - 1;
            _line += _text.AsSpan(start, end - start).Count((byte)'\n');
            while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r') _at++;
            if (_at < _text.Length && _text[_at] is not ((byte)',' or (byte)'\n')) throw Wrong(_line, "", "text follows a quoted cell.");
        }
        else
        {
            var length = _text.AsSpan(_at).IndexOfAny((byte)',', (byte)'\n');
            end = _at = length < 0 ? _text.Length : _at + length;
            while (end > start && _text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r') end--;
        }

        isLast = _at == _text.Length || _text[_at] == '\n';
        if (_at < _text.Length) _at++;
        return (start, end);
    }

    private Refused Wrong(int line, string column, string problem) => _node.Refuse("csv.invalid", $"line {line}{(column.Length == 0 ? "" : $", column {column}")}: {problem}");
}
