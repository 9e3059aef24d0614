using System.Text;

namespace Rating.Audit.Rules;

/// <summary>Which partition an event belongs to: FNV-1a (64 bit) over tenant, a zero byte, key.</summary>
internal static class PartitionKeys
{
    public static int PartitionOf(string tenant, string key, int partitions)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in Encoding.UTF8.GetBytes(tenant + "\0" + key)) hash = unchecked((hash ^ b) * 1_099_511_628_211UL);
        return (int)(hash % (ulong)partitions);
    }
}
