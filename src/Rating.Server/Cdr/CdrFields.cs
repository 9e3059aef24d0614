namespace Rating.Server.Cdr;

/// <summary>The columns of one line: ranges of one byte array that is reused from row to row.</summary>
/// <remarks>
/// Our own splitter, because CsvHelper knows neither PBXware's quotes (<c>""User 01" &lt;1115>",</c>) nor FreePBX's (<c>"User 9" &lt;113>,</c>), nor a line of Latin-1 in a file
/// of UTF-8; with those and <see cref="CdrLineReader"/> here, RFC 4180 is twenty lines more. CsvHelper is the judge in the tests: on well-formed rows both must agree.
/// </remarks>
internal sealed class CdrFields(CdrQuoting quoting, byte delimiter, bool trim)
{
    private byte[] _text = new byte[4096];
    private int _lineLength, _used;
    private (int Start, int Length)[] _ranges = new (int, int)[32];

    /// <summary>How many columns the line has.</summary>
    public int Count { get; private set; }

    /// <summary>The whole line.</summary>
    public ReadOnlySpan<byte> Line => _text.AsSpan(0, _lineLength);

    /// <summary>Column <paramref name="index"/>, 0 for the first, unquoted. A column beyond the row's width is empty.</summary>
    public ReadOnlySpan<byte> this[int index] => index < Count ? Slice(_ranges[index]) : default;

    /// <summary>Takes a line; <see cref="Split"/> follows.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="isLatin1">Whether it is Latin-1 rather than UTF-8.</param>
    public void SetLine(ReadOnlySpan<byte> line, bool isLatin1)
    {
        Count = 0;
        Reserve(isLatin1 ? line.Length * 2 : line.Length, keep: 0);
        if (!isLatin1)
        {
            line.CopyTo(_text);
            _lineLength = line.Length;
        }
        else
        {
            _lineLength = 0;
            foreach (var b in line)
            {
                if (b < 0x80)
                    _text[_lineLength++] = b;
                else
                    (_text[_lineLength], _text[_lineLength + 1], _lineLength) = ((byte)(0xC0 | (b >> 6)), (byte)(0x80 | (b & 0x3F)), _lineLength + 2);
            }
        }
        _used = _lineLength;
    }

    /// <summary>Splits the line.</summary>
    /// <returns>Null, or why it cannot be split.</returns>
    public string? Split()
    {
        var at = 0;
        while (true)
        {
            if (Count == CdrLimits.ColumnsMax)
                return $"the row has more than {CdrLimits.ColumnsMax} columns; is the delimiter right?";
            if (Count == _ranges.Length)
                Array.Resize(ref _ranges, _ranges.Length * 2);
            if (trim)
                while (at < _lineLength && _text[at] == ' ')
                    at++;

            int end;
            if (at < _lineLength && _text[at] == '"' && quoting != CdrQuoting.None)
            {
                var problem = quoting switch
                {
                    CdrQuoting.UntilDelimiter => UntilDelimiter(at, out end),
                    CdrQuoting.Protect => Protect(at, out end),
                    _ => Rfc4180(at, out end),
                };
                if (problem is not null)
                    return problem;
            }
            else if (quoting == CdrQuoting.Protect)
            {
                var problem = Protect(at, out end);
                if (problem is not null)
                    return problem;
            }
            else
            {
                end = DelimiterFrom(at);
                _ranges[Count] = (at, Trimmed(at, end) - at);
            }
            Count++;
            if (end == _lineLength)
                return null;
            at = end + 1;
        }
    }

    /// <summary>Joins columns into a text that lives as long as the row.</summary>
    /// <returns>Where it stands, for <see cref="Slice"/>.</returns>
    public (int Start, int Length) Join(ReadOnlySpan<int> columns, byte separator)
    {
        var start = _used;
        for (var i = 0; i < columns.Length; i++)
        {
            var length = this[columns[i]].Length;
            Reserve(_used + length + 1, keep: _used);
            if (i > 0)
                _text[_used++] = separator;
            this[columns[i]].CopyTo(_text.AsSpan(_used));
            _used += length;
        }
        return (start, _used - start);
    }

    /// <summary>Where a column stands, for <see cref="Slice"/>.</summary>
    public (int Start, int Length) Range(int index) => index < Count ? _ranges[index] : default;

    public ReadOnlySpan<byte> Slice((int Start, int Length) range) => _text.AsSpan(range.Start, range.Length);

    private int DelimiterFrom(int at)
    {
        var found = _text.AsSpan(at, _lineLength - at).IndexOf(delimiter);
        return found < 0 ? _lineLength : at + found;
    }

    private int Trimmed(int start, int end)
    {
        if (trim)
            while (end > start && _text[end - 1] == ' ')
                end--;
        return end;
    }

    private string? Rfc4180(int quote, out int end)
    {
        var (at, doubled) = (quote + 1, false);
        while (true)
        {
            var found = _text.AsSpan(at, _lineLength - at).IndexOf((byte)'"');
            if (found < 0)
            {
                end = 0;
                return Unclosed();
            }
            at += found + 1;
            if (at == _lineLength || _text[at] != '"')
                break;
            doubled = true;
            at++;
        }
        _ranges[Count] = doubled ? Undouble(quote + 1, at - 1) : (quote + 1, at - 1 - (quote + 1));
        end = at;
        if (trim)
            while (end < _lineLength && _text[end] == ' ')
                end++;
        return end == _lineLength || _text[end] == delimiter
            ? null
            : $"column {Count + 1} has text after its closing quote; if this system writes so, set file.quoting in the map to until-delimiter or protect";
    }

    private string? UntilDelimiter(int quote, out int end)
    {
        var at = quote + 1;
        while (true)
        {
            var found = _text.AsSpan(at, _lineLength - at).IndexOf((byte)'"');
            if (found < 0)
            {
                end = 0;
                return Unclosed();
            }
            at += found + 1;
            if (at != _lineLength && _text[at] != delimiter)
                continue;
            _ranges[Count] = (quote + 1, at - 1 - (quote + 1));
            end = at;
            return null;
        }
    }

    private string? Protect(int start, out int end)
    {
        // Quotes come in pairs; only outside a pair does a delimiter end the column.
        var (at, quotes) = (start, 0);
        while (true)
        {
            var found = _text.AsSpan(at, _lineLength - at).IndexOfAny((byte)'"', delimiter);
            if (found < 0)
            {
                end = _lineLength;
                if (quotes % 2 != 0)
                    return Unclosed();
                break;
            }
            at += found;
            if (_text[at] == '"')
                quotes++;
            else if (quotes % 2 == 0)
            {
                end = at;
                break;
            }
            at++;
        }
        var last = Trimmed(start, end);
        _ranges[Count] = quotes >= 2 && _text[start] == '"' && _text[last - 1] == '"' && OnlyDoubled(start + 1, last - 1)
            ? (quotes == 2 ? (start + 1, last - 1 - (start + 1)) : Undouble(start + 1, last - 1))
            : (start, last - start);
        return null;
    }

    private bool OnlyDoubled(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (_text[i] != '"')
                continue;
            if (i + 1 == end || _text[i + 1] != '"')
                return false;
            i++;
        }
        return true;
    }

    private (int Start, int Length) Undouble(int start, int end)
    {
        Reserve(_used + end - start, keep: _used);
        var copy = _used;
        for (var i = start; i < end; i++)
        {
            _text[_used++] = _text[i];
            if (_text[i] == '"')
                i++;
        }
        return (copy, _used - copy);
    }

    private void Reserve(int size, int keep)
    {
        if (size <= _text.Length)
            return;
        var larger = new byte[Math.Max(size, _text.Length * 2)];
        _text.AsSpan(0, keep).CopyTo(larger);
        _text = larger;
    }

    private string Unclosed() => $"the quote that opens column {Count + 1} is never closed; the row is torn or its quoting is another (file.quoting in the map)";
}
