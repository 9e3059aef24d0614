using System.Buffers.Binary;
using System.Text;
using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What makes a record the same record (128 bits under a secret, so that nobody can make two ids fall together), and what makes its content the same content.</summary>
/// <param name="secret">The partition's secret. Ids of different secrets cannot be compared; contents can.</param>
internal sealed class RecordIdentity(UInt128 secret)
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The hash of tenant, source and id.</summary>
    public UInt128 OfId(UsageRecord record) => Hash("id", record, record.IdUtf8.Span);

    /// <summary>The hash of tenant, source, call key and a UTC day: what is remembered of a leg.</summary>
    public UInt128 OfCall(UsageRecord record, int day) => unchecked(Hash("call", record, record.CallKeyUtf8.Span) + ((UInt128)(uint)day << 96));

    /// <summary>64 bits of the hash of all that the record says beside its id.</summary>
    public ulong OfContent(UsageRecord record)
    {
        _length = 0;
        Add(record.Type);
        Add(record.SubjectUtf8.Span);
        Add(record.HasTime ? record.EventTime.ToUnixTimeTicks() : long.MinValue);
        Add(record.CallKeyUtf8.Span);
        Add((long)record.NotBillable);
        foreach (ref readonly var field in record.Data)
        {
            Add(field.Name);
            Add(field.Value.Span);
        }

        return ContentHash.Of(_buffer.AsSpan(0, _length));
    }

    private UInt128 Hash(string kind, UsageRecord record, ReadOnlySpan<byte> name)
    {
        _length = 0;
        Add(kind);
        Add(record.Tenant.Value);
        Add(record.Source);
        Add(name);
        return SipHash.Of(_buffer.AsSpan(0, _length), secret);
    }

    // Texts hold no zero character: the decoder refuses it.
    private void Add(string text)
    {
        Room(Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        _buffer[_length++] = 0;
    }

    private void Add(ReadOnlySpan<byte> utf8)
    {
        Room(utf8.Length + 1);
        utf8.CopyTo(_buffer.AsSpan(_length));
        _length += utf8.Length;
        _buffer[_length++] = 0;
    }

    private void Add(long number)
    {
        Room(8);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_length), number);
        _length += 8;
    }

    private void Room(int more)
    {
        if (_length + more > _buffer.Length) Array.Resize(ref _buffer, (_length + more) * 2);
    }
}
