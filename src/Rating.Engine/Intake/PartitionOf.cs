using System.Text;
using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Intake;

/// <summary>Which partition of the log a record goes to. Fixed: duplicates are recognised per partition.</summary>
public static class PartitionOf
{
    /// <summary>The partition of an event: by its partition key, else its subject, else its source and id.</summary>
    public static int Event(UsageRecord record, int partitions)
    {
        var hash = OfTenant(record.Tenant);
        if (record.PartitionKeyUtf8.Length > 0) hash = Mix(hash, record.PartitionKeyUtf8.Span);
        else if (record.SubjectUtf8.Length > 0) hash = Mix(hash, record.SubjectUtf8.Span);
        else hash = Mix(Mix(Mix(hash, record.Source), "\0"), record.IdUtf8.Span);
        return (int)(hash % (ulong)partitions);
    }

    /// <summary>The partition of a key: FNV-1a, 64 bit, of tenant, zero byte, key.</summary>
    public static int Key(TenantId tenant, string key, int partitions) => (int)(Mix(OfTenant(tenant), key) % (ulong)partitions);

    private static ulong OfTenant(TenantId tenant) => Mix(Mix(14695981039346656037UL, tenant.Value), "\0");

    private static ulong Mix(ulong hash, string text)
    {
        Span<byte> small = stackalloc byte[512];
        return Mix(hash, Encoding.UTF8.GetMaxByteCount(text.Length) <= small.Length ? small[..Encoding.UTF8.GetBytes(text, small)] : Encoding.UTF8.GetBytes(text));
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            foreach (var b in bytes) hash = (hash ^ b) * 1099511628211UL;
        }

        return hash;
    }
}
