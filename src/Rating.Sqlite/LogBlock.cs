using System.Buffers;
using System.IO.Compression;
using System.Text;
using Rating.Domain;
using Rating.Engine.Log;

namespace Rating.Sqlite;

/// <summary>Consecutive records of one partition as one value: built record by record, read whole.</summary>
/// <remarks>
/// Stored: byte 1 (version); byte 0 (plain) or 1 (Brotli); varint number of tenants, each varint length and UTF-8; varint length of the plain body; the body.
/// Body: per record varint tenant index, byte kind, zigzag varint ingest time in ms minus that of the record before (first: minus 0), varint length, payload. Varints are unsigned LEB128.
/// </remarks>
internal sealed class LogBlock
{
    /// <summary>A block is closed when it has this many records.</summary>
    public const int RecordsMax = 2_000;

    /// <summary>A block is closed when its body has this many bytes; one record may go beyond. Below the 85,000 from which an array costs a full garbage collection.</summary>
    public const int BodyBytesMax = 80_000;

    private const byte Version = 1, Plain = 0, Brotli = 1;

    // Measured with JSON events of 161 bytes, 1,000 to an append, 8 appenders, fsync, 2 cores: plain 1.5 million records/s and 170 bytes each on disk; Brotli quality 0
    // 1.8 million and 35 bytes; quality 1 0.85 million and 33 bytes. Reading: plain 6.8 million/s, quality 0 2.9 million. Less to write is worth more than the time to pack.
    private const int Quality = 0, Window = 18;
    private const int CompressFromBytes = 512; // a record alone has little to compress
    private readonly ArrayBufferWriter<byte> _body = new(BodyBytesMax);
    private readonly List<string> _tenants = [];
    private string? _tenant;
    private int _tenantIndex;
    private long _ingestMs;

    /// <summary>How many records it has.</summary>
    public int Records { get; private set; }

    /// <summary>Whether it is to be closed before a record is added.</summary>
    public bool IsFullFor(in LogAppend record) => Records >= RecordsMax || (Records > 0 && _body.WrittenCount + record.Payload.Length + 32 > BodyBytesMax);

    /// <summary>Adds a record.</summary>
    public void Add(in LogAppend record, long ingestMs)
    {
        if (!ReferenceEquals(record.Tenant.Value, _tenant)) UseTenant(record.Tenant.Value);
        var payload = record.Payload.Span;
        var span = _body.GetSpan(32 + payload.Length);
        var at = WriteVarint(span, 0, (ulong)_tenantIndex);
        span[at++] = (byte)record.Kind;
        at = WriteVarint(span, at, ZigZag(ingestMs - _ingestMs));
        at = WriteVarint(span, at, (ulong)payload.Length);
        payload.CopyTo(span[at..]);
        _body.Advance(at + payload.Length);
        _ingestMs = ingestMs;
        Records++;
    }

    /// <summary>Returns the block as it is stored, and starts the next one.</summary>
    public byte[] Close()
    {
        var body = _body.WrittenSpan;
        var head = new ArrayBufferWriter<byte>();
        var packed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(body.Length));
        var packedLength = 0;
        var isPacked = body.Length >= CompressFromBytes && BrotliEncoder.TryCompress(body, packed, out packedLength, Quality, Window) && packedLength < body.Length;
        Write(head, [Version, isPacked ? Brotli : Plain]);
        WriteVarint(head, (ulong)_tenants.Count);
        foreach (var tenant in _tenants)
        {
            var text = Encoding.UTF8.GetBytes(tenant);
            WriteVarint(head, (ulong)text.Length);
            Write(head, text);
        }

        WriteVarint(head, (ulong)body.Length);
        byte[] block = [.. head.WrittenSpan, .. isPacked ? packed.AsSpan(0, packedLength) : body];
        ArrayPool<byte>.Shared.Return(packed);
        Clear();
        return block;
    }

    /// <summary>Forgets what was added.</summary>
    public void Clear()
    {
        _body.ResetWrittenCount();
        _tenants.Clear();
        (_tenant, _tenantIndex, _ingestMs, Records) = (null, 0, 0, 0);
    }

    /// <summary>Reads a stored block. The payloads are parts of one array.</summary>
    /// <exception cref="InvariantBrokenException">It is not a block, or not of this many records.</exception>
    public static LogRecord[] Read(ReadOnlySpan<byte> block, long firstPosition, int records)
    {
        Invariant.Holds(block.Length > 2 && block[0] == Version && block[1] is Plain or Brotli, "A block of the usage log has a known version.");
        var at = 2;
        var tenants = new TenantId[(int)ReadVarint(block, ref at)];
        for (var i = 0; i < tenants.Length; i++)
        {
            var length = (int)ReadVarint(block, ref at);
            tenants[i] = new TenantId(Encoding.UTF8.GetString(block.Slice(at, length)));
            at += length;
        }

        var body = new byte[(int)ReadVarint(block, ref at)];
        if (block[1] == Plain) block[at..].CopyTo(body);
        else Invariant.Holds(BrotliDecoder.TryDecompress(block[at..], body, out var written) && written == body.Length, "A block of the usage log can be decompressed.");

        var result = new LogRecord[records];
        long ingestMs = 0;
        at = 0;
        for (var i = 0; i < records; i++)
        {
            var tenant = tenants[(int)ReadVarint(body, ref at)];
            var kind = (LogRecordKind)body[at++];
            ingestMs += UnZigZag(ReadVarint(body, ref at));
            var length = (int)ReadVarint(body, ref at);
            result[i] = new LogRecord(firstPosition + i, tenant, kind, ingestMs, body.AsMemory(at, length));
            at += length;
        }

        Invariant.Holds(at == body.Length, "A block of the usage log has the records that it says.");
        return result;
    }

    private void UseTenant(string tenant)
    {
        _tenant = tenant;
        _tenantIndex = _tenants.IndexOf(tenant);
        if (_tenantIndex >= 0) return;
        _tenantIndex = _tenants.Count;
        _tenants.Add(tenant);
    }

    private static void Write(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes) => to.Write(bytes);

    private static void WriteVarint(ArrayBufferWriter<byte> to, ulong value) => to.Advance(WriteVarint(to.GetSpan(10), 0, value));

    private static int WriteVarint(Span<byte> to, int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)((value & 0x7F) | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = from[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw new InvariantBrokenException("A number in a block of the usage log has at most 64 bits.");
    }

    private static ulong ZigZag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    private static long UnZigZag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));
}
