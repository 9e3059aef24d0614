using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What makes a record the same record (SHA-256, so that nobody can make two ids fall together), and what makes its content the same content.</summary>
internal sealed class RecordIdentity
{
    // One that is used again: SHA256.HashData sets up and takes down as much as it hashes, for inputs this short.
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>128 bits of the hash of tenant, source and id.</summary>
    public UInt128 OfId(UsageRecord record)
    {
        _length = 0;
        Add("id");
        Add(record.Tenant.Value);
        Add(record.Source);
        Add(record.IdUtf8.Span);
        return Hash();
    }

    /// <summary>128 bits of the hash of tenant, source and call key; that plus a UTC day is what is remembered of a leg.</summary>
    public UInt128 OfCall(UsageRecord record)
    {
        _length = 0;
        Add("call");
        Add(record.Tenant.Value);
        Add(record.Source);
        Add(record.CallKeyUtf8.Span);
        return Hash();
    }

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

    private UInt128 Hash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _sha.AppendData(_buffer.AsSpan(0, _length));
        _sha.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
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
