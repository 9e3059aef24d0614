using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Views;

namespace Rating.Engine.Partitions;

/// <summary>How many records of a partition are in suspense, in groups. The records themselves are in the ledger.</summary>
internal sealed class SuspenseGroups
{
    /// <summary>So many groups are told apart; what comes after is counted under no subject.</summary>
    private const int GroupsMax = 100_000;

    private readonly Dictionary<(string Tenant, VerdictReason Reason, string Subject, string Type), Group> _groups = [];
    private readonly HashSet<(string, VerdictReason, string, string)> _dirty = [];

    /// <summary>How many are in suspense.</summary>
    public long Count { get; private set; }

    /// <summary>The checkpoint from which on the ledger has all that is in suspense.</summary>
    public long FirstCheckpoint { get; private set; }

    public void Add(UsageRecord record, VerdictReason reason, long checkpoint)
    {
        if (Count++ == 0) FirstCheckpoint = checkpoint;
        Change(KeyOf(record, reason), 1, record.EventTime);
    }

    /// <summary>What is in suspense begins here: what was before is resolved.</summary>
    public void BeginAt(long checkpoint) => FirstCheckpoint = checkpoint;

    public void Remove(UsageRecord record, VerdictReason reason)
    {
        Count--;
        Change(KeyOf(record, reason), -1, record.EventTime);
    }

    public IEnumerable<SuspenseGroup> Of(TenantId tenant) => _groups.Where(pair => string.Equals(pair.Key.Tenant, tenant.Value, StringComparison.Ordinal) && pair.Value.Count > 0)
        .Select(pair => new SuspenseGroup(tenant, pair.Key.Reason, pair.Key.Subject, pair.Key.Type, pair.Value.Count, pair.Value.First, pair.Value.Last));

    public void Write(ByteWriter writer, bool all)
    {
        writer.Varint(Count);
        writer.Varint(FirstCheckpoint);
        var keys = all ? [.. _groups.Keys] : _dirty.ToList();
        writer.Varint(keys.Count);
        foreach (var key in keys)
        {
            var group = _groups[key];
            writer.Text(key.Item1);
            writer.Byte((byte)key.Item2);
            writer.Text(key.Item3);
            writer.Text(key.Item4);
            writer.Varint(group.Count);
            writer.Zigzag(group.First.ToUnixTimeTicks());
            writer.Zigzag(group.Last.ToUnixTimeTicks());
        }
    }

    public void Read(ref ByteReader reader)
    {
        (Count, FirstCheckpoint) = ((long)reader.Varint(), (long)reader.Varint());
        for (var left = reader.Count(); left > 0; left--)
            _groups[(reader.Text(), (VerdictReason)reader.Byte(), reader.Text(), reader.Text())] =
                new Group((long)reader.Varint(), Instant.FromUnixTimeTicks(reader.Zigzag()), Instant.FromUnixTimeTicks(reader.Zigzag()));
    }

    public void Stored()
    {
        foreach (var key in _dirty)
            if (_groups[key].Count == 0) _groups.Remove(key);
        _dirty.Clear();
    }

    private (string, VerdictReason, string, string) KeyOf(UsageRecord record, VerdictReason reason)
    {
        var key = (record.Tenant.Value, reason, record.Subject, record.Type);
        return _groups.Count < GroupsMax || _groups.ContainsKey(key) ? key : (record.Tenant.Value, reason, "", "");
    }

    private void Change((string, VerdictReason, string, string) key, long by, Instant time)
    {
        var group = _groups.GetValueOrDefault(key) ?? new Group(0, time, time);
        _groups[key] = new Group(Math.Max(0, group.Count + by), Instant.Min(group.First, time), Instant.Max(group.Last, time));
        _dirty.Add(key);
    }

    private sealed record Group(long Count, Instant First, Instant Last);
}
