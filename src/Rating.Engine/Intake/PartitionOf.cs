using System.Text;
using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Intake;

/// <summary>Which partition of the log a record goes to. Fixed: duplicates are recognised per partition.</summary>
public static class PartitionOf
{
    /// <summary>The partition of an event: by its partition key, else its subject, else its source and id.</summary>
    public static int Event(UsageRecord record, int partitions) => Key(
        record.Tenant, record.PartitionKey.Length > 0 ? record.PartitionKey : record.Subject.Length > 0 ? record.Subject : string.Concat(record.Source, "\0", record.Id), partitions);

    /// <summary>The partition of a key: FNV-1a, 64 bit, of tenant, zero byte, key.</summary>
    public static int Key(TenantId tenant, string key, int partitions)
    {
        var hash = Mix(14695981039346656037UL, tenant.Value);
        hash = Mix(hash, "\0");
        return (int)(Mix(hash, key) % (ulong)partitions);
    }

    private static ulong Mix(ulong hash, string text)
    {
        Span<byte> small = stackalloc byte[512];
        var bytes = Encoding.UTF8.GetMaxByteCount(text.Length) <= small.Length ? small[..Encoding.UTF8.GetBytes(text, small)] : Encoding.UTF8.GetBytes(text);
        unchecked
        {
            foreach (var b in bytes) hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}
