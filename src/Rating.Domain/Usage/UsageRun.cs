namespace Rating.Domain.Usage;

/// <summary>Events kept in their order, for figures that depend on it: however they arrive, and over however many partitions, the run is the same.</summary>
public sealed class UsageRun
{
    private RunEntry[] _entries = [];
    private int _count;

    /// <summary>The events in order.</summary>
    public ReadOnlySpan<RunEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Takes an event into its place. Most come last.</summary>
    public void Add(RunEntry entry)
    {
        if (_count == _entries.Length) Array.Resize(ref _entries, Math.Max(4, _count * 2));
        var place = _count;
        if (place > 0 && _entries[place - 1].CompareTo(entry) > 0)
        {
            place = Array.BinarySearch(_entries, 0, _count, entry);
            if (place < 0) place = ~place;
            Array.Copy(_entries, place, _entries, place + 1, _count - place);
        }

        _entries[place] = entry;
        _count++;
    }

    /// <summary>A run with the events of two.</summary>
    public static UsageRun Merge(UsageRun a, UsageRun b)
    {
        var merged = new UsageRun { _entries = new RunEntry[a._count + b._count] };
        int left = 0, right = 0;
        while (left < a._count || right < b._count)
            merged._entries[merged._count++] = right == b._count || (left < a._count && a._entries[left].CompareTo(b._entries[right]) <= 0) ? a._entries[left++] : b._entries[right++];
        return merged;
    }

    /// <summary>A run that changes on its own.</summary>
    public UsageRun Copy() => new() { _entries = Entries.ToArray(), _count = _count };
}
