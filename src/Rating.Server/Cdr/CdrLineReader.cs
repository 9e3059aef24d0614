using System.Text;

namespace Rating.Server.Cdr;

/// <summary>Cuts a stream into lines of UTF-8 at LF, CRLF and bare CR, in one fixed buffer.</summary>
/// <remarks>
/// A row is one line, even inside quotes. No CDR of the five systems spans lines, and a quote that is never closed (a torn write, a caller's name with a quote)
/// must not swallow its neighbours. Not CsvHelper: it can end rows at lines, too, but a line over its limit ends the whole file there, and here only itself.
/// </remarks>
internal sealed class CdrLineReader
{
    private readonly byte[] _buffer = new byte[4 * CdrLimits.LineBytesMax];
    private readonly byte[] _head = new byte[CdrLimits.RefusedBytesMax];
    private readonly Stream _stream;
    private int _start, _end;
    private int _lineStart, _lineLength;
    private bool _eof, _skipLineFeed;

    public CdrLineReader(Stream stream, Encoding? encoding)
    {
        _stream = stream;
        _end = stream.ReadAtLeast(_buffer.AsSpan(0, 2), 2, throwOnEndOfStream: false);
        var mark = _buffer.AsSpan(0, _end);
        var marked = mark.SequenceEqual<byte>([0xFF, 0xFE]) ? Encoding.Unicode
            : mark.SequenceEqual<byte>([0xFE, 0xFF]) ? Encoding.BigEndianUnicode
            : null;
        if (marked is not null)
        {
            _end = 0;
            _stream = Encoding.CreateTranscodingStream(stream, marked, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        }
        else if (mark.SequenceEqual<byte>([0xEF, 0xBB]))
        {
            _end += stream.Read(_buffer.AsSpan(2, 1));
            if (_end == 3 && _buffer[2] == 0xBF)
                _end = 0;
        }
        else if (encoding is not null)
        {
            // The two bytes already read go first.
            var whole = new PrefixedStream(_buffer[.._end], stream);
            _end = 0;
            _stream = Encoding.CreateTranscodingStream(whole, encoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        }
    }

    /// <summary>Number of the line last read, 1 for the first.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether the line is longer than <see cref="CdrLimits.LineBytesMax"/>; <see cref="Line"/> then has its beginning.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Whether the line had a line end. Only the last line of a file may lack it.</summary>
    public bool Ended { get; private set; }

    /// <summary>The line without its end, until the next <see cref="Next"/>.</summary>
    public ReadOnlySpan<byte> Line => TooLong ? _head.AsSpan(0, _lineLength) : _buffer.AsSpan(_lineStart, _lineLength);

    public bool Next()
    {
        TooLong = false;
        if (_skipLineFeed)
        {
            _skipLineFeed = false;
            if ((_start < _end || Fill()) && _buffer[_start] == '\n')
                _start++;
        }

        var scanned = 0;
        while (true)
        {
            var at = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                Take(scanned + at, ended: true);
                _skipLineFeed = _buffer[_start] == '\r';
                _start++;
                return true;
            }
            scanned = _end - _start;
            if (scanned > CdrLimits.LineBytesMax)
            {
                // Keep the beginning, drop what was scanned.
                if (!TooLong)
                    KeepHead(scanned);
                _start = _end;
                scanned = 0;
            }
            if (Fill())
                continue;
            if (scanned == 0 && !TooLong)
                return false;
            Take(scanned, ended: false);
            return true;
        }
    }

    private void Take(int length, bool ended)
    {
        LineNumber++;
        Ended = ended;
        if (!TooLong && length > CdrLimits.LineBytesMax)
            KeepHead(length);
        if (!TooLong)
            (_lineStart, _lineLength) = (_start, length);
        _start += length;
    }

    private void KeepHead(int length)
    {
        TooLong = true;
        _lineLength = Math.Min(length, _head.Length);
        _buffer.AsSpan(_start, _lineLength).CopyTo(_head);
    }

    private bool Fill()
    {
        if (_eof)
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var read = _stream.Read(_buffer.AsSpan(_end));
        _eof = read == 0;
        _end += read;
        return read > 0;
    }

    /// <summary>A few bytes that were read ahead, then the rest of their stream.</summary>
    private sealed class PrefixedStream(byte[] prefix, Stream rest) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, prefix.Length - _given);
            if (count == 0)
                return rest.Read(buffer);
            prefix.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
