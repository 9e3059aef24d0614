using System.Buffers;
using System.IO.Compression;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <summary>Writes and reads the ledger's blocks (docs/formats.md, "The ledger").</summary>
public sealed class LedgerBlocks
{
    /// <summary>The directory entry of blocks that concern records in suspense.</summary>
    public static readonly int SuspenseHash = DirectoryHash(new TenantId(""), "suspense");

    /// <summary>The directory entry of blocks with rejected records.</summary>
    public static readonly int RejectedHash = DirectoryHash(new TenantId(""), "rejected");

    private const byte Version = 3;
    private const int TicksPerSecond = 10_000_000;
    private static readonly Int128 PicoPerScaled = Int128.Parse("1000000000", System.Globalization.CultureInfo.InvariantCulture);
    private readonly ByteWriter _entries = new();
    private readonly ByteWriter _head = new();
    private readonly TextTable _texts = new();
    // With repetitions.
    private readonly List<int> _directory = [];
    private (string? Tenant, uint Hash) _hashed;
    private byte[] _packed = [];
    private int _count;
    private long _position;
    private long _ingestMs;
    private long _latestMs = long.MinValue;

    /// <summary>How many entries wait for the next block.</summary>
    public int Count => _count;

    /// <summary>The hash under which a block's directory names a subscription.</summary>
    public static int DirectoryHash(TenantId tenant, string subscription) => unchecked((int)Fold(Fold(2166136261u, tenant.Value) * 16777619u, subscription));

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="alsoFor">A subscription to which the record belonged before, so that its readers find the change.</param>
    public void Add(LedgerEntry entry, string alsoFor = "")
    {
        var record = entry.Record;
        _entries.Zigzag(entry.Position - _position);
        _position = entry.Position;
        var time = record.EventTime.ToUnixTimeTicks();
        var isWholeSeconds = time % TicksPerSecond == 0;
        _entries.Byte((byte)entry.Verdict);
        _entries.Byte((byte)entry.Reason);
        _entries.Byte((byte)((entry.IsLater ? 1 : 0) | (record.HasTime ? 0 : 2) | (isWholeSeconds ? 4 : 0)));
        _entries.Varint(_texts.PlaceOf(record.Tenant.Value));
        _entries.Varint(_texts.PlaceOf(record.Source));
        _entries.Varint(_texts.PlaceOf(record.Type));
        // Nearly every record of a block has others: to look for them among the texts would cost more than the bytes that it saves.
        _entries.Text(record.SubjectUtf8.Span);
        _entries.Text(entry.Subscription);
        _entries.Text(record.IdUtf8.Span);
        _entries.Text(record.CallKeyUtf8.Span);
        _entries.Zigzag(isWholeSeconds ? time / TicksPerSecond : time);
        var ingestMs = record.IngestTime.ToUnixTimeMilliseconds();
        _entries.Zigzag(ingestMs - _ingestMs);
        _ingestMs = ingestMs;
        _latestMs = Math.Max(_latestMs, ingestMs);
        _entries.Varint(record.Data.Length);
        foreach (ref readonly var field in record.Data)
        {
            _entries.Varint(_texts.PlaceOf(field.Name));
            _entries.Byte(field.IsNumber ? (byte)1 : (byte)0);
            _entries.Text(field.Value.Span);
        }

        _entries.Varint(entry.RepeatOf + 1 ?? 0);
        _entries.Text(entry.Detail);
        _entries.Zigzag(entry.UsagePeriod);
        _entries.Zigzag(entry.BillingPeriod);
        _entries.Varint(entry.Revision);
        _entries.Varint(entry.Calls.Count);
        for (var i = 0; i < entry.Calls.Count; i++)
        {
            var call = entry.Calls[i];
            _entries.Varint(_texts.PlaceOf(call.Charge));
            _entries.Varint(_texts.PlaceOf(call.Call.Destination));
            _entries.Varint(call.Seconds);
            _entries.Varint(call.Call.BilledSeconds);
            _entries.Zigzag(PicoOf(call.Call.Amount.Scaled));
            _entries.Byte(call.Cost.Kind);
            if (call.Cost.Kind == 1) _entries.Zigzag(PicoOf(call.Cost.Scaled));
        }

        _entries.Text(entry.EstimatedValue);
        _count++;
        Name(record.Tenant, entry.Subscription);
        Name(record.Tenant, alsoFor);
        if (entry.Verdict == Verdict.Suspended || entry.IsLater) _directory.Add(SuspenseHash);
        if (entry.Verdict == Verdict.Rejected) _directory.Add(RejectedHash);
    }

    // Puts a subscription into the directory.
    private void Name(TenantId tenant, string subscription)
    {
        if (subscription.Length == 0) return;
        if (!ReferenceEquals(_hashed.Tenant, tenant.Value)) _hashed = (tenant.Value, unchecked(Fold(2166136261u, tenant.Value) * 16777619u));
        _directory.Add(unchecked((int)Fold(_hashed.Hash, subscription)));
    }

    private static uint Fold(uint hash, string text)
    {
        foreach (var c in text) hash = unchecked((hash ^ c) * 16777619u);
        return hash;
    }

    /// <summary>Makes the block of the entries added since the last one; null when there are none. Its memory holds until the next one is made, or until <see cref="Stored"/>.</summary>
    public LedgerBlock? Seal(long checkpoint)
    {
        if (_count == 0) return null;
        _head.Clear();
        _head.Byte(Version);
        _texts.WriteTo(_head);
        _head.Varint(_count);
        var room = BrotliEncoder.GetMaxCompressedLength(_head.Length + _entries.Length) + 64;
        Stored();
        _packed = ArrayPool<byte>.Shared.Rent(room);
        var brotli = new BrotliEncoder(quality: 1, window: 20);
        int length;
        try
        {
            length = Pack(ref brotli, _head.Written, 0, isLast: false);
            length = Pack(ref brotli, _entries.Written, length, isLast: true);
        }
        finally
        {
            brotli.Dispose();
        }

        _directory.Sort();
        var directory = new int[_directory.Count];
        var named = 0;
        foreach (var hash in _directory)
            if (named == 0 || directory[named - 1] != hash) directory[named++] = hash;
        return new LedgerBlock(checkpoint, new ArraySegment<int>(directory, 0, named), _packed.AsMemory(0, length), UsagePartition.DayOf(Instant.FromUnixTimeMilliseconds(_latestMs)));
    }

    // A division of 128 bits takes ten times as long, and 10^9 is 2^9 x 5^9.
    private static long PicoOf(Int128 scaled) => (scaled >> 9) is var half && half >= 0 && half <= long.MaxValue ? (long)half / 1_953_125 : (long)(scaled / PicoPerScaled);

    private int Pack(ref BrotliEncoder brotli, ReadOnlySpan<byte> plain, int at, bool isLast)
    {
        Invariant.Holds(brotli.Compress(plain, _packed.AsSpan(at), out var taken, out var written, isLast) == OperationStatus.Done && taken == plain.Length, "a ledger block could not be compressed");
        return at + written;
    }

    /// <summary>Nobody needs the memory of the last block any more: the next partition may have it.</summary>
    public void Stored()
    {
        if (_packed.Length > 0) ArrayPool<byte>.Shared.Return(_packed);
        _packed = [];
    }

    /// <summary>Begins the next block.</summary>
    public void Clear()
    {
        (_count, _position, _ingestMs, _latestMs) = (0, 0, 0, long.MinValue);
        _entries.Clear();
        _texts.Clear();
        _directory.Clear();
    }

    /// <summary>The uncompressed bytes of a stored block.</summary>
    public static byte[] Expand(ReadOnlyMemory<byte> stored)
    {
        using var packed = new BrotliStream(new MemoryStream(stored.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }

    /// <summary>Reads a stored block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="currency">The currency of a tenant's amounts.</param>
    /// <param name="isWanted">Whose entries are wanted, by subscription; null for all. Later decisions come in any case: they may take a record away from whom it was given to.</param>
    public static IReadOnlyList<LedgerEntry> Read(LedgerBlock block, Func<TenantId, Currency> currency, Func<string, bool>? isWanted = null)
    {
        var reader = new ByteReader(Expand(block.Bytes));
        var version = reader.Byte();
        Invariant.Holds(version is >= 1 and <= Version, $"ledger block {block.Checkpoint} has a version that this program does not know");
        var texts = TextTable.Read(ref reader);
        var count = reader.Count();
        var entries = new List<LedgerEntry>(isWanted is null ? count : 0);
        long position = 0, ingestMs = 0;
        for (var i = 0; i < count; i++)
        {
            position += reader.Zigzag();
            var (verdict, reason, flags) = ((Verdict)reader.Byte(), (VerdictReason)reader.Byte(), reader.Byte());
            var tenant = new TenantId(texts[reader.Count()]);
            var (source, type) = (texts[reader.Count()], texts[reader.Count()]);
            // Before version 3 they were among the texts, and every ingest time was whole.
            var (subject, subscription) = version < 3 ? (texts[reader.Count()], texts[reader.Count()]) : (reader.Text(), reader.Text());
            if (isWanted is not null && (flags & 1) == 0 && !isWanted(subscription))
            {
                ingestMs = Skip(ref reader, version, ingestMs);
                continue;
            }

            var (id, callKey) = (reader.Text(), reader.Text());
            var eventTime = Instant.FromUnixTimeTicks(reader.Zigzag() * ((flags & 4) != 0 ? TicksPerSecond : 1));
            ingestMs = version < 3 ? reader.Zigzag() : ingestMs + reader.Zigzag();
            var ingestTime = Instant.FromUnixTimeMilliseconds(ingestMs);
            var data = new DataField[reader.Count()];
            for (var f = 0; f < data.Length; f++)
            {
                var name = texts[reader.Count()];
                var isNumber = reader.Byte() == 1;
                data[f] = new DataField(name, reader.Text(), isNumber);
            }

            var repeat = (long)reader.Varint() - 1;
            var detail = reader.Text();
            var (usagePeriod, billingPeriod, revision) = ((int)reader.Zigzag(), (int)reader.Zigzag(), reader.Count());
            var calls = new RatedCallEntry[reader.Count()];
            for (var c = 0; c < calls.Length; c++)
            {
                var (charge, destination) = (texts[reader.Count()], texts[reader.Count()]);
                var (seconds, billed) = ((long)reader.Varint(), (long)reader.Varint());
                var call = new RatedCall(destination, billed, Money.FromScaled(reader.Zigzag() * PicoPerScaled, currency(tenant)));
                // Blocks of version 1 know no costs.
                var kind = version == 1 ? (byte)0 : reader.Byte();
                calls[c] = new RatedCallEntry(charge, seconds, call, new CallCost(kind, kind == 1 ? reader.Zigzag() * PicoPerScaled : 0));
            }

            entries.Add(new LedgerEntry
            {
                Position = position, Verdict = verdict, Reason = reason, IsLater = (flags & 1) != 0, Subscription = subscription, RepeatOf = repeat < 0 ? null : repeat, Detail = detail,
                UsagePeriod = usagePeriod, BillingPeriod = billingPeriod, Revision = revision, Calls = calls, EstimatedValue = reader.Text(),
                Record = new UsageRecord
                {
                    Tenant = tenant, Source = source, Id = id, Type = type, Subject = subject, EventTime = eventTime, HasTime = (flags & 2) == 0, IngestTime = ingestTime, CallKey = callKey, Data = data,
                },
            });
        }

        return entries;
    }

    // The rest of an entry that nobody wants: most of a block's, when a few subscriptions are looked for.
    private static long Skip(ref ByteReader reader, byte version, long ingestMs)
    {
        for (var texts = 0; texts < 2; texts++) reader.Bytes(reader.Count());
        reader.Zigzag();
        ingestMs = version < 3 ? reader.Zigzag() : ingestMs + reader.Zigzag();
        for (var fields = reader.Count(); fields > 0; fields--)
        {
            reader.Count();
            reader.Byte();
            reader.Bytes(reader.Count());
        }

        reader.Varint();
        reader.Bytes(reader.Count());
        for (var numbers = 0; numbers < 3; numbers++) reader.Varint();
        for (var calls = reader.Count(); calls > 0; calls--)
        {
            for (var numbers = 0; numbers < 5; numbers++) reader.Varint();
            if (version > 1 && reader.Byte() == 1) reader.Varint();
        }

        reader.Bytes(reader.Count());
        return ingestMs;
    }
}
