using System.Numerics;
using System.Text;
using Rating.Audit.Rules;

namespace Rating.Audit.Ledger;

/// <summary>Reads an uncompressed ledger block as docs/formats.md describes it; throws a <see cref="FormatException"/> when it is damaged.</summary>
internal sealed class LedgerReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly BigInteger AmountScale = BigInteger.Pow(10, 12);
    private readonly ReadOnlyMemory<byte> _block;
    private readonly List<string> _texts = [];
    private int _at;
    private int _version;
    private long _ingest;

    private LedgerReader(ReadOnlyMemory<byte> block) => _block = block;

    public static List<LedgerEntry> Read(ReadOnlyMemory<byte> block) => new LedgerReader(block).Read();

    private List<LedgerEntry> Read()
    {
        _version = Byte();
        if (_version is < 1 or > 3) throw new FormatException("The block is not of version 1, 2 or 3.");
        for (var left = Count(); left > 0; left--) _texts.Add(Text());
        var entries = new List<LedgerEntry>();
        long position = 0;
        for (var left = Count(); left > 0; left--)
        {
            position += Signed();
            entries.Add(Entry(position));
        }
        if (_at != _block.Length) throw new FormatException($"{_block.Length - _at} bytes follow the last entry.");
        return entries;
    }

    private LedgerEntry Entry(long position)
    {
        var verdict = (AuditVerdict)Byte();
        var reason = (AuditReason)Byte();
        var flags = Byte();
        if (!Enum.IsDefined(verdict) || verdict == AuditVerdict.None || !Enum.IsDefined(reason) || flags > (_version < 3 ? 3 : 7)) throw new FormatException($"Position {position} has verdict {verdict}, reason {reason}, flags {flags}.");
        string tenant = Indexed(), source = Indexed(), type = Indexed(), subject = IndexedOrText(), subscription = IndexedOrText(), id = Text(), callKey = Text();
        var time = checked(Signed() * ((flags & 4) != 0 ? 10_000_000 : 1));
        _ingest = checked((_version < 3 ? 0 : _ingest) + Signed());
        var fields = new List<(string, bool, string)>();
        for (var left = Count(); left > 0; left--) fields.Add((Indexed(), Byte() == 1, Text()));
        var duplicateOf = (long)Unsigned() - 1;
        Text(); // the detail for people
        int usagePeriod = checked((int)Signed()), billingPeriod = checked((int)Signed()), revision = Count();
        var calls = new List<RatedCall>();
        for (var left = Count(); left > 0; left--) calls.Add(Call(revision));
        Text(); // the estimated value
        return new LedgerEntry
        {
            Position = position, Verdict = verdict, Reason = reason, IsLaterDecision = (flags & 1) != 0, HasOwnTime = (flags & 2) == 0, Tenant = tenant, Source = source, Type = type,
            Subject = subject, Subscription = subscription, Id = id, CallKey = callKey, Time = time, IngestTimeMs = _ingest, Fields = fields, DuplicateOf = duplicateOf,
            UsagePeriod = usagePeriod, BillingPeriod = billingPeriod, Revision = revision, Calls = calls,
        };
    }

    private RatedCall Call(int revision)
    {
        var call = new RatedCall(revision, Indexed(), Indexed(), (long)Unsigned(), (long)Unsigned(), new Fraction(Signed(), AmountScale));
        return (_version == 1 ? 0 : Byte()) switch
        {
            0 => call,
            1 => call with { Cost = new Fraction(Signed(), AmountScale) },
            2 => call with { IsUncosted = true },
            var other => throw new FormatException($"A call's cost is told by 0, 1 or 2, not {other}."),
        };
    }

    private byte Byte() => _at < _block.Length ? _block.Span[_at++] : throw new FormatException("The block ends within an entry.");

    private ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new FormatException("A number has more than 10 bytes.");
    }

    private long Signed()
    {
        var value = Unsigned();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    private int Count()
    {
        var count = Unsigned();
        return count <= int.MaxValue ? (int)count : throw new FormatException($"A count of {count}.");
    }

    private string Indexed()
    {
        var index = Count();
        return index < _texts.Count ? _texts[index] : throw new FormatException($"There is no text {index}.");
    }

    private string IndexedOrText() => _version < 3 ? Indexed() : Text();

    private string Text()
    {
        var length = Count();
        if (length > _block.Length - _at) throw new FormatException("A text ends behind the block.");
        _at += length;
        try
        {
            return Strict.GetString(_block.Span.Slice(_at - length, length));
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("A text is not UTF-8.", e);
        }
    }
}
